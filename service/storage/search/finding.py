"""Asking the index: the latest of what fits, or the best among the latest, and what to show of it.

The words of a text are compared with those of a query by the database alone, also for an excerpt: a second opinion on
where a word ends would show people what they did not look for.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from service.chat.stores.search import Excerpt, Hit, Piece, Wanted
from service.storage.search.file import ANY, TIE_BITS, TOKENIZER
from service.storage.search.matching import together, whole_of, words_of

ROOMS_IN_MATCH = 500  # as words of a query; more are compared one hit at a time
BEST_AMONG = 500  # of the latest that fit are weighed: what a word that everybody uses costs has a bound
EXCERPT_WORDS = 32
EXCERPT_MAX = 320  # characters: a word may be as long as a message
BEGINS, ENDS, MORE = "\x02", "\x03", "…"
SECONDS = 5.0  # that one query may take
LOOK_EVERY = 20_000  # steps of the database between two looks at the clock
KEY_MAX = 2**63 - 1
AT_MAX = KEY_MAX >> TIE_BITS  # Unix ms, in the year 2248: a later time has no key, and nothing was said then

_SCRATCH = f"""
CREATE VIRTUAL TABLE temp.weighed USING fts5 (text, tags, {TOKENIZER.partition(", prefix")[0]});
CREATE TEMP TABLE within (room_id INTEGER PRIMARY KEY);
CREATE TEMP TABLE latest (key INTEGER PRIMARY KEY);
"""
KEYS = """
SELECT rowid AS key FROM words
WHERE words MATCH :match AND rowid >= :since AND rowid < :below ORDER BY rowid DESC LIMIT :most
"""
KEYS_WITHIN = """
SELECT d.key AS key
FROM words AS w CROSS JOIN documents AS d ON d.key = w.rowid CROSS JOIN within ON within.room_id = d.room_id
WHERE w.words MATCH :match AND w.rowid >= :since AND w.rowid < :below ORDER BY w.rowid DESC LIMIT :most
"""
_WEIGH = """
INSERT INTO weighed (rowid, text, tags)
SELECT d.key, d.text, d.tags FROM latest CROSS JOIN documents AS d ON d.key = latest.key ORDER BY d.key
"""
_TAKE = "INSERT OR IGNORE INTO latest (key) "
_BEST = """
SELECT d.key, d.room_id, d.seq
FROM (
    SELECT rowid, bm25(weighed, 1.0, 0.0) AS weight FROM weighed WHERE weighed MATCH ?
    ORDER BY weight, rowid DESC LIMIT ? OFFSET ?
) AS b CROSS JOIN documents AS d ON d.key = b.rowid ORDER BY b.weight, d.key DESC
"""
_EXCERPT = f"""
SELECT rowid, snippet(weighed, 0, '{BEGINS}', '{ENDS}', '{MORE}', {EXCERPT_WORDS}) FROM weighed WHERE weighed MATCH ?
"""  # noqa: S608 - put together of constants
_NO_MARKS = str.maketrans({BEGINS: " ", ENDS: " "})


class Finding:
    """The index as it is asked, by one thread at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(_SCRATCH)
        self._until = 0.0
        connection.set_progress_handler(self._too_long, LOOK_EVERY)

    def close(self) -> None:
        """Nothing more will be asked."""
        self._connection.close()

    def newest(self, wanted: Wanted, below: int | None, limit: int) -> list[Hit]:
        """What fits, the latest first, with keys lower than ``below``."""
        with self._look():
            asked = self._asked(wanted)
            if asked is None:
                return []
            match, keys = asked
            rows = self._connection.execute(placed(keys), _bounds(wanted, below, limit) | {"match": match})
            return [Hit(*row) for row in rows]

    def best(self, wanted: Wanted, below: int | None, first: int, limit: int) -> tuple[list[Hit], int]:
        """What fits best, among those that fit and are the latest; and a key that is above all of those."""
        with self._look():
            asked = self._asked(wanted)
            if asked is None:
                return [], 0
            match, keys = asked
            run, bounds = self._connection.execute, _bounds(wanted, below, BEST_AMONG)
            taken = run(_TAKE + keys, bounds | {"match": match}).rowcount
            near = together(wanted)
            if near is not None and taken == BEST_AMONG:
                # Words that stand together are rarer than words that stand in one text: these are looked for further
                # back, and do not have to be among the latest of all.
                run(_TAKE + keys, bounds | {"match": f"({near}) AND ({match})"})
            run(_WEIGH)
            wording = words_of(wanted) if near is None else f"({words_of(wanted)}) OR ({near})"
            (top,) = run("SELECT coalesce(max(key), 0) + 1 FROM latest").fetchone()
            return [Hit(*row) for row in run(_BEST, (wording, limit, first))], top

    def excerpts(self, wanted: Wanted, texts: Mapping[int, str]) -> dict[int, Excerpt]:
        """What to show of these texts; one that does not fit is left out."""
        with self._look():
            rows = [(key, text.translate(_NO_MARKS), ANY) for key, text in sorted(texts.items())]
            self._connection.executemany("INSERT INTO weighed (rowid, text, tags) VALUES (?, ?, ?)", rows)
            found = self._connection.execute(_EXCERPT, (words_of(wanted),))
            return {key: pieces(text) for key, text in found}

    def _asked(self, wanted: Wanted) -> tuple[str, str] | None:
        """The query, and the statement that asks for its keys. The rooms stand in the query in whichever way is
        shorter: those that may be looked into, or those that may not."""
        known = {room_id for (room_id,) in self._connection.execute("SELECT room_id FROM cursors")}
        within, outside = known & wanted.rooms, known - wanted.rooms
        if not within:
            return None
        if len(outside) < len(within) and len(outside) <= ROOMS_IN_MATCH:
            return whole_of(wanted, None, outside), KEYS
        if len(within) <= ROOMS_IN_MATCH:
            return whole_of(wanted, within, ()), KEYS
        self._connection.executemany("INSERT INTO within VALUES (?)", [(room_id,) for room_id in within])
        return whole_of(wanted, None, ()), KEYS_WITHIN

    @contextmanager
    def _look(self) -> Iterator[None]:
        """One state of the index, and nothing left of what was worked out."""
        self._until = time.monotonic() + SECONDS
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.rollback()

    def _too_long(self) -> bool:
        return time.monotonic() > self._until


def placed(keys: str) -> str:
    """The statement that asks for the places of what the statement ``keys`` finds."""
    return f"SELECT d.key, d.room_id, d.seq FROM ({keys}) AS k CROSS JOIN documents AS d ON d.key = k.key"  # noqa: S608


def _bounds(wanted: Wanted, below: int | None, most: int) -> dict[str, int | str]:
    before = KEY_MAX if wanted.before is None else min(wanted.before, AT_MAX) << TIE_BITS
    return {
        "since": min(wanted.since or 0, AT_MAX) << TIE_BITS,
        "below": before if below is None else min(before, below),
        "most": most,
    }


def pieces(marked: str) -> Excerpt:
    """A marked text in pieces, cut to a length that can be shown around the first of what was found in it."""
    found = []
    for part in marked.split(BEGINS):
        hit, ends, rest = part.rpartition(ENDS)
        if ends:
            found.append(Piece(hit, hit=True))
        if rest:
            found.append(Piece(rest))
    return _cut(found)


def _cut(found: list[Piece]) -> Excerpt:
    if found and not found[0].hit and len(found) > 1 and len(found[0].text) > EXCERPT_MAX // 2:
        found[0] = Piece(MORE + found[0].text[-EXCERPT_MAX // 2 :])
    shown, left = [], EXCERPT_MAX
    for piece in found:
        if len(piece.text) > left:
            shown.append(Piece(piece.text[:left] + MORE, piece.hit))
            break
        shown.append(piece)
        left -= len(piece.text)
    return tuple(shown)
