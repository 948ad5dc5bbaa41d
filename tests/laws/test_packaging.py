"""What is installed elsewhere is the whole service: a wheel without its pages starts, and fails later."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import service
from tests.laws.tree import ROOT, Tree

SOURCES = (".py", ".js", ".css", ".html", ".svg", ".png", ".md", ".json", ".webmanifest", ".mako")
BUILD = "from flit_core.buildapi import build_wheel; import sys; print(build_wheel(sys.argv[1]))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """The wheel, built from a copy, as pip builds it when somebody installs the project."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    shutil.copytree(ROOT / "service", copy / "service", ignore=shutil.ignore_patterns("__pycache__", ".*"))
    built = subprocess.run(
        [sys.executable, "-c", BUILD, str(copy)], cwd=copy, check=True, capture_output=True, text=True
    ).stdout.strip()
    with zipfile.ZipFile(copy / built) as archive:
        yield archive


def test_the_wheel_carries_every_file_of_the_service(wheel: zipfile.ZipFile) -> None:
    tree = Tree()
    files = {path.relative_to(ROOT).as_posix() for path in tree.files("service", suffixes=SOURCES)}
    assert {"service/web/index.html", "service/wire/PROTOCOL.md"} <= files
    assert any(file.startswith("service/storage/migrations/") for file in files)
    assert not files - set(wheel.namelist())


def test_the_wheel_carries_nothing_but_the_service_and_its_description(wheel: zipfile.ZipFile) -> None:
    assert {Path(name).parts[0] for name in wheel.namelist()} == {
        "service",
        f"folkmoot-{service.__version__}.dist-info",
    }


def test_the_wheel_installs_the_command(wheel: zipfile.ZipFile) -> None:
    entry_points = wheel.read(f"folkmoot-{service.__version__}.dist-info/entry_points.txt").decode()
    assert "folkmoot=service.cli:main" in entry_points.replace(" ", "")


def test_the_changelog_opens_with_the_version_that_the_code_says() -> None:
    headings = [line for line in Tree().text("CHANGELOG.md").splitlines() if line.startswith("## ")]
    assert headings[0].split()[1] == service.__version__


def test_the_checks_read_the_code_for_the_oldest_python_that_is_supported() -> None:
    project = tomllib.loads(Tree().text("pyproject.toml"))
    oldest = project["project"]["requires-python"].removeprefix(">=")
    assert project["tool"]["mypy"]["python_version"] == oldest
    assert project["tool"]["ruff"]["target-version"] == "py" + oldest.replace(".", "")
