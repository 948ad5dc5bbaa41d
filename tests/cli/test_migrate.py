"""The database is brought up to date by hand where somebody wants to, and never by accident."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.cli.conftest import Folkmoot


def test_a_new_database_gets_all_migrations_and_the_second_time_none(folkmoot: Folkmoot) -> None:
    first = folkmoot("migrate")
    assert first.status == 0
    assert first.out.startswith("applied 0001")
    assert folkmoot("migrate").out == "The database is up to date.\n"


def test_a_database_of_an_older_version_is_not_touched_by_other_commands(folkmoot: Folkmoot, place: Path) -> None:
    (place / "data").mkdir()
    sqlite3.connect(place / "data" / "folkmoot.db").execute("CREATE TABLE older (x)").connection.close()
    outcome = folkmoot("user", "list")
    assert outcome.status == 1
    assert outcome.err.endswith("folkmoot migrate\n")
