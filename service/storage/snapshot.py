"""A database as it is at one moment, in a file of its own: made while a server writes on, and read again.

It speaks to SQLite itself. A backup is taken before an upgrade as well as after one, so nothing here relies on more of
the schema than it has looked for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

PAGES_AT_ONCE = 2_048  # copied between two reports of how far it is
BUSY_SECONDS = 5.0
COUNTED = ("users", "rooms", "events", "files")  # the tables whose rows a manifest counts

Told = Callable[[int, int], None]
"""Called with how much is done, and of how much."""


class Damaged(Exception):
    """A database that can't be read, or copied; the text says how that shows."""


@dataclass(frozen=True, slots=True)
class Blob:
    """The content of one uploaded file: its key, the key's thumbnail if there is one, and which file's it is."""

    key: str
    has_thumbnail: bool
    uid: str


def take(database: Path, to: Path, told: Told) -> None:
    """Copy a database, as it is now, into a new file. A server may write meanwhile, and is not held up.

    The copying has one reading transaction from its first page to its last. Without it, SQLite would begin anew at
    every commit of somebody else, and on a busy server never come to an end.
    """
    with (
        _failures(),
        closing(_open(database)) as source,
        closing(sqlite3.connect(to, isolation_level=None)) as copy,
    ):
        copy.execute("PRAGMA synchronous = OFF")  # who keeps the copy brings it to the disk, once
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # BEGIN alone reads nothing yet
        source.backup(copy, pages=PAGES_AT_ONCE, progress=lambda _, left, pages: told(pages - left, pages))
        source.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, and none beside it


def require_sound(database: Path) -> None:
    """Read all of it; ``Damaged`` if something does not fit."""
    with _failures(), closing(_open(database)) as connection:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise Damaged(found)


def revision(database: Path) -> str:
    """The revision of its schema; ``Damaged`` if it has none, and is no database of ours."""
    with _failures(), closing(_open(database)) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None:
        raise Damaged("it has no schema")
    return str(row[0])


def counts(database: Path) -> dict[str, int]:
    """How many rows the tables have that people ask about."""
    with _failures(), closing(_open(database)) as connection:
        tables = _tables(connection)
        return {
            name: int(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608 - names of ours
            for name in COUNTED
            if name in tables
        }


def blobs(database: Path) -> Iterator[Blob]:
    """The contents that it refers to."""
    with _failures(), closing(_open(database)) as connection:
        if "files" in _tables(connection):
            rows = connection.execute("SELECT key, thumbnail_bytes, uid FROM files WHERE gone_at IS NULL ORDER BY id")
            for key, thumbnail_bytes, uid in rows:
                yield Blob(key, thumbnail_bytes > 0, uid)


def bytes_of_blobs(database: Path) -> int:
    """How many bytes those have, thumbnails and all."""
    with _failures(), closing(_open(database)) as connection:
        if "files" not in _tables(connection):
            return 0
        query = "SELECT coalesce(sum(size + thumbnail_bytes), 0) FROM files WHERE gone_at IS NULL"
        return int(connection.execute(query).fetchone()[0])


def given_up(database: Path, uids: Iterable[str]) -> dict[str, int]:
    """Which of these files a database knows by name alone, or not at all, and since when (Unix ms; 0: not at all)."""
    found = {}
    with _failures(), closing(_open(database)) as connection:
        for uid in uids:
            row = connection.execute("SELECT gone_at FROM files WHERE uid = ?", (uid,)).fetchone()
            if row is None or row[0] is not None:
                found[uid] = 0 if row is None else int(row[0])
    return found


def give_up(database: Path, uids: dict[str, int], now: int) -> None:
    """Know these files by name alone: what happened to them while their contents were copied."""
    with _failures(), closing(_open(database)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        rows = [(at or now, uid) for uid, at in uids.items()]
        connection.executemany("UPDATE files SET gone_at = ? WHERE uid = ?", rows)
        connection.execute("COMMIT")


def _open(database: Path) -> sqlite3.Connection:
    """A database that is there: to open a file that is not would make an empty one."""
    url = f"{database.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(url, uri=True, isolation_level=None, timeout=BUSY_SECONDS)


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise Damaged(str(error)) from error


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
