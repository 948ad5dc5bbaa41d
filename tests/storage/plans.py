"""How SQLite goes about a statement: whether it finds by an index or reads all there is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Delete, Select, Update
from sqlalchemy.dialects import sqlite

from tests.stage import Stage


def plan(stage: Stage, statement: Select[Any] | Update | Delete, **bound: object) -> list[str]:
    """One line for each table that the statement reads, and one for each sort."""
    compiled = statement.compile(dialect=sqlite.dialect(paramstyle="named"))
    with stage.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", {**compiled.params, **bound})
        return [row[3] for row in rows]


def scans(lines: Iterable[str]) -> list[str]:
    """The steps that read a whole table or sort one."""
    return [line for line in lines if line.startswith("SCAN") or "TEMP B-TREE" in line or "AUTOMATIC" in line]
