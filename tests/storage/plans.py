"""How SQLite goes about a statement: whether it finds by an index or reads all there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from sqlalchemy import Delete, Select, Update, event
from sqlalchemy.dialects import sqlite

from tests.stage import Stage

ASKED = ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")
DERIVED = ("CO-ROUTINE ", "MATERIALIZE ")  # what a statement itself has found before, and reads again


def plan(stage: Stage, statement: Select[Any] | Update | Delete, **bound: object) -> list[str]:
    """One line for each table that the statement reads, and one for each sort."""
    compiled = statement.compile(dialect=sqlite.dialect(paramstyle="named"))
    with stage.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", {**compiled.params, **bound})
        return [row[3] for row in rows]


def scans(lines: Iterable[str]) -> list[str]:
    """The steps that read a whole table or sort one."""
    lines = list(lines)
    derived = {f"SCAN {line.removeprefix(kind)}" for line in lines for kind in DERIVED if line.startswith(kind)}
    return [
        line
        for line in lines
        if (line.startswith("SCAN") and line not in derived) or "TEMP B-TREE" in line or "AUTOMATIC" in line
    ]


Statement = tuple[str, Any]
_numbers = count(1_000_000)


@contextmanager
def asked(stage: Stage) -> Iterator[list[Statement]]:
    """The statements that are sent to the database meanwhile, with what is bound in them."""
    found: list[Statement] = []

    def note(_connection: Any, _cursor: Any, sql: str, bound: Any, _context: Any, many: bool) -> None:
        if sql.startswith(ASKED):
            found.append((sql, bound[0] if many else bound))

    event.listen(stage.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(stage.engine, "before_cursor_execute", note)


@contextmanager
def sent(stage: Stage) -> Iterator[list[Statement]]:
    """The same, as the database itself sees it: also what does not go through SQLAlchemy."""
    found: list[Statement] = []
    with stage.engine.connect() as connection:
        driver = connection.connection.driver_connection
    assert driver is not None
    driver.set_trace_callback(lambda sql: found.append((sql, ())) if sql.startswith(ASKED) else None)
    try:
        yield found
    finally:
        driver.set_trace_callback(None)


def drop(stage: Stage, index: str) -> None:
    """Take an index away. The schema gets a number that no other stage's has: all stages share a connection, which goes
    by that number to know whether its compiled statements still fit."""
    with stage.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP INDEX {index}")
        connection.exec_driver_sql(f"PRAGMA schema_version = {next(_numbers)}").close()


def plans(stage: Stage, statements: Iterable[Statement]) -> list[list[str]]:
    """How each of these would be gone about now. Each time in other words: a compiled plan is not looked at again."""
    with stage.engine.connect() as connection:
        return [
            [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql} -- {next(_numbers)}", bound)]
            for sql, bound in dict.fromkeys(statements)
        ]
