"""The rooms' logs: appending events that are no messages, and reading all of them.

Messages are appended many at a time by ``posting``.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Select, bindparam, case, insert, select, update

from service.chat import ids
from service.chat.events import (
    Event,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MessagePosted,
    RoomChanged,
    RoomDeleted,
)
from service.chat.records import Author, Member, Message, Room, User
from service.chat.roles import Role, RoomRole
from service.storage import tables
from service.storage.unit import Unit
from service.storage.user_row import USER_COLUMNS, user_of

MESSAGE, JOINED, LEFT, MEMBER_CHANGED, ROOM_CHANGED, ROOM_DELETED = range(1, 7)
SYSTEM = "system"  # who did what nobody did by name: the operator at the command line, or the server itself
SYSTEM_ID = 0

_events = tables.events
_heads = tables.heads
_actor = tables.users.alias("actor")
_subject = tables.users.alias("subject")

_ADVANCE = (
    update(_heads)
    .where(_heads.c.room_id == bindparam("key"))
    .values(
        seq=_heads.c.seq + 1,
        at=case((_heads.c.at > bindparam("now"), _heads.c.at), else_=bindparam("now")),  # time never goes back
    )
    .returning(_heads.c.seq, _heads.c.at)
)
_APPEND = insert(_events)

_MESSAGE_COLUMNS = (
    _events.c.seq,
    _events.c.at,
    _events.c.kind,
    _events.c.actor_id,
    _events.c.text,
    _events.c.reply_to,
    _events.c.nonce,
    _actor.c.username,
    _actor.c.name,
    _actor.c.role,
    _actor.c.bot,
)
_MESSAGES = (
    select(*_MESSAGE_COLUMNS)
    .join(_actor, _actor.c.id == _events.c.actor_id)
    .where(_events.c.room_id == bindparam("room_id"), _events.c.kind == MESSAGE)
    .limit(bindparam("most"))
)
_LATEST = _MESSAGES.order_by(_events.c.seq.desc())
_BEFORE = _LATEST.where(_events.c.seq < bindparam("seq"))
_AFTER = _MESSAGES.where(_events.c.seq > bindparam("seq")).order_by(_events.c.seq)
_AT = _MESSAGES.where(_events.c.seq == bindparam("seq"))
_BY_NONCE = _MESSAGES.add_columns(_events.c.digest).where(
    _events.c.actor_id == bindparam("author_id"), _events.c.nonce == bindparam("nonce")
)
_EVENTS = (
    select(
        *_MESSAGE_COLUMNS,
        _events.c.data,
        *(_subject.c[column.name].label(f"subject_{column.name}") for column in USER_COLUMNS),
    )
    .outerjoin(_actor, _actor.c.id == _events.c.actor_id)
    .outerjoin(_subject, _subject.c.id == _events.c.subject_id)
    .where(_events.c.room_id == bindparam("room_id"), _events.c.seq > bindparam("after"))
    .order_by(_events.c.seq)
    .limit(bindparam("most"))
)
_EVENTS_UNTIL = _EVENTS.where(_events.c.seq <= bindparam("until"))


class SqlLog:
    """Every event of every room."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    # Appending

    def joined(self, room: Room, member: Member) -> None:
        """``member.joined``"""
        seq, at = self._append(room, JOINED, member.user.id, member.user.id, {"role": member.role.word})
        self._unit.appended.append(MemberJoined(room.id, room.slug, seq, at, member))

    def left(self, room: Room, user: User, code: str, by: User | None, reason: str | None = None) -> None:
        """``member.left``; ``by`` is None for who left by themselves, and for what the system did."""
        actor_id = by.id if by else (user.id if code == "left" else SYSTEM_ID)
        seq, at = self._append(room, LEFT, actor_id, user.id, {"code": code, "reason": reason})
        name = None if actor_id == user.id else _name(by)
        self._unit.appended.append(MemberLeft(room.id, room.slug, seq, at, user.username, user.id, code, name, reason))

    def member_changed(self, room: Room, member: Member, by: User | None, reason: str | None = None) -> None:
        """``member.changed``"""
        data = {"role": member.role.word, "joined_at": member.joined_at, "reason": reason}
        seq, at = self._append(room, MEMBER_CHANGED, by.id if by else SYSTEM_ID, member.user.id, data)
        self._unit.appended.append(MemberChanged(room.id, room.slug, seq, at, member, _name(by), reason))

    def room_changed(self, room: Room, by: User | None) -> None:
        """``room.changed``; ``room`` is what it is now."""
        seq, at = self._append(room, ROOM_CHANGED, by.id if by else SYSTEM_ID, None, {})
        # As of this event: whoever takes the room over from it must not fall behind what they have heard already.
        self._unit.appended.append(RoomChanged(room.id, room.slug, seq, at, replace(room, seq=seq), _name(by)))

    def room_deleted(self, room: Room, by: User | None) -> None:
        """``room.deleted``: the last event of the log."""
        seq, at = self._append(room, ROOM_DELETED, by.id if by else SYSTEM_ID, None, {})
        self._unit.appended.append(RoomDeleted(room.id, room.slug, seq, at, _name(by)))

    def _append(
        self, room: Room, kind: int, actor_id: int, subject_id: int | None, data: dict[str, Any]
    ) -> tuple[int, int]:
        run = self._unit.connection.execute
        seq, at = run(_ADVANCE, {"key": room.id, "now": self._unit.now}).one()
        present = {key: value for key, value in data.items() if value is not None}
        row = {
            "room_id": room.id,
            "seq": seq,
            "at": at,
            "kind": kind,
            "actor_id": actor_id,
            "subject_id": subject_id,
            "data": json.dumps(present) if present else None,
        }
        run(_APPEND, row)
        return int(seq), int(at)

    # Reading

    def events(self, room: Room, after: int, limit: int, until: int | None = None) -> list[Event]:
        """Events with ``after < seq <= until``, in order."""
        wanted = {"room_id": room.id, "after": after, "most": limit}
        if until is None:
            rows = self._rows(_EVENTS, wanted)
        else:
            rows = self._rows(_EVENTS_UNTIL, {**wanted, "until": until})
        return [_event(room, row) for row in rows]

    def messages(self, room: Room, limit: int, before: int | None = None, after: int | None = None) -> list[Message]:
        """Messages, oldest first: the latest, or those next to a seq."""
        wanted = {"room_id": room.id, "most": limit}
        if after is not None:
            return [_message(room, row) for row in self._rows(_AFTER, {**wanted, "seq": after})]
        if before is not None:
            found = self._rows(_BEFORE, {**wanted, "seq": before})
        else:
            found = self._rows(_LATEST, wanted)
        return [_message(room, row) for row in reversed(found)]

    def message(self, room: Room, seq: int) -> Message | None:
        """The message at ``seq``, if it is one."""
        rows = self._rows(_AT, {"room_id": room.id, "seq": seq, "most": 1})
        return _message(room, rows[0]) if rows else None

    def by_nonce(self, room: Room, author_id: int, nonce: str) -> tuple[Message, bytes] | None:
        """The message first posted under that nonce, and the digest of its content then."""
        rows = self._rows(_BY_NONCE, {"room_id": room.id, "author_id": author_id, "nonce": nonce, "most": 1})
        return (_message(room, rows[0]), bytes(rows[0].digest)) if rows else None

    def _rows(self, statement: Select[Any], wanted: dict[str, Any]) -> list[Row[Any]]:
        return list(self._unit.connection.execute(statement, wanted))


def _name(by: User | None) -> str:
    return SYSTEM if by is None else by.username


def _message(room: Room, row: Row[Any]) -> Message:
    return Message(
        id=ids.message_id(row.at, room.id, row.seq),
        room=room.slug,
        seq=row.seq,
        author=Author(row.username, row.name, Role(row.role), bool(row.bot)),
        text=row.text,
        at=row.at,
        reply_to=row.reply_to,
        nonce=row.nonce,
    )


def _event(room: Room, row: Row[Any]) -> Event:
    place = (room.id, room.slug, row.seq, row.at)
    if row.kind == MESSAGE:
        return MessagePosted(*place, _message(room, row), row.actor_id)
    by = row.username or SYSTEM
    if row.kind == ROOM_CHANGED:
        return RoomChanged(*place, room, by)
    if row.kind == ROOM_DELETED:
        return RoomDeleted(*place, by)
    user = user_of(row[-len(USER_COLUMNS) :])
    data = json.loads(row.data or "{}")
    if row.kind == JOINED:
        return MemberJoined(*place, Member(room.id, user, RoomRole.parse(data["role"]), row.at))
    if row.kind == LEFT:
        someone = None if row.actor_id == user.id else by
        return MemberLeft(*place, user.username, user.id, data["code"], someone, data.get("reason"))
    member = Member(room.id, user, RoomRole.parse(data["role"]), data["joined_at"])
    return MemberChanged(*place, member, by, data.get("reason"))
