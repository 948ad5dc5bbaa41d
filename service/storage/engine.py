"""Opening a database: what every connection to it is set to."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

READERS = 2  # threads that read
OTHERS = 3  # connections: who writes, and two people who take their own data along
BUSY_SECONDS = 5.0  # how long to wait for another process that writes
AGAIN_SECONDS = 0.01  # between two tries to switch a new database to WAL

SETTINGS = (
    "synchronous = FULL",  # an acknowledged message survives a power cut
    "foreign_keys = ON",
    "secure_delete = FAST",  # what was erased is overwritten where its page is written anyway
    "temp_store = MEMORY",
    "cache_size = -16384",  # KiB
    "wal_autocheckpoint = 4000",  # pages
)


def open_engine(url: str) -> Engine:
    """The engine of a database URL, set up so that a commit is on disk when it returns."""
    engine = create_engine(
        url,
        hide_parameters=True,  # an error's text must not bring a message's text or a password's hash into the log
        poolclass=QueuePool,
        pool_size=READERS + OTHERS,
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS, "isolation_level": None},
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def thoroughly(connection: Connection) -> Iterator[None]:
    """What is changed or deleted meanwhile is overwritten wherever it stood, also on pages that become free by it."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.exec_driver_sql("PRAGMA secure_delete = ON").close()
    try:
        yield
    finally:
        if sqlite:
            connection.exec_driver_sql("PRAGMA secure_delete = FAST").close()


def _configure(connection: Any, _record: object) -> None:
    _use_wal(connection)
    for setting in SETTINGS:
        connection.execute(f"PRAGMA {setting}")


def _use_wal(connection: Any) -> None:
    """Switch to WAL, in which readers and the writer do not wait for each other. For this one statement SQLite does not
    wait by itself: of two processes that open a new database at once, one is told that it is locked."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(AGAIN_SECONDS)


def _begin(connection: Any) -> None:
    # The driver's own BEGIN comes too late to give a read one consistent state, or a write the lock from its start.
    options = connection.get_execution_options()
    connection.exec_driver_sql("BEGIN" if options.get("reading") else "BEGIN IMMEDIATE")
