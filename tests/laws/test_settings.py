"""Every setting is documented, and every documented setting is there: `.env.example` is compared with what is made of
the one settings object, word for word. The README's table is a matter of `test_readme`."""

from __future__ import annotations

import ast
import re
from enum import StrEnum
from pathlib import Path

import pytest
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from scripts.documents.settings import env_example, settings, settings_table
from service.config import Settings
from tests.laws.tree import Tree

VARIABLE = re.compile(r"\bFOLKMOOT_[A-Z_]*[A-Z]\b")
SENTENCE = re.compile(r"[A-Z].*\.")


def of_the_terminal(tree: Tree) -> set[str]:
    """The variables that the command line reads by itself, for they are a client's: whom to sign in, and where."""
    constants = {
        str(node.value)
        for module in tree.modules("service/cli").values()
        for node in ast.walk(module.syntax)
        if isinstance(node, ast.Constant) and VARIABLE.fullmatch(str(node.value))
    }
    return constants - {setting.variable for setting in settings()}


class Colour(StrEnum):
    """What the hall is painted in."""

    RED = "red"


class Hall(BaseSettings):
    """A few settings of every kind."""

    model_config = SettingsConfigDict(env_prefix="HALL_")

    # Where
    path: Path = Field(Path("hall"), description="Where it stands.")
    names: tuple[str, ...] = Field((), description="What it is called (JSON list).")

    # How it looks
    colour: Colour = Field(Colour.RED, description="Red | blue.")
    lit: bool = Field(True, description="Whether there is light.")


def test_env_example_holds_every_setting_at_its_default() -> None:
    assert Tree().text(".env.example") == env_example(), "scripts/document writes it anew"


def test_no_page_names_a_setting_that_is_not_there() -> None:
    tree = Tree()
    real = {setting.variable for setting in settings()} | of_the_terminal(tree)
    pages = tree.files("service", "scripts", suffixes=(".md", ".py", ".sh", ""))
    texts = [tree.text("README.md"), *(path.read_text(encoding="utf-8") for path in pages)]
    named = {name for text in texts for name in VARIABLE.findall(text)}
    assert len(named & real) >= 10
    assert not named - real


def test_the_readme_names_what_the_terminal_reads_beside_the_settings() -> None:
    tree = Tree()
    assert not of_the_terminal(tree) - set(VARIABLE.findall(tree.text("README.md")))


def test_every_setting_has_a_section_and_a_sentence() -> None:
    found = list(settings())
    assert len(found) == len(Settings.model_fields) >= 10
    assert not [
        setting.variable for setting in found if not setting.section or not SENTENCE.fullmatch(setting.description)
    ]


def test_settings_that_are_documented_can_be_set_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `.env.example` shows is not only read by people: as it stands there, the environment takes it."""
    for setting in settings():
        monkeypatch.setenv(setting.variable, setting.default)
    from_environment = Settings(_env_file=None)
    for setting in settings():
        monkeypatch.delenv(setting.variable)
    assert from_environment == Settings(_env_file=None)


def test_settings_are_written_as_the_environment_holds_them() -> None:
    assert env_example(Hall).splitlines()[3:] == [
        "## Where",
        "",
        "# Where it stands.",
        "#HALL_PATH=hall",
        "",
        "# What it is called (JSON list).",
        "#HALL_NAMES=[]",
        "",
        "## How it looks",
        "",
        "# Red | blue.",
        "#HALL_COLOUR=red",
        "",
        "# Whether there is light.",
        "#HALL_LIT=true",
    ]
    assert "| `HALL_COLOUR` | `red` | Red \\| blue. |" in settings_table(Hall)
