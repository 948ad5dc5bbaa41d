"""The operator verifies the audit log, takes it elsewhere, and erases people from it."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from service.chat.chain import GENESIS
from tests.cli.conftest import Folkmoot, Outcome
from tests.laws.tree import ROOT

ROWS = 6


@pytest.fixture
def log(folkmoot: Folkmoot, place: Path) -> Path:
    """The file of a database in which the operator has done a few things."""
    folkmoot("user", "add", "ann", "--role", "admin", "--generate")
    folkmoot("user", "add", "gus", "--role", "guest", "--generate")
    folkmoot("user", "role", "gus", "member")
    folkmoot("room", "add", "lobby", "--owner", "ann")
    folkmoot("bot", "add", "deploys")
    folkmoot("invite")
    return place / "data" / "folkmoot.db"


def tamper(log: Path, statement: str) -> None:
    """What who owns the disk can do."""
    with closing(sqlite3.connect(log)) as disk, disk:
        for (trigger,) in disk.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            disk.execute(f"DROP TRIGGER {trigger}")
        assert disk.execute(statement).rowcount > 0


def head_of(outcome: Outcome) -> str:
    found = re.fullmatch(r"rows=\d+\nhead=([0-9a-f]{64})\n", outcome.out)
    assert found, outcome
    return found[1]


def lines(outcome: Outcome) -> list[Any]:
    return [json.loads(line) for line in outcome.out.splitlines()]


def test_what_the_operator_does_is_written_down(folkmoot: Folkmoot, log: Path) -> None:
    *rows, end = lines(folkmoot("audit", "export"))
    assert [row["what"] for row in rows] == [
        "user.added",
        "user.added",
        "user.role",
        "room.created",
        "bot.added",
        "invite.made",
    ]
    assert {row["actor"] for row in rows} == {None}
    assert {row["request"] for row in rows} == {"command line"}
    assert [row["facts"].get("subject", {}).get("value") for row in rows] == [
        "ann",
        "gus",
        "gus",
        "ann",
        "deploys",
        None,
    ]
    assert end == {"head": rows[-1]["hash"], "rows": ROWS}


def test_passwords_and_keys_are_written_down_without_themselves(folkmoot: Folkmoot, log: Path) -> None:
    password = folkmoot("user", "password", "gus", "--generate").out.strip()
    folkmoot("keys", "rotate")
    exported = folkmoot("audit", "export", "--since", str(ROWS))
    assert [row["what"] for row in lines(exported)[:-1]] == ["password.set", "keys.rotated"]
    assert password not in exported.out


def test_a_refused_command_is_not_written_down(folkmoot: Folkmoot, log: Path) -> None:
    before = folkmoot("audit", "export").out
    for command in (
        ("user", "suspend", "ann"),
        ("user", "role", "nobody", "admin"),
        ("room", "add", "lobby", "--owner", "ann"),
        ("bot", "add", "gus"),
        ("user", "password", "deploys", "--generate"),
        ("audit", "erase", "nobody", "--yes"),
    ):
        assert folkmoot(*command).status == 1
    assert folkmoot("audit", "export").out == before


def test_keys_are_rotated_where_no_server_ever_ran(folkmoot: Folkmoot, place: Path) -> None:
    assert folkmoot("keys", "rotate").status == 0
    assert not (place / "data" / "folkmoot.db").exists()


def test_a_log_that_was_left_alone_fits(folkmoot: Folkmoot, log: Path) -> None:
    outcome = folkmoot("audit", "verify")
    assert outcome.status == 0
    assert outcome.out.startswith(f"rows={ROWS}\n")
    assert outcome.err == "All rows of the audit log fit.\n"


def test_who_verifies_a_long_log_sees_how_far_it_is(
    folkmoot: Folkmoot, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.cli.audit._somebody_watches", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")  # what is written is no terminal, and would get no bar
    assert "Verifying" not in folkmoot("audit", "verify").err
    monkeypatch.setattr("service.cli.audit.LONG_ROWS", ROWS)
    outcome = folkmoot("audit", "verify")
    assert "Verifying" in outcome.err
    assert "100%" in outcome.err
    assert head_of(outcome), "and nothing of it on stdout"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit SET what = 'user.bdded' WHERE seq = 2", "Row 2 does not fit: its hash"),
        ("UPDATE audit_facts SET value = 'gut' WHERE value = 'gus'", "Row 2 does not fit: its subject"),
        ("DELETE FROM audit WHERE seq = 4", "Row 4 does not fit: it is missing"),
        ("DELETE FROM audit WHERE seq > 4", "Row 5 does not fit: it is missing"),
        ("DELETE FROM audit_heads", "The head is missing"),
    ],
)
def test_what_was_changed_is_named_with_status_1(folkmoot: Folkmoot, log: Path, statement: str, said: str) -> None:
    tamper(log, statement)
    outcome = folkmoot("audit", "verify")
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith(f"folkmoot: {said}")


def test_a_file_that_is_damaged_is_told_in_a_sentence(folkmoot: Folkmoot, log: Path) -> None:
    with closing(sqlite3.connect(log)) as disk:
        disk.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = disk.execute("SELECT rootpage FROM sqlite_master WHERE name = 'audit'").fetchone()
        (size,) = disk.execute("PRAGMA page_size").fetchone()
    raw = bytearray(log.read_bytes())
    raw[(page - 1) * size : page * size] = b"\xff" * size
    log.write_bytes(raw)
    outcome = folkmoot("audit", "verify")
    assert outcome.status == 1
    assert outcome.err.startswith("folkmoot: ")
    assert outcome.err.count("\n") == 1


def test_a_head_that_was_kept_is_asked_for(folkmoot: Folkmoot, log: Path) -> None:
    kept = head_of(folkmoot("audit", "verify"))
    folkmoot("invite")
    outcome = folkmoot("audit", "verify", "--head", kept)
    assert outcome.status == 0
    assert head_of(outcome) != kept
    assert folkmoot("audit", "verify", "--head", GENESIS).status == 0
    for strange in ("f" * 64, kept[::-1]):
        outcome = folkmoot("audit", "verify", "--head", strange)
        assert outcome.status == 1
        assert "rewritten, or cut" in outcome.err


def test_what_is_no_head_is_a_mistake_of_usage(folkmoot: Folkmoot, log: Path) -> None:
    for wrong in ("", "f" * 63, "F" * 64, "x"):
        assert folkmoot("audit", "verify", "--head", wrong).status == 2


@pytest.mark.parametrize("command", [("verify",), ("export",), ("erase", "gus", "--yes")])
def test_a_directory_without_a_database_stays_without_one(
    folkmoot: Folkmoot, place: Path, command: tuple[str, ...]
) -> None:
    """Verified, it would be an empty log that fits: a slip in its name must not look like that."""
    outcome = folkmoot("audit", *command, "--data", "elsewhere")
    assert (outcome.status, outcome.err) == (1, "folkmoot: There is no database in elsewhere.\n")
    assert list(place.iterdir()) == []


def test_an_export_without_names_names_nobody(folkmoot: Folkmoot, log: Path) -> None:
    whole, bare = folkmoot("audit", "export"), folkmoot("audit", "export", "--no-names")
    assert "gus" in whole.out
    assert not any(name in bare.out for name in ("ann", "gus", "deploys"))
    without = [{key: value for key, value in line.items() if key != "facts"} for line in lines(whole)]
    assert lines(bare) == without


def test_an_export_goes_on_where_another_ended(folkmoot: Folkmoot, log: Path) -> None:
    *first, _ = lines(folkmoot("audit", "export"))
    folkmoot("invite")
    (row, end) = lines(folkmoot("audit", "export", "--since", str(ROWS)))
    assert row["seq"] == ROWS + 1
    assert end == {"head": row["hash"], "rows": 1}
    assert [*first, row, {"head": row["hash"], "rows": ROWS + 1}] == lines(folkmoot("audit", "export"))


def test_an_export_into_a_file_is_its_owners_alone(folkmoot: Folkmoot, log: Path, place: Path) -> None:
    assert folkmoot("audit", "export", "--output", "audit.ndjson").out == ""
    file = place / "audit.ndjson"
    assert file.read_text(encoding="utf-8") == folkmoot("audit", "export").out
    assert file.stat().st_mode & 0o077 == 0
    outcome = folkmoot("audit", "export", "--output", "nowhere/audit.ndjson")
    assert (outcome.status, outcome.err.count("\n")) == (1, 1)


def test_the_readmes_verifier_agrees(folkmoot: Folkmoot, log: Path, place: Path) -> None:
    """Written from the documented form alone, it accepts what we export and finds what is changed in it."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(import hashlib.*?)^```$", page, re.MULTILINE | re.DOTALL)
    file = place / "audit.ndjson"

    def judged(text: str) -> tuple[int, str]:
        file.write_text(text, encoding="utf-8")
        ended = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=False)
        return ended.returncode, ended.stderr

    whole = folkmoot("audit", "export").out
    assert judged(whole) == (0, "")
    assert judged(folkmoot("audit", "export", "--no-names").out) == (0, "")
    assert judged(whole.replace('"member"', '"moderator"', 1))[1] == "Row 3 does not fit.\n"
    assert judged(whole.replace('"value":"gus"', '"value":"bob"', 1))[1] == "Row 2 does not fit.\n"
    one, two, three, *rest = whole.splitlines(keepends=True)
    assert judged("".join([one, three, *rest]))[1] == "Row 3 does not fit.\n"
    assert judged("".join([one, two, three, rest[-1]]))[1] == "The head does not fit.\n"


def test_who_is_erased_is_gone_from_the_log_and_it_still_fits(folkmoot: Folkmoot, log: Path) -> None:
    kept = head_of(folkmoot("audit", "verify"))
    outcome = folkmoot("audit", "erase", "GUS", "--yes")
    assert (outcome.status, outcome.out) == (0, "")
    exported = folkmoot("audit", "export")
    assert "gus" not in exported.out
    assert [row["facts"].get("subject") for row in lines(exported)[1:3]] == [None, None]
    last = lines(exported)[-2]
    assert (last["what"], last["subject"], last["detail"]) == ("audit.erased", None, {"facts": 1})
    verified = folkmoot("audit", "verify", "--head", kept)
    assert verified.status == 0
    assert verified.err.endswith("\nNames, addresses and reasons in them that were erased: 2.\n")


def test_nobody_is_erased_by_accident(folkmoot: Folkmoot, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = folkmoot("audit", "erase", "gus")
    assert outcome.status == 1
    assert "--yes" in outcome.err
    for answer, status in (("n\n", 1), ("y\n", 0)):
        monkeypatch.setattr("service.cli.console.on_a_terminal", lambda: True)
        assert folkmoot("audit", "erase", "gus", stdin=answer).status == status
        assert ("gus" in folkmoot("audit", "export").out) is bool(status)


def test_who_was_never_in_the_log_is_told(folkmoot: Folkmoot, log: Path) -> None:
    outcome = folkmoot("audit", "erase", "nobody", "--yes")
    assert (outcome.status, outcome.err) == (1, "folkmoot: There is no such name in the audit log.\n")


def test_the_database_runs_while_the_log_is_verified(folkmoot: Folkmoot, log: Path) -> None:
    """Somebody else writes: the log is read as it was at one moment."""
    with closing(sqlite3.connect(log, isolation_level=None)) as server:
        server.execute("BEGIN IMMEDIATE")
        server.execute("UPDATE audit_heads SET seq = seq + 1")
        assert folkmoot("audit", "verify").status == 0
        server.execute("ROLLBACK")
