"""Writing a town and its talk into a database file, past the server: with the schema that the server makes, its indexes
and its counts, so that the server could go on from there.

What is written can be made again, so nothing is paid here for its safety: no journal, no flush until the end. Indexes
beside the logs' own key are built when all is there, which is faster than to keep them up.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from scripts.scale.talk import SPAN_MS, Talk
from scripts.scale.town import NEWCOMER, READER, Town, enter, found, read, settle
from service.storage.engine import open_engine
from service.storage.schema import migrate

DATABASE = "folkmoot.db"  # as a server's data directory has it
FOLLOWED = 200  # threads that the reader follows, however many there are
CACHE_KIB = 262_144

_SETTINGS = (
    "journal_mode = OFF",
    "synchronous = OFF",
    "locking_mode = EXCLUSIVE",
    f"cache_size = -{CACHE_KIB}",
)
_EVENTS = (
    "INSERT INTO events (room_id, seq, at, kind, actor_id, text, reply_to, nonce, digest, data, deleted_by, deleted_at,"
    " edited_at, html, root, said) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_REACTIONS = "INSERT INTO reactions (room_id, seq, emoji, user_id, at) VALUES (?, ?, ?, ?, ?)"
_REVISIONS = "INSERT INTO revisions (room_id, seq, number, text, at) VALUES (?, ?, ?, ?, ?)"
_MENTIONS = "INSERT INTO mentions (room_id, seq, user_id, at) VALUES (?, ?, ?, ?)"
_INDEXES = (
    "SELECT name, sql FROM sqlite_master"
    " WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('events', 'mentions')"
)
_THREADS = (
    "INSERT INTO threads (room_id, root, replies, last_seq, last_at)"
    " SELECT room_id, root, count(*), max(seq), max(at) FROM events WHERE root IS NOT NULL GROUP BY room_id, root"
)
# Who takes part follows, and has read at least what they said themselves.
_FOLLOWERS = (
    "INSERT INTO followers (user_id, room_id, root, following, read_seq)"
    " SELECT actor_id, room_id, root, 1, max(seq) FROM events WHERE root IS NOT NULL"
    " GROUP BY actor_id, room_id, root ORDER BY 1, 2, 3"
)
_ROOT_AUTHORS = (
    "INSERT OR IGNORE INTO followers (user_id, room_id, root, following, read_seq)"
    " SELECT e.actor_id, t.room_id, t.root, 1, t.root FROM threads AS t"
    " JOIN events AS e ON e.room_id = t.room_id AND e.seq = t.root"
)
# The latest ones, and read to just before the last reply: what is unread is the same in a short log and in a long one.
_READERS_THREADS = (
    "INSERT INTO followers (user_id, room_id, root, following, read_seq)"
    " SELECT ?, room_id, root, 1, last_seq - 1 FROM threads ORDER BY last_at DESC, room_id, root LIMIT ?"
)


def write(folder: Path, messages: int, now: int, told: Callable[[str, int], None]) -> None:
    """A data directory with a log of so many messages up to ``now`` (Unix ms). ``told`` is called with what is being
    done, and with how many messages more have been written."""
    folder.mkdir(parents=True)
    path = folder / DATABASE
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    begun = now - SPAN_MS
    town = found(engine, begun)
    engine.dispose()
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for setting in _SETTINGS:
            database.execute(f"PRAGMA {setting}")
        database.execute("BEGIN")
        settle(town, database, begun)
        _talk(town, database, messages, now, told)
        _conclude(town, database, now, told)
        database.execute("COMMIT")
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _talk(town: Town, database: sqlite3.Connection, messages: int, now: int, told: Callable[[str, int], None]) -> None:
    indexes = database.execute(_INDEXES).fetchall()
    for name, _ in indexes:
        database.execute(f"DROP INDEX {name}")
    told("talking", 0)
    for chunk in Talk(town, messages, now).chunks():
        database.executemany(_EVENTS, chunk.events)
        database.executemany(_REACTIONS, chunk.reactions)
        database.executemany(_REVISIONS, chunk.revisions)
        database.executemany(_MENTIONS, chunk.mentions)
        told("talking", chunk.messages)
    for name, sql in indexes:
        told(f"building {name}", 0)
        database.execute(sql)


def _conclude(town: Town, database: sqlite3.Connection, now: int, told: Callable[[str, int], None]) -> None:
    told("counting threads", 0)
    for statement in (_THREADS, _FOLLOWERS, _ROOT_AUTHORS):
        database.execute(statement)
    database.execute(_READERS_THREADS, (town.people[READER], FOLLOWED))
    told("reading", 0)
    read(town, database)
    for place in town.places:
        enter(place, database, [town.people[NEWCOMER]], now)
