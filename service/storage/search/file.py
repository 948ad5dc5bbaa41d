"""The file of the search index: its tables, how it is opened, and when it is thrown away.

It has a document for each message that can be found. A document's key is made of its message's time, so that the
latest is the highest, and a span of time a range of keys. Who said it, where, and what it has beside its words stands
in it as words of a second column: who may look where is then a part of what is looked for, and not a sieve behind it.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from pathlib import Path

from service.chat.queries import Trait

SEARCH_FILE = "search.db"
VERSION = 2  # of the tables and of what is written into them: an index of another version is built anew
APPLICATION = 0x464D5345  # in the file's head, so that nothing else is taken for an index
TIE_BITS = 20  # of a document's key, below its time in ms: the messages of one ms
BUSY_SECONDS = 5.0
CACHE_KIB = 16_384
FILE_MODE = 0o600

# What a document has as words of its column ``tags``. None has two characters that others begin with in great number:
# such beginnings are indexed as well.
ANY = "m"
TRAITS = {Trait.LINK: "hl", Trait.FILE: "hf", Trait.REACTION: "hr"}

TOKENIZER = "tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'"
TABLES = f"""
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
CREATE TABLE documents (
    key INTEGER PRIMARY KEY,
    room_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    text TEXT NOT NULL,
    tags TEXT NOT NULL
);
CREATE UNIQUE INDEX documents_place ON documents (room_id, seq);
CREATE TABLE cursors (
    room_id INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL
);
CREATE TABLE purges (
    erasure_id INTEGER PRIMARY KEY
);
CREATE VIRTUAL TABLE words USING fts5 (
    text, tags, content = 'documents', content_rowid = 'key', columnsize = 0, {TOKENIZER}
);
"""

log = logging.getLogger("folkmoot.search")


def room_tag(room_id: int) -> str:
    """The word that the documents of a room have."""
    return f"r{room_id}"


def author_tag(user_id: int) -> str:
    """The word that the documents of an author have."""
    return f"u{user_id}"


def missing() -> str | None:
    """Why there can be no index here; None where there can."""
    with sqlite3.connect(":memory:") as connection:
        (compiled,) = connection.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')").fetchone()
    connection.close()
    return None if compiled else f"this Python's SQLite {sqlite3.sqlite_version} was built without FTS5"


def open_to_write(path: Path, database: Path) -> sqlite3.Connection:
    """The index, with the database attached as ``log``, to be read. What is no index of this version is thrown away."""
    try:
        connection = _connect(path)
        if _is_ours(connection):
            return _attached(connection, database)
        connection.close()
        log.info("the search index is of another version, and is built anew")
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise  # the disk, or somebody else who has it open: nothing that a new file would cure
        log.warning("the search index is damaged, and is built anew")
    throw_away(path)
    return _attached(_connect(path), database)


def open_to_read(path: Path) -> sqlite3.Connection:
    """The index, to be asked. What is worked out on the way stays in memory."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    return connection


def throw_away(path: Path) -> None:
    """Remove the index. Who still has it open goes on with what they have."""
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))
    connection = sqlite3.connect(
        path.absolute().as_uri(), uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")  # what a power cut takes from it is built again
    connection.execute("PRAGMA secure_delete = ON")  # what somebody deleted is not to be found in the file
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        connection.executescript(f"BEGIN; {TABLES} COMMIT;")
    return connection


def _is_ours(connection: sqlite3.Connection) -> bool:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return (application, version) == (APPLICATION, VERSION)


def _attached(connection: sqlite3.Connection, database: Path) -> sqlite3.Connection:
    connection.execute("ATTACH DATABASE ? AS log", (f"{database.absolute().as_uri()}?mode=ro",))
    return connection
