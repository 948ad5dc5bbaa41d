"""The schema: the migrations make exactly the tables that the statements are written for."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from service.storage import schema
from service.storage.engine import open_engine
from service.storage.tables import metadata


def test_the_migrations_make_the_tables_that_the_code_has(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'folkmoot.db'}")
    applied = schema.migrate(engine)
    assert applied, "an empty database is brought up"
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
    engine.dispose()


def test_the_indexes_hold_what_the_code_says_of_them(tmp_path: Path) -> None:
    """What autogenerate does not compare on SQLite: the order of columns, the condition, and where rows lie."""
    engine = open_engine(f"sqlite:///{tmp_path / 'folkmoot.db'}")
    schema.migrate(engine)
    made = open_engine("sqlite://")
    metadata.create_all(made)

    def described(which: object) -> dict[str, str]:
        with which.connect() as connection:  # type: ignore[attr-defined]
            rows = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'trigger'"
            ).all()
        return {name: " ".join(sql.replace('"', "").split()) for name, sql in rows if name != "alembic_version"}

    migrated, coded = described(engine), described(made)
    assert migrated.keys() == coded.keys()
    assert {name: sql for name, sql in migrated.items() if "INDEX" in sql} == {
        name: sql for name, sql in coded.items() if "INDEX" in sql
    }
    assert {name for name, sql in migrated.items() if "WITHOUT ROWID" in sql} == {
        name for name, sql in coded.items() if "WITHOUT ROWID" in sql
    }
    engine.dispose()
    made.dispose()


def test_what_is_up_to_date_is_left_alone(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'folkmoot.db'}")
    assert schema.pending(engine)
    schema.migrate(engine)
    assert not schema.pending(engine)
    assert schema.migrate(engine) == []
    engine.dispose()


def test_two_processes_that_start_at_once_take_turns(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'folkmoot.db'}"
    together = threading.Barrier(2)
    applied: list[list[str]] = []
    failed: list[Exception] = []

    def start() -> None:
        engine = open_engine(url)
        together.wait()
        try:
            applied.append(schema.migrate(engine))
        except Exception as error:
            failed.append(error)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [bool(steps) for steps in sorted(applied, key=len)] == [False, True], "one of them did it all"
