"""The rooms' logs: appending events that are no messages, and reading all of them.

Messages are appended many at a time by ``posting``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Select, bindparam, case, insert, select, update

from service.chat import ids
from service.chat.events import (
    Event,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessagePosted,
    MessageRestored,
    RoomChanged,
    RoomDeleted,
)
from service.chat.records import SYSTEM, Author, Deletion, Member, Message, Room, User
from service.chat.roles import Role, RoomRole
from service.storage import tables
from service.storage.unit import Unit
from service.storage.user_row import USER_COLUMNS, user_of

MESSAGE, JOINED, LEFT, MEMBER_CHANGED, ROOM_CHANGED, ROOM_DELETED, MESSAGE_DELETED, MESSAGE_RESTORED = range(1, 9)
SYSTEM_ID = 0
MESSAGES_AT_ONCE = 500  # seqs in one statement: databases bound its parameters

_events = tables.events
_heads = tables.heads
_actor = tables.users.alias("actor")
_subject = tables.users.alias("subject")
_deleter = tables.users.alias("deleter")

_ADVANCE = (
    update(_heads)
    .where(_heads.c.room_id == bindparam("key"))
    .values(
        seq=_heads.c.seq + bindparam("more"),
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
    _events.c.deleted_by,
    _events.c.deleted_at,
    _deleter.c.username.label("deleter"),
)
_MESSAGES = (
    select(*_MESSAGE_COLUMNS)
    .join(_actor, _actor.c.id == _events.c.actor_id)
    .outerjoin(_deleter, _deleter.c.id == _events.c.deleted_by)
    .where(_events.c.room_id == bindparam("room_id"), _events.c.kind == MESSAGE)
    .limit(bindparam("most"))
)
_LATEST = _MESSAGES.order_by(_events.c.seq.desc())
_BEFORE = _LATEST.where(_events.c.seq < bindparam("seq"))
_AFTER = _MESSAGES.where(_events.c.seq > bindparam("seq")).order_by(_events.c.seq)
_AT = _MESSAGES.where(_events.c.seq == bindparam("seq"))
_THESE = _MESSAGES.where(_events.c.seq.in_(bindparam("seqs", expanding=True)))
_SAID_BY = _LATEST.where(
    _events.c.actor_id == bindparam("author_id"),
    _events.c.seq > bindparam("after"),
    _events.c.seq <= bindparam("until"),
    _events.c.deleted_at.is_(None),
)
_JOINED_SINCE = (
    select(_events.c.seq)
    .where(
        _events.c.room_id == bindparam("room_id"),
        _events.c.seq > bindparam("after"),
        _events.c.subject_id == bindparam("user_id"),
        _events.c.kind == JOINED,
    )
    .limit(1)
)
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
    .outerjoin(_deleter, _deleter.c.id == _events.c.deleted_by)
    .outerjoin(_subject, _subject.c.id == _events.c.subject_id)
    .where(_events.c.room_id == bindparam("room_id"), _events.c.seq > bindparam("after"))
    .order_by(_events.c.seq)
    .limit(bindparam("most"))
)
_EVENTS_UNTIL = _EVENTS.where(_events.c.seq <= bindparam("until"))
_TIME_AT = (
    select(_events.c.seq, _events.c.at)
    .where(_events.c.room_id == bindparam("room_id"), _events.c.seq >= bindparam("seq"))
    .order_by(_events.c.seq)
    .limit(1)
)
_LAST = select(_heads.c.seq).where(_heads.c.room_id == bindparam("room_id"))
_MARK = (
    update(_events)
    .where(_events.c.room_id == bindparam("of_room"), _events.c.seq == bindparam("of_seq"))
    .values(deleted_by=bindparam("by"), deleted_at=bindparam("when"))
)


class SqlLog:
    """Every event of every room."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    # Appending

    def joined(self, room: Room, member: Member) -> None:
        """``member.joined``"""
        data = {"role": member.role.word, "muted_until": member.muted_until or None}
        seq, at = self._append(room, JOINED, member.user.id, member.user.id, data)
        self._unit.appended.append(MemberJoined(room.id, room.slug, seq, at, member))

    def left(
        self,
        room: Room,
        user: User,
        code: str,
        by: User | None,
        reason: str | None = None,
        until: int | None = None,
    ) -> int:
        """``member.left``; ``by`` is None for who left by themselves, and for what the system did. Its seq."""
        actor_id = by.id if by else (user.id if code == "left" else SYSTEM_ID)
        seq, at = self._append(room, LEFT, actor_id, user.id, {"code": code, "reason": reason, "until": until})
        name = None if actor_id == user.id else _name(by)
        place = (room.id, room.slug, seq, at)
        self._unit.appended.append(MemberLeft(*place, user.username, user.id, code, name, reason, until))
        return seq

    def member_changed(self, room: Room, member: Member, by: User | None, reason: str | None = None) -> int:
        """``member.changed``; its seq."""
        data = {
            "role": member.role.word,
            "joined_at": member.joined_at,
            "muted_until": member.muted_until or None,
            "reason": reason,
        }
        seq, at = self._append(room, MEMBER_CHANGED, by.id if by else SYSTEM_ID, member.user.id, data)
        self._unit.appended.append(MemberChanged(room.id, room.slug, seq, at, member, _name(by), reason))
        return seq

    def room_changed(self, room: Room, by: User | None) -> None:
        """``room.changed``; ``room`` is what it is now."""
        seq, at = self._append(room, ROOM_CHANGED, by.id if by else SYSTEM_ID, None, {})
        # As of this event: whoever takes the room over from it must not fall behind what they have heard already.
        self._unit.appended.append(RoomChanged(room.id, room.slug, seq, at, replace(room, seq=seq), _name(by)))

    def room_deleted(self, room: Room, by: User | None) -> None:
        """``room.deleted``: the last event of the log."""
        seq, at = self._append(room, ROOM_DELETED, by.id if by else SYSTEM_ID, None, {})
        self._unit.appended.append(RoomDeleted(room.id, room.slug, seq, at, _name(by)))

    def delete(self, room: Room, messages: Sequence[Message], by: User | None) -> None:
        """Show these messages' texts no more: one ``message.deleted`` for each. The text stays in its row, so that it
        can be shown again."""
        data = [{"message": message.seq, "id": message.id} for message in messages]
        first, at = self._append_many(room, MESSAGE_DELETED, data, by)
        self._mark(room, [message.seq for message in messages], by.id if by else SYSTEM_ID, at)
        for seq, message in enumerate(messages, first):
            self._unit.appended.append(MessageDeleted(room.id, room.slug, seq, at, message.id, _name(by)))

    def restore(self, room: Room, seqs: Sequence[int], by: User | None) -> int:
        """Show these again, those that are deleted: one ``message.restored`` for each. How many they were."""
        deleted = [seq for seq, message in sorted(self.messages_at(room, seqs).items()) if message.deleted]
        if not deleted:
            return 0
        first, at = self._append_many(room, MESSAGE_RESTORED, [{"message": seq} for seq in deleted], by)
        self._mark(room, deleted, None, None)
        messages = self.messages_at(room, deleted)
        for seq, restored in enumerate(deleted, first):
            event = MessageRestored(room.id, room.slug, seq, at, messages[restored], _name(by))
            self._unit.appended.append(event)
        return len(deleted)

    def _append_many(self, room: Room, kind: int, data: Sequence[dict[str, Any]], by: User | None) -> tuple[int, int]:
        """One event for each of these data; the first one's seq, and the time of all."""
        run = self._unit.connection.execute
        last, at = run(_ADVANCE, {"key": room.id, "now": self._unit.now, "more": len(data)}).one()
        first = int(last) - len(data) + 1
        actor_id = by.id if by else SYSTEM_ID
        rows = [
            {
                "room_id": room.id,
                "seq": seq,
                "at": at,
                "kind": kind,
                "actor_id": actor_id,
                "data": json.dumps(each),
            }
            for seq, each in enumerate(data, first)
        ]
        run(_APPEND, rows)
        return first, int(at)

    def _mark(self, room: Room, seqs: Sequence[int], by_id: int | None, at: int | None) -> None:
        rows = [{"of_room": room.id, "of_seq": seq, "by": by_id, "when": at} for seq in seqs]
        self._unit.connection.execute(_MARK, rows)

    def _append(
        self, room: Room, kind: int, actor_id: int, subject_id: int | None, data: dict[str, Any]
    ) -> tuple[int, int]:
        run = self._unit.connection.execute
        seq, at = run(_ADVANCE, {"key": room.id, "now": self._unit.now, "more": 1}).one()
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
        restored = [json.loads(row.data)["message"] for row in rows if row.kind == MESSAGE_RESTORED]
        messages = self.messages_at(room, restored)  # a message is shown as it is now, whatever happened to it since
        return [_event(room, row, messages) for row in rows]

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

    def seq_at(self, room: Room, at: int) -> int:
        """The last seq of the room whose time is before ``at``: found by halving, for time never goes back."""
        run, before = self._unit.connection.execute, 0
        beyond = int(run(_LAST, {"room_id": room.id}).scalar_one()) + 1
        while beyond - before > 1:
            middle = (before + beyond) // 2
            row = run(_TIME_AT, {"room_id": room.id, "seq": middle}).one()
            if row.at < at:
                before = row.seq
            else:
                beyond = middle
        return before

    def joined_since(self, room: Room, user_id: int, after: int) -> bool:
        """Whether a user became a member after this seq."""
        wanted = {"room_id": room.id, "user_id": user_id, "after": after}
        return self._unit.connection.execute(_JOINED_SINCE, wanted).first() is not None

    def said_by(self, room: Room, author_id: int, after: int, until: int, limit: int) -> list[Message]:
        """The messages of one author with ``after < seq <= until`` that are not deleted, newest first."""
        wanted = {"room_id": room.id, "author_id": author_id, "after": after, "until": until, "most": limit}
        return [_message(room, row) for row in self._rows(_SAID_BY, wanted)]

    def by_nonce(self, room: Room, author_id: int, nonce: str) -> tuple[Message, bytes] | None:
        """The message first posted under that nonce, and the digest of its content then."""
        rows = self._rows(_BY_NONCE, {"room_id": room.id, "author_id": author_id, "nonce": nonce, "most": 1})
        return (_message(room, rows[0]), bytes(rows[0].digest)) if rows else None

    def messages_at(self, room: Room, seqs: Sequence[int]) -> dict[int, Message]:
        """The messages at these seqs, by seq; what is no message is left out."""
        found: dict[int, Message] = {}
        for start in range(0, len(seqs), MESSAGES_AT_ONCE):
            part = list(seqs[start : start + MESSAGES_AT_ONCE])
            rows = self._rows(_THESE, {"room_id": room.id, "seqs": part, "most": len(part)})
            found.update((row.seq, _message(room, row)) for row in rows)
        return found

    def _rows(self, statement: Select[Any], wanted: dict[str, Any]) -> list[Row[Any]]:
        return list(self._unit.connection.execute(statement, wanted))


def _name(by: User | None) -> str:
    return SYSTEM if by is None else by.username


def _message(room: Room, row: Row[Any]) -> Message:
    deletion = None if row.deleted_at is None else Deletion(row.deleter or SYSTEM, row.deleted_at)
    return Message(
        id=ids.message_id(row.at, room.id, row.seq),
        room=room.slug,
        seq=row.seq,
        author=Author(row.username, row.name, Role(row.role), bool(row.bot)),
        text=row.text if deletion is None else "",
        at=row.at,
        reply_to=row.reply_to,
        nonce=row.nonce,
        deleted=deletion,
    )


def _event(room: Room, row: Row[Any], messages: Mapping[int, Message]) -> Event:
    place = (room.id, room.slug, row.seq, row.at)
    if row.kind == MESSAGE:
        return MessagePosted(*place, _message(room, row), row.actor_id)
    by = row.username or SYSTEM
    if row.kind == ROOM_CHANGED:
        return RoomChanged(*place, room, by)
    if row.kind == ROOM_DELETED:
        return RoomDeleted(*place, by)
    if row.kind == MESSAGE_RESTORED:
        return MessageRestored(*place, messages[json.loads(row.data)["message"]], by)
    if row.kind == MESSAGE_DELETED:
        data = json.loads(row.data)
        return MessageDeleted(*place, data["id"], by)
    user = user_of(row[-len(USER_COLUMNS) :])
    data = json.loads(row.data or "{}")
    if row.kind == JOINED:
        muted_until = data.get("muted_until", 0)
        return MemberJoined(
            *place, Member(room.id, user, RoomRole.parse(data["role"]), row.at, muted_until=muted_until)
        )
    if row.kind == LEFT:
        someone = None if row.actor_id == user.id else by
        code, reason, until = data["code"], data.get("reason"), data.get("until")
        return MemberLeft(*place, user.username, user.id, code, someone, reason, until)
    muted_until = data.get("muted_until", 0)
    member = Member(room.id, user, RoomRole.parse(data["role"]), data["joined_at"], muted_until=muted_until)
    return MemberChanged(*place, member, by, data.get("reason"))
