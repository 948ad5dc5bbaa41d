"""`serve`, `test` and `bench` of `scripts` on machines in every state: what they install, and when they need not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.scripts.checkout import Checkout, check_out, put_program

RUNTIME = ["pip flit_core", "pip {root}"]
DEV = ["pip flit_core", "pip {root}[dev]", "npm ci"]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A fresh checkout, in a folder with a space in its name."""
    return check_out(tmp_path)


def asked(checkout: Checkout, *steps: list[str]) -> list[str]:
    return [line.format(root=checkout.root) for step in steps for line in step]


def test_the_first_start_makes_a_venv_installs_and_serves(checkout: Checkout) -> None:
    code, output = checkout.run("serve", "--demo", "--port", "0")
    assert code == 0
    assert checkout.notes == asked(checkout, ["venv"], RUNTIME)
    assert output.endswith(f"ran folkmoot in {checkout.root}:\n  serve\n  --demo\n  --port\n  0\n")


def test_the_second_start_serves_without_a_word(checkout: Checkout) -> None:
    checkout.run("serve")
    assert checkout.notes
    _, output = checkout.run("serve")
    assert checkout.notes == []
    assert output == f"ran folkmoot in {checkout.root}:\n  serve\n"


def test_a_start_that_is_done_needs_no_other_python(checkout: Checkout) -> None:
    checkout.run("serve")
    (checkout.stage / "bin" / "python3").unlink()
    code, _ = checkout.run("serve")
    assert code == 0


def test_the_benchmark_of_a_long_log_is_a_program_of_its_own(checkout: Checkout) -> None:
    code, output = checkout.run("bench", "--quick")
    assert code == 0
    assert output.endswith("  -m\n  scripts.benchmark\n  --quick\n")
    assert checkout.notes == asked(checkout, ["venv"], RUNTIME)
    _, output = checkout.run("bench", "--scale", "--messages", "10000")
    assert output == f"ran python in {checkout.stage}:\n  -m\n  scripts.scale\n  --messages\n  10000\n"


@pytest.mark.parametrize("changed", ["scripts/requirements.lock", "scripts/node/package-lock.json", "pyproject.toml"])
def test_new_pins_are_installed_into_the_venv_that_is_there(checkout: Checkout, changed: str) -> None:
    checkout.run("serve")
    assert checkout.notes
    (checkout.root / changed).write_text("# other pins\n")
    checkout.run("serve")
    assert checkout.notes == asked(checkout, RUNTIME)


def test_an_installation_that_failed_is_not_taken_for_a_complete_one(checkout: Checkout) -> None:
    (checkout.stage / "no-index").touch()
    code, output = checkout.run("serve")
    assert code == 1
    assert "The installation failed" in output
    assert "ran folkmoot" not in output
    assert checkout.notes == ["venv"]
    (checkout.stage / "no-index").unlink()
    assert checkout.run("serve")[0] == 0
    assert checkout.notes == asked(checkout, RUNTIME)


def test_a_renewal_that_failed_leaves_nothing_that_looks_complete(checkout: Checkout) -> None:
    """The old pins are half replaced then: the venv is of neither state, also if somebody puts the old lock back."""
    old = (checkout.root / "scripts/requirements.lock").read_text()
    checkout.run("serve")
    (checkout.root / "scripts/requirements.lock").write_text("# other pins\n")
    (checkout.stage / "no-index").touch()
    checkout.run("serve")
    (checkout.stage / "no-index").unlink()
    (checkout.root / "scripts/requirements.lock").write_text(old)
    assert checkout.notes
    checkout.run("serve")
    assert checkout.notes == asked(checkout, RUNTIME)


def test_a_checkout_that_was_moved_gets_a_new_venv(checkout: Checkout) -> None:
    """The programs in a venv name its old place in their first lines."""
    checkout.run("serve")
    assert checkout.notes
    moved = Checkout(checkout.root.rename(checkout.stage / "moved"), checkout.stage)
    moved.run("serve")
    assert moved.notes == asked(moved, ["venv"], RUNTIME)


def test_two_first_starts_at_once_install_once(checkout: Checkout) -> None:
    both = [checkout.start("serve"), checkout.start("serve")]
    assert [process.communicate(timeout=30) and process.returncode for process in both] == [0, 0]
    assert checkout.notes == asked(checkout, ["venv"], RUNTIME)


def test_the_tests_packages_serve_too_but_not_the_other_way_round(checkout: Checkout) -> None:
    checkout.run("serve")
    checkout.run("test")
    checkout.run("serve")
    assert checkout.notes == asked(checkout, ["venv"], RUNTIME, DEV)


def test_checks_without_what_npm_should_have_brought_are_not_taken_for_complete(checkout: Checkout) -> None:
    (checkout.stage / "no-npm").touch()
    code, output = checkout.run("test")
    assert code == 1
    assert "what npm says above is why" in output
    (checkout.stage / "no-npm").unlink()
    assert checkout.notes
    assert checkout.run("test")[0] == 0
    assert checkout.notes == asked(checkout, DEV)


def test_the_data_directory_is_meant_from_where_the_caller_stands(checkout: Checkout, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    _, output = checkout.run("serve", "--data", "state of it", "--data=other", "--data", "/var/x", cwd=here)
    said = output.splitlines()[-5:]
    assert said == ["  --data", f"  {here}/state of it", f"  --data={here}/other", "  --data", "  /var/x"]


def test_an_old_python_is_told_what_is_needed(checkout: Checkout) -> None:
    (checkout.stage / "version").write_text("Python 3.9.18\n")
    code, output = checkout.run("serve")
    assert code == 1
    assert "needs Python 3.11 or newer" in output
    assert "Python 3.9.18" in output
    assert checkout.notes == []


def test_a_newer_python_is_found_beside_an_old_one(checkout: Checkout) -> None:
    put_program(checkout.stage / "bin" / "python3.12", (checkout.stage / "bin" / "python3").read_text())
    put_program(checkout.stage / "bin" / "python3", "#!/bin/sh\nexit 1\n")
    assert checkout.run("serve")[0] == 0
    assert checkout.notes == asked(checkout, ["venv"], RUNTIME)


def test_a_python_without_venv_is_told_which_package_has_it(checkout: Checkout) -> None:
    (checkout.stage / "no-venv").touch()
    code, output = checkout.run("serve")
    assert code == 1
    assert "apt install python3-venv" in output


def test_pytest_gets_the_arguments_of_the_tests(checkout: Checkout) -> None:
    code, output = checkout.run("test", "tests/laws", "-q")
    assert code == 0
    assert output.endswith(f"ran python in {checkout.root}:\n  -m\n  pytest\n  tests/laws\n  -q\n")


def test_who_may_not_install_chromium_is_told_what_to_do(checkout: Checkout) -> None:
    bin_ = checkout.stage / "bin"
    (bin_ / "chromium").unlink()
    put_program(bin_ / "id", "#!/bin/sh\necho 1000\n")
    code, output = checkout.run("test")
    assert code == 1
    assert "apt-get install chromium" in output
    assert "pytest\n" not in output


def test_root_gets_chromium_installed_and_lists_are_fetched_only_if_that_fails(checkout: Checkout) -> None:
    bin_ = checkout.stage / "bin"
    shutil.move(bin_ / "chromium", checkout.stage / "chromium-of-the-package")
    put_program(bin_ / "id", "#!/bin/sh\necho 0\n")
    put_program(bin_ / "apt-get", '#!/bin/sh\necho "apt-get $1" >>"$STAGE/notes"\n[ "$1" = update ]\n')
    code, output = checkout.run("test")
    assert code == 1
    assert "apt-get could not install: chromium" in output
    assert checkout.notes[-3:] == ["apt-get install", "apt-get update", "apt-get install"]
    put_program(bin_ / "apt-get", '#!/bin/sh\necho "apt-get $1" >>"$STAGE/notes"\n')
    assert checkout.run("test")[0] == 0
    assert checkout.notes == ["apt-get install"]
