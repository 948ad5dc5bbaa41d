"""Reading out what a server, a room or a person has, in one state of the database, a part at a time.

The statements go along the keys of the tables. What a person has said stands in the logs of all rooms, and there is no
index over authors, which every post would pay for: their export reads those logs through.
"""

from __future__ import annotations

import heapq
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import Connection, Engine, Select, and_, bindparam, func, or_, select

from service import __version__
from service.chat import ids
from service.chat.portable import (
    VERSION,
    Account,
    Blocked,
    Content,
    Ending,
    Extent,
    Heading,
    Line,
    Login,
    Mark,
    Membership,
    Place,
    Reacted,
    Reported,
    Sanctioned,
    Saying,
)
from service.chat.ports import Clock
from service.chat.records import SYSTEM
from service.chat.roles import Role, RoomRole
from service.chat.stores.files import BlobMissing, Blobs
from service.storage.exported_marks import Hung
from service.storage.kinds import Kind
from service.storage.tables import (
    blocks,
    events,
    files,
    heads,
    members,
    pins,
    reactions,
    reports,
    rooms,
    sanctions,
    sessions,
    users,
)

AT_ONCE = 500  # rows read at once; databases bound the parameters of a statement

log = logging.getLogger("folkmoot.exports")

_SAID = (
    select(
        events.c.seq,
        events.c.at,
        events.c.actor_id,
        events.c.text,
        events.c.reply_to,
        events.c.root,
        events.c.edited_at,
        events.c.deleted_by,
        events.c.deleted_at,
    )
    .where(
        events.c.room_id == bindparam("room_id"),
        events.c.kind == Kind.MESSAGE.value,
        events.c.seq > bindparam("after"),
    )
    .order_by(events.c.seq)
    .limit(AT_ONCE)
)
_SAID_BY = _SAID.where(events.c.actor_id == bindparam("author_id"))
_CONTENTS = (
    select(files.c.id, files.c.uid, files.c.key)
    .join(events, and_(events.c.room_id == files.c.room_id, events.c.seq == files.c.seq))
    .where(files.c.gone_at.is_(None), events.c.deleted_at.is_(None), files.c.id > bindparam("after"))
    .order_by(files.c.id)
    .limit(AT_ONCE)
)


@dataclass(frozen=True, slots=True)
class Whose:
    """Of what an export is: all, one room (its id), or one person (theirs)."""

    of: Extent
    id: int = 0
    name: str | None = None


class Export:
    """The lines of one export, and then the contents that they name. The connection's transaction is the state."""

    def __init__(self, connection: Connection, blobs: Blobs, whose: Whose, at: int) -> None:
        self._run = connection.execute
        self._blobs = blobs
        self._whose = whose
        self._at = at
        self._names: dict[int, str] = {0: SYSTEM}
        self._lines = 0

    def messages(self) -> int:
        """How many messages there are to be read, so that somebody can be told how far it is: those that are no
        replies in threads."""
        here = rooms.c.id == self._whose.id if self._whose.of is Extent.ROOM else rooms.c.deleted_at.is_(None)
        counted = select(func.coalesce(func.sum(heads.c.said), 0)).join_from(heads, rooms).where(here)
        return int(self._run(counted).scalar_one())

    def lines(self) -> Iterator[Line]:
        """All of them, from the heading to the ending."""
        for line in self._all():
            self._lines += 1
            yield line
        yield Ending(self._lines + 1)

    def contents(self) -> Iterator[Content]:
        """The uploaded files whose content belongs to it."""
        wanted = _CONTENTS
        if self._whose.of is Extent.ROOM:
            wanted = wanted.where(files.c.room_id == self._whose.id)
        elif self._whose.of is Extent.PERSON:
            wanted = wanted.where(files.c.author_id == self._whose.id)
        else:
            wanted = wanted.join(rooms, rooms.c.id == files.c.room_id).where(rooms.c.deleted_at.is_(None))
        after = 0
        while rows := self._run(wanted, {"after": after}).all():
            for row in rows:
                yield Content(row.uid, row.key)
            after = rows[-1].id

    def blob(self, key: str) -> BinaryIO | None:
        """The content of a file, if it is there."""
        try:
            return self._blobs.open(key)
        except BlobMissing:
            log.error("the content of a file is missing", extra={"key": key})
            return None

    # Line by line

    def _all(self) -> Iterator[Line]:
        whose = self._whose
        yield Heading(VERSION, whose.of, __version__, self._at, whose.name)
        self._names.update({row.id: row.username for row in self._run(select(users.c.id, users.c.username))})
        yield from self._accounts()
        if whose.of is Extent.PERSON:
            yield from self._of_person(whose.id)
            return
        wanted = select(rooms).where(rooms.c.deleted_at.is_(None)).order_by(rooms.c.id)
        found = self._run(wanted.where(rooms.c.id == whose.id) if whose.of is Extent.ROOM else wanted).all()
        yield from map(_place, found)
        for room in found:
            yield from self._of_room(room.id, room.slug)

    def _accounts(self) -> Iterator[Account]:
        wanted = select(users).order_by(users.c.id)
        if self._whose.of is Extent.PERSON:
            wanted = wanted.where(users.c.id == self._whose.id)
        elif self._whose.of is Extent.ROOM:
            wanted = wanted.where(self._concerned())
        after = 0
        while rows := self._run(wanted.where(users.c.id > after).limit(AT_ONCE)).all():
            for row in rows:
                role = Role(row.role).word
                gone = row.deleted_at is not None
                yield Account(
                    row.username, row.name, role, row.created_at, bool(row.bot), bool(row.suspended), deleted=gone
                )
            after = rows[-1].id

    def _concerned(self) -> Any:
        """Who is in a room, or has left something there."""
        there = self._whose.id
        of = (
            select(members.c.user_id).where(members.c.room_id == there),
            select(events.c.actor_id).where(events.c.room_id == there),
            select(events.c.deleted_by).where(events.c.room_id == there, events.c.deleted_by.is_not(None)),
            select(reactions.c.user_id).where(reactions.c.room_id == there),
            select(pins.c.by_id).where(pins.c.room_id == there),
        )
        return or_(*(users.c.id.in_(ids_) for ids_ in of))

    def _of_room(self, room_id: int, slug: str) -> Iterator[Line]:
        """Who came and what was said, in the order of time, as far as it can be known."""
        wanted = select(members).where(members.c.room_id == room_id).order_by(members.c.joined_at, members.c.user_id)
        came = (
            Membership(slug, self._names[row.user_id], RoomRole(row.role).word, row.joined_at, row.read_seq)
            for row in self._run(wanted)
        )
        said = self._sayings(_SAID, room_id, slug)
        both: tuple[Iterator[Membership | Saying], ...] = (came, said)
        yield from heapq.merge(*both, key=_time_of)

    def _of_person(self, user_id: int) -> Iterator[Line]:
        for row in self._run(select(sessions).where(sessions.c.user_id == user_id).order_by(sessions.c.created_at)):
            yield Login(row.client, row.address, row.scope, row.created_at, row.used_at, row.ended_at)
        for row in self._run(select(blocks).where(blocks.c.user_id == user_id).order_by(blocks.c.at)):
            yield Blocked(self._names[row.blocked_id], row.at)
        slugs = {row.id: row.slug for row in self._run(select(rooms.c.id, rooms.c.slug).order_by(rooms.c.id))}
        yield from self._measures(user_id, slugs)
        for row in self._run(select(members).where(members.c.user_id == user_id).order_by(members.c.room_id)):
            role = RoomRole(row.role).word
            yield Membership(slugs[row.room_id], self._names[user_id], role, row.joined_at, row.read_seq)
        for row in self._run(
            select(reactions).where(reactions.c.user_id == user_id).order_by(reactions.c.room_id, reactions.c.seq)
        ):
            yield Reacted(slugs[row.room_id], row.seq, row.emoji, row.at)
        for room_id, slug in slugs.items():
            yield from self._sayings(_SAID_BY, room_id, slug, author_id=user_id)

    def _measures(self, user_id: int, slugs: dict[int, str]) -> Iterator[Line]:
        for row in self._run(select(sanctions).where(sanctions.c.user_id == user_id).order_by(sanctions.c.id)):
            yield Sanctioned(row.kind, row.at, row.until, slugs.get(row.room_id), row.reason)
        for row in self._run(select(reports).where(reports.c.reporter_id == user_id).order_by(reports.c.id)):
            yield Reported(slugs[row.room_id], row.seq, row.reason, row.at)

    def _sayings(self, wanted: Select[Any], room_id: int, slug: str, **of: int) -> Iterator[Saying]:
        after = 0
        while rows := self._run(wanted, {"room_id": room_id, "after": after, **of}).all():
            hung = Hung(self._run, self._names, room_id, [row.seq for row in rows])
            for row in rows:
                yield self._saying(slug, row, hung)
            after = rows[-1].seq

    def _saying(self, slug: str, row: Any, hung: Hung) -> Saying:
        author, bare = self._names[row.actor_id], row.deleted_at is not None
        pinned = hung.pins.get(row.seq)
        return Saying(
            slug,
            row.seq,
            author,
            row.at,
            "" if bare else row.text,
            _seq_of(row.reply_to),
            row.root,
            row.edited_at,
            () if bare else tuple(hung.before.get(row.seq, ())),
            Mark(self._names[row.deleted_by], row.deleted_at) if bare else None,
            pinned,
            tuple(hung.reactions.get(row.seq, ())),
            () if bare else tuple(hung.files.get(row.seq, ())),
        )


class SqlSources:
    """Exports on connections of their own: they take long, and nobody who reads is to wait for them."""

    def __init__(self, engine: Engine, blobs: Blobs, clock: Clock) -> None:
        self._engine = engine
        self._blobs = blobs
        self._clock = clock

    @contextmanager
    def person(self, user_id: int, username: str) -> Iterator[Export]:
        """What a person has."""
        with self._engine.connect().execution_options(reading=True) as connection, connection.begin():
            yield Export(connection, self._blobs, Whose(Extent.PERSON, user_id, username), self._clock())


def _place(row: Any) -> Place:
    return Place(
        row.slug,
        row.name,
        row.topic,
        row.visibility,
        Role(row.join_role).word,
        Role(row.post_role).word,
        row.created_at,
        bool(row.locked),
        row.slow_mode,
        bool(row.receipts),
        row.retention_days,
    )


def _seq_of(message_id: str | None) -> int | None:
    parts = None if message_id is None else ids.parse_message_id(message_id)
    return None if parts is None else parts[2]


def _time_of(line: Membership | Saying) -> int:
    return line.joined_at if isinstance(line, Membership) else line.at
