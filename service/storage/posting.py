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

from service.chat import files, ids, mentions, threads
from service.chat.errors import Code, Refusal
from service.chat.events import MessagePosted
from service.chat.mentions import MARK
from service.chat.messages import Posted, PostMessage, Ruling, keep_pace, rule, seen
from service.chat.records import Filter, Message, Room, StoredFile
from service.chat.reports import open_for_filter
from service.chat.screening import Screen, Screened
from service.chat.threads import Root, root_of
from service.storage.kinds import Kind
from service.storage.transaction import SqlTransaction

Outcome = Posted | Refusal

_HEADS = "SELECT room_id, seq, at, said FROM heads WHERE room_id IN"
_INSERT = (
    "INSERT INTO events (room_id, seq, at, kind, actor_id, text, reply_to, nonce, digest, html, root, said)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_ADVANCE = "UPDATE heads SET seq = ?, at = ?, said = ? WHERE room_id = ?"
_READ = "UPDATE members SET read_seq = ?, read_said = ? WHERE room_id = ? AND user_id = ? AND read_seq < ?"
MESSAGE = Kind.MESSAGE.value

_VERSION = "SELECT version FROM authority"

Row = tuple[int, int, int, int, int, str, str | None, str | None, bytes | None, str | None, int | None, int]


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
    """A retry stands in one batch with what it repeats, where slow mode, or that the files are taken, would refuse it
    before the key is asked."""


class _Batch:
    """Posts on their way into the log, in one transaction."""

    def __init__(self, tx: SqlTransaction, cursor: Any, screen: Screen | None) -> None:
        self._tx = tx
        self._screen = screen
        self._cursor = cursor
        (self._version,) = self._cursor.execute(_VERSION).fetchone()
        self._changes: dict[int, tuple[set[int], set[str], set[int]]] = {}
        self._heads: dict[int, tuple[int, int, int]] = {}  # by room: seq, at, said
        self._roots: dict[int, Root] = {}  # of replies, by the identity of their post
        self._files: dict[int, tuple[StoredFile, ...]] = {}  # of posts that carry some, by the identity of their post
        self._taken: set[str] = set()  # files that this batch has put into messages
        # What replies to something, calls somebody, or carries files.
        self._hung: list[tuple[Ruling, PostMessage, Message]] = []
        self._reads: list[tuple[int, int, int, int, int]] = []  # as ``_READ`` has them
        self._nonces: set[tuple[int, int, str]] = set()  # of this batch, where slow mode or files would refuse a retry
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
            self._cursor.executemany(_ADVANCE, [(*head, room_id) for room_id, head in self._heads.items()])
        if self._reads:
            self._cursor.executemany(_READ, self._reads)
        if self._hung:
            self._hang()
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
            elif ruling.slow_mode or ruling.filters or post.reply_to is not None or post.files:
                earlier = seen(tx, ruling.room, ruling.author_id, post)
                if earlier is not None:
                    return earlier
            if ruling.version != self._version:  # it stands: what has changed since need not be looked at again
                post.ruling = ruling = replace(ruling, version=self._version)
            if post.reply_to is not None:
                self._roots[id(post)] = root_of(tx, ruling.room, post.reply_to)
            if ruling.filters:  # before slow mode, which counts what was said and not what was refused
                post.screened = self._screened(post, ruling.filters)
            if ruling.slow_mode or post.files:
                self._require_new(post, ruling)
            if post.files:
                carried = files.carried(tx, ruling.room.id, ruling.author_id, post.files, self._taken)
                self._files[id(post)] = carried
            if ruling.slow_mode:
                keep_pace(tx, ruling)
            if post.files:
                self._taken.update(post.files)
            return ruling
        except Refusal as refusal:
            post.ruling = None
            return refusal

    def _screened(self, post: PostMessage, filters: Sequence[Filter]) -> Screened:
        if self._screen is None:
            raise Refusal(Code.UNAVAILABLE, "The filters of this room can't be asked right now.")
        return self._screen.look(post.credential.user_uid, filters, post.text)

    def _hang(self) -> None:
        """What a message brings beside itself: a longer thread, its files, and news for who is called in it."""
        for ruling, post, message in self._hung:
            root = self._roots.get(id(post))
            if root is not None:
                threads.replied(self._tx, ruling, root, message)
            if post.files:
                self._tx.files.attach(ruling.room.id, message.seq, self._files[id(post)])
            mentions.call(self._tx, ruling, message, post.here)

    def _require_new(self, post: PostMessage, ruling: Ruling) -> None:
        if post.nonce is None:
            return
        key = (ruling.room.id, ruling.author_id, post.nonce)
        if key in self._nonces:
            raise _SaidTwice
        self._nonces.add(key)

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
            self._heads = {room_id: (seq, at, said) for room_id, seq, at, said in cursor}

    def _place(self, post: PostMessage, ruling: Ruling, rows: list[Row]) -> Posted:
        """Give the post the next seq of its room, and a time that is not before the last one's."""
        room_id, slug, now = ruling.room.id, ruling.room.slug, self._tx.now
        seq, last, said = self._heads[room_id]
        seq += 1
        at = now if now > last else last
        nonce, reply_to, screened = post.nonce, post.reply_to, post.screened
        text, html = post.text, post.html
        if screened is not None and screened.text != text:
            text, html = screened.text, None  # it was formatted with what is masked now
        if reply_to is None:
            root, root_seq, said = None, None, said + 1
        else:
            root = self._roots[id(post)]
            root_seq = root.seq
        self._heads[room_id] = (seq, at, said)
        digest = post.digest()
        author_id = ruling.author_id
        rows.append((room_id, seq, at, MESSAGE, author_id, text, reply_to, nonce, digest, html, root_seq, said))
        id_ = ids.message_id(at, room_id, seq)
        message = Message(id_, slug, seq, ruling.author, text, at, reply_to, nonce, None, html)
        if root is not None:
            message = replace(message, root=root.id)
        if post.files:
            message = replace(message, files=tuple(each.file for each in self._files[id(post)]))
        self._tx.appended.append(MessagePosted(room_id, slug, seq, at, message, ruling.author_id))
        if post.read:
            self._reads.append((seq, said, room_id, author_id, seq))
        if root is not None or MARK in text or post.files:
            self._hung.append((ruling, post, message))
        if screened is not None and screened.report is not None:
            self._flagged.append((ruling.room, message, screened.report))
        return Posted(message)
