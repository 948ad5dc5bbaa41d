"""The operator manages accounts at the command line, with the rules that hold for everybody and without a server."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from service.chat.roles import Role
from service.cli.arguments import RoleWord
from tests.cli.conftest import Folkmoot

GOOD = "an owl at the moot\n"


def listed(folkmoot: Folkmoot) -> dict[str, tuple[str, str]]:
    rows = [row.split("\t") for row in folkmoot("user", "list").out.splitlines()]
    return {username: (role, state) for username, role, state, _ in rows}


def test_a_user_is_added_with_a_role_and_listed(folkmoot: Folkmoot) -> None:
    assert folkmoot("user", "add", "ann", "--role", "admin", "--password-stdin", stdin=GOOD).status == 0
    assert folkmoot("user", "add", "bob", "--password-stdin", stdin=GOOD).status == 0
    assert listed(folkmoot) == {"ann": ("admin", "active"), "bob": ("member", "active")}


def test_every_role_can_be_written_at_the_command_line() -> None:
    assert get_args(RoleWord) == tuple(role.word for role in Role)


def test_a_generated_password_is_all_that_stands_on_stdout(folkmoot: Folkmoot) -> None:
    outcome = folkmoot("user", "add", "ann", "--generate")
    assert outcome.out.count("\n") == 1
    assert len(outcome.out.strip()) == 20


def test_a_weak_password_is_refused_with_a_sentence(folkmoot: Folkmoot) -> None:
    outcome = folkmoot("user", "add", "bob", "--password-stdin", stdin="password1\n")
    assert outcome.status == 1
    assert outcome.err.startswith("folkmoot: password: ")
    assert listed(folkmoot) == {}


def test_without_a_terminal_a_password_is_not_waited_for(folkmoot: Folkmoot) -> None:
    outcome = folkmoot("user", "add", "bob")
    assert (outcome.status, outcome.out) == (1, "")
    assert "no terminal to ask for a password on" in outcome.err


def test_a_name_is_never_given_out_twice(folkmoot: Folkmoot) -> None:
    folkmoot("user", "add", "bob", "--generate")
    outcome = folkmoot("user", "add", "BOB", "--generate")
    assert outcome.status == 1
    assert outcome.err == "folkmoot: The username bob is taken, or was once: names are never given out twice.\n"


def test_roles_suspension_and_passwords_can_be_changed(folkmoot: Folkmoot) -> None:
    folkmoot("user", "add", "ann", "--role", "admin", "--generate")
    folkmoot("user", "add", "gus", "--role", "guest", "--generate")
    assert folkmoot("user", "role", "gus", "moderator").status == 0
    assert folkmoot("user", "suspend", "gus").status == 0
    assert listed(folkmoot)["gus"] == ("moderator", "suspended")
    assert folkmoot("user", "restore", "gus").status == 0
    assert listed(folkmoot)["gus"] == ("moderator", "active")
    assert folkmoot("user", "password", "gus", "--password-stdin", stdin=GOOD).status == 0


def test_the_last_admin_stays_one(folkmoot: Folkmoot) -> None:
    folkmoot("user", "add", "ann", "--role", "admin", "--generate")
    for command in (("role", "ann", "member"), ("suspend", "ann")):
        outcome = folkmoot("user", *command)
        assert outcome.status == 1
        assert "last active admin" in outcome.err
    assert listed(folkmoot) == {"ann": ("admin", "active")}


def test_who_is_not_there_is_told(folkmoot: Folkmoot) -> None:
    outcome = folkmoot("user", "suspend", "nobody")
    assert (outcome.status, outcome.err) == (1, "folkmoot: There is no such user.\n")


def test_a_role_that_there_is_not_is_a_mistake_of_usage(folkmoot: Folkmoot) -> None:
    outcome = folkmoot("user", "role", "bob", "king")
    assert outcome.status == 2
    assert "'moderator'" in outcome.err


def test_everything_is_kept_in_the_data_directory_and_is_its_owners_alone(folkmoot: Folkmoot, place: Path) -> None:
    folkmoot("user", "add", "ann", "--generate", "--data", "here/data")
    assert [path.name for path in place.iterdir()] == ["here"]
    data = place / "here" / "data"
    assert data.stat().st_mode & 0o777 == 0o700
    files = list(data.iterdir())
    assert files, "something was kept"
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)


def test_a_directory_that_cannot_be_made_is_a_sentence(folkmoot: Folkmoot, place: Path) -> None:
    (place / "file").write_text("")
    outcome = folkmoot("user", "list", "--data", "file/data")
    assert outcome.status == 1
    assert outcome.err == "folkmoot: file/data: Not a directory.\n"


def test_a_file_that_is_no_database_is_a_sentence(folkmoot: Folkmoot, place: Path) -> None:
    (place / "data").mkdir()
    (place / "data" / "folkmoot.db").write_bytes(b"not a database" * 100)
    outcome = folkmoot("user", "list")
    assert outcome.status == 1
    assert outcome.err == "folkmoot: The database can't be used: file is not a database.\n"
