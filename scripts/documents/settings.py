"""The settings as documents: `.env.example`, and a table for the README, made from the object that reads them."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from textwrap import dedent

from pydantic_settings import BaseSettings

from service.config import Settings

ROOT = Path(__file__).parents[2]
SECTION = re.compile(r"    # (?P<title>[A-Z][\w ]*)$")
FIELD = re.compile(r"    (?P<name>[a-z]\w*): ")
PAGE = ROOT / ".env.example"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as a person sets it: the variable's name, its default as it would be written, and its sentence."""

    section: str
    variable: str
    default: str
    description: str


def settings(source: type[BaseSettings] = Settings) -> Iterator[Setting]:
    """All settings, in the order and under the sections in which the class has them."""
    section = ""
    prefix = str(source.model_config.get("env_prefix", ""))
    for line in dedent(inspect.getsource(source)).splitlines():
        if title := SECTION.match(line):
            section = title["title"]
        if (field := FIELD.match(line)) and (info := source.model_fields.get(field["name"])):
            default = written(info.get_default(call_default_factory=True, validated_data={}))
            yield Setting(section, f"{prefix}{field['name']}".upper(), default, info.description or "")


def written(value: object) -> str:
    """A value as the environment holds it."""
    match value:
        case Enum():
            return str(value.value)
        case bool():
            return str(value).lower()
        case tuple() | list() | frozenset():
            return json.dumps([str(item) for item in value])
        case None:
            return ""
    return str(value)


def env_example(source: type[BaseSettings] = Settings) -> str:
    """The page `.env.example`: every setting at its default, commented out."""
    lines = [
        "# Folkmoot's settings, each at its default. Copy this page to .env beside it and change what you need there;",
        "# variables of the environment go before it. Written by scripts/document.",
    ]
    section = ""
    for setting in settings(source):
        if setting.section != section:
            section = setting.section
            lines += ["", f"## {section}"]
        lines += ["", f"# {setting.description}", f"#{setting.variable}={setting.default}"]
    return "\n".join(lines) + "\n"


def settings_table(source: type[BaseSettings] = Settings) -> str:
    """The settings as a table in Markdown."""
    rows = [
        f"| `{setting.variable}` | {f'`{setting.default}`' if setting.default else ''} | {_cell(setting.description)} |"
        for setting in settings(source)
    ]
    return "\n".join(["| variable | default | what it is |", "|---|---|---|", *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
