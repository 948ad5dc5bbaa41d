"""Storing messages, many in one transaction: the one place where chat is written at speed.

The usual post brings a ruling that still stands, so a batch costs one look at the version of everybody's rights, one at
its rooms' heads, and two ``executemany``. A post with anything unusual about it is asked about one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from service.chat import ids
from service.chat.errors import Code, Refusal
from service.chat.events import MessagePosted
from service.chat.messages import Posted, PostMessage, Ruling, keep_pace, require_replied, rule, seen
from service.chat.records import Filter, Message, Room
from service.chat.reports import open_for_filter
from service.chat.screening import Screen, Screened
from service.storage.log import MESSAGE
from service.storage.transaction import SqlTransaction

Outcome = Posted | Refusal

_HEADS = "SELECT room_id, seq, at FROM heads WHERE room_id IN"
_INSERT = (
    "INSERT INTO events (room_id, seq, at, kind, actor_id, text, reply_to, nonce, digest)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_ADVANCE = "UPDATE heads SET seq = ?, at = ? WHERE room_id = ?"

_VERSION = "SELECT version FROM authority"

Row = tuple[int, int, int, int, int, str, str | None, str | None, bytes | None]


def cursor_of(connection: Connection) -> Any:
    """The driver's own cursor: a batch is the one place where SQLAlchemy's way to it costs more than the database."""
    return connection.connection.cursor()


def store(tx: SqlTransaction, posts: Sequence[PostMessage], screen: Screen | None = None) -> list[Outcome]:
    """Store what may be stored; an outcome for each post, in order. The transaction has no other events. Without
    ``screen`` nothing is said in a room that has filters."""
    # Closed here and now: a refusal's traceback holds on to it, and whichever thread forgets the refusal would reset
    # the statement that it ran last, which this thread may be in the middle of again.
    with closing(cursor_of(tx.connection)) as cursor:
        cursor.execute("SAVEPOINT posts")
        try:
            outcomes = _Batch(tx, cursor, screen).store(posts)
        except (tx.connection.dialect.loaded_dbapi.IntegrityError, _SaidTwice):
            # Somebody sent a nonce twice. It is rare, so it is found out by the unique key and not by asking each time.
            cursor.execute("ROLLBACK TO posts")
            tx.appended.clear()
            tx.told.clear()
            outcomes = [_store_one(tx, cursor, post, screen) for post in posts]
        cursor.execute("RELEASE posts")
    return outcomes


def _store_one(tx: SqlTransaction, cursor: Any, post: PostMessage, screen: Screen | None) -> Outcome:
    post.ruling = None  # so that the nonce is looked up
    with tx.connection.begin_nested():
        return _Batch(tx, cursor, screen).store([post])[0]


class _SaidTwice(Exception):
    """A retry stands in one batch with what it repeats, where slow mode would refuse it before the key is asked."""


class _Batch:
    """Posts on their way into the log, in one transaction."""

    def __init__(self, tx: SqlTransaction, cursor: Any, screen: Screen | None) -> None:
        self._tx = tx
        self._screen = screen
        self._cursor = cursor
        (self._version,) = self._cursor.execute(_VERSION).fetchone()
        self._changes: dict[int, tuple[set[int], set[str], set[int]]] = {}
        self._heads: dict[int, tuple[int, int]] = {}
        self._slowed: set[tuple[int, int, str]] = set()  # nonces of this batch in rooms with slow mode
        self._flagged: list[tuple[Room, Message, Filter]] = []

    def store(self, posts: Sequence[PostMessage]) -> list[Outcome]:
        decided = [self._decide(post) for post in posts]
        self._read_heads({ruling.room.id for ruling in decided if isinstance(ruling, Ruling)})
        rows: list[Row] = []
        outcomes = [
            self._place(post, ruling, rows) if isinstance(ruling, Ruling) else ruling
            for post, ruling in zip(posts, decided, strict=True)
        ]
        if rows:
            self._cursor.executemany(_INSERT, rows)
            self._cursor.executemany(_ADVANCE, [(seq, at, room_id) for room_id, (seq, at) in self._heads.items()])
        for flagged in self._flagged:
            open_for_filter(self._tx, *flagged)
        return outcomes

    def _decide(self, post: PostMessage) -> Ruling | Outcome:
        tx = self._tx
        try:
            ruling = post.ruling
            if ruling is None or post.credential.expires_at * 1000 <= tx.now or not self._stands(ruling):
                found = rule(tx, post, self._version)
                if isinstance(found, Posted):
                    return found
                post.ruling = ruling = found
            elif ruling.slow_mode or ruling.filters or post.reply_to is not None:
                earlier = seen(tx, ruling.room, ruling.author_id, post)
                if earlier is not None:
                    return earlier
            if ruling.version != self._version:  # it stands: what has changed since need not be looked at again
                post.ruling = ruling = replace(ruling, version=self._version)
            if post.reply_to is not None:
                require_replied(tx, ruling.room, post.reply_to)
            if ruling.filters:  # before slow mode, which counts what was said and not what was refused
                post.screened = self._screened(post, ruling.filters)
            if ruling.slow_mode:
                self._require_new(post, ruling)
                keep_pace(tx, ruling)
            return ruling
        except Refusal as refusal:
            post.ruling = None
            return refusal

    def _screened(self, post: PostMessage, filters: Sequence[Filter]) -> Screened:
        if self._screen is None:
            raise Refusal(Code.UNAVAILABLE, "The filters of this room can't be asked right now.")
        return self._screen.look(post.credential.user_uid, filters, post.text)

    def _require_new(self, post: PostMessage, ruling: Ruling) -> None:
        if post.nonce is None:
            return
        key = (ruling.room.id, ruling.author_id, post.nonce)
        if key in self._slowed:
            raise _SaidTwice
        self._slowed.add(key)

    def _stands(self, ruling: Ruling) -> bool:
        """Whether nothing that the ruling was made from has changed since."""
        if ruling.version == self._version:
            return True
        changes = self._changes.get(ruling.version)
        if changes is None:
            changes = self._changes[ruling.version] = self._tx.authority.changed_since(ruling.version)
        users, sessions, rooms = changes
        return ruling.author_id not in users and ruling.sid not in sessions and ruling.room.id not in rooms

    def _read_heads(self, room_ids: set[int]) -> None:
        if room_ids:
            marks = ", ".join("?" * len(room_ids))
            cursor = self._cursor.execute(f"{_HEADS} ({marks})", tuple(room_ids))
            self._heads = {room_id: (seq, at) for room_id, seq, at in cursor}

    def _place(self, post: PostMessage, ruling: Ruling, rows: list[Row]) -> Posted:
        """Give the post the next seq of its room, and a time that is not before the last one's."""
        room_id, slug, now = ruling.room.id, ruling.room.slug, self._tx.now
        seq, last = self._heads[room_id]
        seq += 1
        at = now if now > last else last
        self._heads[room_id] = (seq, at)
        nonce, reply_to, screened = post.nonce, post.reply_to, post.screened
        text = post.text if screened is None else screened.text
        rows.append((room_id, seq, at, MESSAGE, ruling.author_id, text, reply_to, nonce, post.digest()))
        message = Message(ids.message_id(at, room_id, seq), slug, seq, ruling.author, text, at, reply_to, nonce)
        self._tx.appended.append(MessagePosted(room_id, slug, seq, at, message, ruling.author_id))
        if screened is not None and screened.report is not None:
            self._flagged.append((ruling.room, message, screened.report))
        return Posted(message)
