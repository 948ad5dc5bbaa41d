"""Taking what was said out of the log for good. What goes is decided in ``chat.retention`` and ``chat.erasures``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, case, delete, select, update

from service.chat.records import Room
from service.chat.stores.erasures import Messages
from service.storage.engine import thoroughly
from service.storage.kinds import Kind
from service.storage.rooms import ROOM_COLUMNS, room_of
from service.storage.tables import erasures, events, heads, mentions, pins, reactions, revisions, rooms
from service.storage.unit import Unit

AT_ONCE = 500  # seqs in one statement: databases bound its parameters
NOT_COMPARED = b""  # in place of a digest: it is made of the text, and a short one could be found by trying


def _within(table: Any) -> tuple[Any, ...]:
    return (
        table.c.room_id == bindparam("of_room"),
        table.c.seq > bindparam("after"),
        table.c.seq <= bindparam("upto"),
    )


def _at(table: Any) -> tuple[Any, ...]:
    return (table.c.room_id == bindparam("of_room"), table.c.seq == bindparam("of_seq"))


REACHED = select(rooms.c.expired_seq).where(rooms.c.id == bindparam("of_room"))
ROOMS = (
    select(*ROOM_COLUMNS)
    .join_from(rooms, heads, heads.c.room_id == rooms.c.id)
    .where(rooms.c.id > bindparam("after"))
    .order_by(rooms.c.id)
    .limit(bindparam("most"))
)
SAID = select(events.c.seq).where(*_within(events), events.c.kind == Kind.MESSAGE.value).order_by(events.c.seq)
BLANK = (
    update(events)
    .where(*_at(events), events.c.kind == Kind.MESSAGE.value)
    .values(text="", html=None, digest=case((events.c.digest.is_(None), None), else_=NOT_COMPARED))
)
DELETIONS = tuple(delete(table).where(*_at(table)) for table in (revisions, reactions, pins, mentions))
_ERASED = (
    select(events.c.seq)
    .join(erasures, erasures.c.user_id == events.c.actor_id)
    .where(
        events.c.room_id == bindparam("of_room"),
        events.c.seq.in_(bindparam("seqs", expanding=True)),
        erasures.c.messages == Messages.DELETE.value,
    )
)
_MOVE_ON = update(rooms).where(rooms.c.id == bindparam("key")).values(expired_seq=bindparam("upto"))


class SqlExpiry:
    """What has been taken out of the logs, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection
        self._run = unit.connection.execute

    def rooms(self, after: int, limit: int) -> list[Room]:
        """All rooms behind an id: direct ones, and deleted ones too, whose log is still there."""
        return [room_of(row) for row in self._run(ROOMS, {"after": after, "most": limit})]

    def reached(self, room: Room) -> int:
        """The seq up to which nothing is left of what was said in a room."""
        return int(self._run(REACHED, {"of_room": room.id}).scalar_one())

    def advance(self, room: Room, upto: int) -> None:
        """Remember that nothing is left of what was said in a room up to there."""
        self._run(_MOVE_ON, {"key": room.id, "upto": upto})

    def said(self, room: Room, after: int, upto: int) -> Sequence[int]:
        """The seqs of the messages with ``after < seq <= upto``."""
        return list(self._run(SAID, {"of_room": room.id, "after": after, "upto": upto}).scalars())

    def left(self, room: Room, seqs: Sequence[int]) -> list[int]:
        """Those of these messages that have not been taken out: they could be shown again."""
        reached, erased = self.reached(room), set[int]()
        for start in range(0, len(seqs), AT_ONCE):
            part = list(seqs[start : start + AT_ONCE])
            erased.update(self._run(_ERASED, {"of_room": room.id, "seqs": part}).scalars())
        return [seq for seq in seqs if seq > reached and seq not in erased]

    def erase(self, room: Room, seqs: Sequence[int]) -> None:
        """Take out what these messages say and said, and what hangs on them but their threads."""
        if not seqs:
            return
        places = [{"of_room": room.id, "of_seq": seq} for seq in seqs]
        with thoroughly(self._connection):
            for statement in (BLANK, *DELETIONS):
                self._run(statement, places)
