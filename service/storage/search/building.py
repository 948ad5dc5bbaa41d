"""Letting the index follow the log: whatever happened in a room since it was last looked at, a bounded piece at a time.

All is done by the database: it copies what was said from the log into the index, and no line of it passes through
Python. That is fast, and it leaves the interpreter to who is talking. A piece and the seqs up to which it went are one
transaction, so that whatever ends the process in between, nothing is indexed twice or left out.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from service.chat.queries import Trait
from service.storage.kinds import Kind
from service.storage.search.file import ANY, TIE_BITS, TRAITS

PAGES_AT_ONCE = 500  # written in one piece of a merge: some 2 MB
EVENTS_AT_ONCE = 1_000  # of a piece: some 40 ms, for which the database's own log can't be shortened

MERGED_MIN = 2  # rows that change with a piece in which something was merged, as SQLite's manual has it

# The events after which a message is to be looked at again: what it says, or what it has, may be another.
TOUCHING = (
    Kind.MESSAGE_DELETED,
    Kind.MESSAGE_RESTORED,
    Kind.MESSAGE_EDITED,
    Kind.REACTION_ADDED,
    Kind.REACTION_REMOVED,
)
_TOUCHING = ", ".join(str(kind.value) for kind in TOUCHING)

SCRATCH = """
CREATE TEMP TABLE touched (room_id INTEGER, seq INTEGER, gone INTEGER, PRIMARY KEY (room_id, seq)) WITHOUT ROWID;
CREATE TEMP TABLE said (
    room_id INTEGER, seq INTEGER, at INTEGER, text TEXT, tags TEXT, PRIMARY KEY (room_id, seq)
) WITHOUT ROWID;
"""
BEHIND = """
SELECT rooms.id, rooms.epoch, coalesce(cursors.seq, 0), heads.seq,
       cursors.room_id IS NOT NULL
       AND (rooms.deleted_at IS NOT NULL OR cursors.epoch <> rooms.epoch OR cursors.seq > heads.seq)
FROM log.rooms AS rooms
JOIN log.heads AS heads ON heads.room_id = rooms.id
LEFT JOIN cursors ON cursors.room_id = rooms.id
WHERE CASE WHEN rooms.deleted_at IS NULL
      THEN cursors.room_id IS NULL OR cursors.seq <> heads.seq OR cursors.epoch <> rooms.epoch
      ELSE cursors.room_id IS NOT NULL END
UNION ALL
SELECT room_id, '', 0, 0, 1 FROM cursors WHERE room_id NOT IN (SELECT id FROM log.rooms)
"""
UP_TO = """
SELECT max(seq), count(*) FROM (
    SELECT seq FROM log.events WHERE room_id = :room AND seq > :after ORDER BY seq LIMIT :most
)
"""
TOUCH = f"""
INSERT OR IGNORE INTO touched (room_id, seq, gone)
SELECT room_id, CASE kind WHEN {Kind.MESSAGE.value} THEN seq ELSE json_extract(data, '$.message') END, 0
FROM log.events
WHERE room_id = :room AND seq > :after AND seq <= :upto AND kind IN ({Kind.MESSAGE.value}, {_TOUCHING})
"""  # noqa: S608 - put together of constants
SAY = f"""
INSERT INTO said (room_id, seq, at, text, tags)
SELECT e.room_id, e.seq, e.at, e.text,
    '{ANY} r' || e.room_id || ' u' || e.actor_id
    || CASE WHEN e.text LIKE '%http://%' OR e.text LIKE '%https://%' OR e.text LIKE '%mailto:%'
       THEN ' {TRAITS[Trait.LINK]}' ELSE '' END
    || CASE WHEN EXISTS (
           SELECT 1 FROM log.files AS f WHERE f.room_id = e.room_id AND f.seq = e.seq AND f.gone_at IS NULL
       ) THEN ' {TRAITS[Trait.FILE]}' ELSE '' END
    || CASE WHEN EXISTS (SELECT 1 FROM log.reactions AS r WHERE r.room_id = e.room_id AND r.seq = e.seq)
       THEN ' {TRAITS[Trait.REACTION]}' ELSE '' END
FROM touched AS t CROSS JOIN log.events AS e ON e.room_id = t.room_id AND e.seq = t.seq
WHERE NOT t.gone AND e.kind = {Kind.MESSAGE.value} AND e.deleted_at IS NULL AND e.text IS NOT NULL
"""  # noqa: S608 - put together of constants
_CHANGED = """
FROM touched AS t
CROSS JOIN documents AS d ON d.room_id = t.room_id AND d.seq = t.seq
LEFT JOIN said AS s ON s.room_id = t.room_id AND s.seq = t.seq
WHERE s.seq IS NULL OR s.text <> d.text OR s.tags <> d.tags
"""
FORGET_WORDS = f"""
INSERT INTO words (words, rowid, text, tags) SELECT 'delete', d.key, d.text, d.tags {_CHANGED} ORDER BY d.key
"""
FORGET = f"DELETE FROM documents WHERE key IN (SELECT d.key {_CHANGED})"  # noqa: S608 - put together of constants
KEEP_NEW = """
DELETE FROM said WHERE EXISTS (
    SELECT 1 FROM documents AS d WHERE d.room_id = said.room_id AND d.seq = said.seq
)
"""
# Several messages of one millisecond get keys one after another, behind those that are there. Should a million not be
# enough, the rest is left out rather than the index brought to a halt.
ADD = f"""
INSERT OR IGNORE INTO documents (key, room_id, seq, text, tags)
SELECT coalesce(
           (SELECT max(key) + 1 FROM documents WHERE key >= at << {TIE_BITS} AND key < (at + 1) << {TIE_BITS}),
           at << {TIE_BITS}
       ) + row_number() OVER (PARTITION BY at ORDER BY room_id, seq) - 1,
       room_id, seq, text, tags
FROM said
"""  # noqa: S608 - put together of constants
ADD_WORDS = """
INSERT INTO words (rowid, text, tags)
SELECT d.key, d.text, d.tags
FROM said AS s CROSS JOIN documents AS d ON d.room_id = s.room_id AND d.seq = s.seq
ORDER BY d.key
"""
ADVANCE = """
INSERT INTO cursors (room_id, epoch, seq) VALUES (:room, :epoch, :upto)
ON CONFLICT (room_id) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq
"""
OF_ROOM = """
INSERT INTO touched (room_id, seq, gone) SELECT room_id, seq, 1 FROM documents WHERE room_id = :room LIMIT :most
"""
LEAVE = "DELETE FROM cursors WHERE room_id = :room"
# What is deleted from an index of words is struck out first, and leaves the file when its parts are merged. Where
# somebody was erased, that can't wait until enough is said anew: all parts become one, a bounded piece of it at a time.
ERASED = """
SELECT id FROM log.erasures
WHERE finished_at IS NOT NULL AND messages = 'delete' AND id NOT IN (SELECT erasure_id FROM purges)
"""
MERGE = "INSERT INTO words (words, rank) VALUES ('merge', :pages)"
PURGED = "INSERT OR IGNORE INTO purges (erasure_id) VALUES (:erasure)"
PROGRESS = "SELECT (SELECT sum(seq) FROM cursors), (SELECT sum(seq) FROM log.heads)"


@dataclass(frozen=True, slots=True)
class Behind:
    """A room whose log has gone on; or, if it is ``gone``, one whose documents are to be forgotten."""

    room_id: int
    epoch: str
    after: int
    head: int
    gone: int


class Building:
    """The index as it is written, by one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._merging = False
        connection.executescript(SCRATCH)

    def close(self) -> None:
        """Nothing more will be written."""
        self._connection.close()

    def behind(self) -> list[Behind]:
        """The rooms that the index does not have whole; first those where least is missing, so that what is being said
        while an index is built is found at once."""
        rooms = [Behind(*row) for row in self._connection.execute(BEHIND)]
        return sorted(rooms, key=lambda room: (room.gone, room.head - room.after))

    def erased(self) -> list[int]:
        """The erasures that have come to their end, and after which the index was not purged."""
        return [id for (id,) in self._connection.execute(ERASED)]

    def purge(self, erased: list[int]) -> bool:
        """Merge a piece; whether that was the last one. Asked when the index has all of the log as it was with the end
        of these erasures."""
        run = self._connection.execute
        before = self._connection.total_changes
        # The first piece says by its sign that all parts are to become one.
        run(MERGE, {"pages": PAGES_AT_ONCE if self._merging else -PAGES_AT_ONCE})
        self._merging = self._connection.total_changes - before >= MERGED_MIN
        if self._merging:
            return False
        run("PRAGMA main.wal_checkpoint(TRUNCATE)").fetchall()  # what was merged still stands in the file's own log
        self._connection.executemany(PURGED, [{"erasure": id} for id in erased])
        return True

    def progress(self) -> float:
        """How much of the log is in the index: from 0 to 1."""
        done, all_ = self._connection.execute(PROGRESS).fetchone()
        return min(1.0, (done or 0) / all_) if all_ else 1.0

    def step(self, rooms: list[Behind]) -> int:
        """Take in the next piece of these rooms' logs; how many events, and forgotten documents, it had."""
        run = self._connection.execute
        run("BEGIN")
        try:
            left = EVENTS_AT_ONCE
            for room in rooms:
                left -= self._forget(room, left) if room.gone else self._look(room, left)
                if left <= 0:
                    break
            self._write()
            run("COMMIT")
        except BaseException:
            self._connection.rollback()
            raise
        return EVENTS_AT_ONCE - left

    def _look(self, room: Behind, most: int) -> int:
        """Note which messages of a room are to be looked at."""
        run, span = self._connection.execute, {"room": room.room_id, "after": room.after}
        upto, count = run(UP_TO, {**span, "most": most}).fetchone()
        if count:
            run(TOUCH, {**span, "upto": upto})
        run(ADVANCE, {"room": room.room_id, "epoch": room.epoch, "upto": upto if count else room.after})
        return int(count)

    def _forget(self, room: Behind, most: int) -> int:
        """Note that documents are to go; what is touched and not said again is forgotten."""
        run = self._connection.execute
        count = run(OF_ROOM, {"room": room.room_id, "most": most}).rowcount
        if count < most:
            run(LEAVE, {"room": room.room_id})
        return count

    def _write(self) -> None:
        run = self._connection.execute
        run(SAY)
        run(FORGET_WORDS)
        run(FORGET)
        run(KEEP_NEW)
        run(ADD)
        run(ADD_WORDS)
        run("DELETE FROM touched")
        run("DELETE FROM said")
