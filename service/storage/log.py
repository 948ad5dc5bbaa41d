"""The rooms' logs: appending events to them.

Messages are appended many at a time by ``posting``; reading is in ``history``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, case, func, insert, select, update

from service.chat.events import (
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessageRestored,
    MessageUnpinned,
    ReactionAdded,
    ReactionRemoved,
    RoomChanged,
    RoomDeleted,
)
from service.chat.records import SYSTEM, Member, Message, Room, User
from service.storage import tables
from service.storage.event_row import AUTHOR_ERASED
from service.storage.expiry import SqlExpiry
from service.storage.history import SqlHistory
from service.storage.kinds import Kind

SYSTEM_ID = 0

_events = tables.events
_heads = tables.heads
_revisions = tables.revisions

_ADVANCE = (
    update(_heads)
    .where(_heads.c.room_id == bindparam("key"))
    .values(
        seq=_heads.c.seq + bindparam("more"),
        at=case((_heads.c.at > bindparam("now"), _heads.c.at), else_=bindparam("now")),  # time never goes back
    )
    .returning(_heads.c.seq, _heads.c.at, _heads.c.said)
)
_APPEND = insert(_events)

_MARK = (
    update(_events)
    .where(_events.c.room_id == bindparam("of_room"), _events.c.seq == bindparam("of_seq"))
    .values(deleted_by=bindparam("by"), deleted_at=bindparam("when"))
)
_EDIT = (
    update(_events)
    .where(_events.c.room_id == bindparam("of_room"), _events.c.seq == bindparam("of_seq"))
    .values(text=bindparam("to_text"), html=bindparam("to_html"), edited_at=bindparam("when"))
)
_KEEP = insert(_revisions).from_select(
    ("room_id", "seq", "number", "text", "at"),
    select(
        _events.c.room_id,
        _events.c.seq,
        select(func.count() + 1)
        .where(_revisions.c.room_id == _events.c.room_id, _revisions.c.seq == _events.c.seq)
        .correlate(_events)
        .scalar_subquery(),
        _events.c.text,
        func.coalesce(_events.c.edited_at, _events.c.at),
    ).where(_events.c.room_id == bindparam("of_room"), _events.c.seq == bindparam("of_seq")),
)


class SqlLog(SqlHistory):
    """Every event of every room, to be read and to be appended to."""

    def joined(self, room: Room, member: Member) -> None:
        """``member.joined``"""
        data = {"role": member.role.word, "muted_until": member.muted_until or None}
        seq, at = self._append(room, Kind.JOINED, member.user.id, member.user.id, data)
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
        seq, at = self._append(room, Kind.LEFT, actor_id, user.id, {"code": code, "reason": reason, "until": until})
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
        seq, at = self._append(room, Kind.MEMBER_CHANGED, by.id if by else SYSTEM_ID, member.user.id, data)
        self._unit.appended.append(MemberChanged(room.id, room.slug, seq, at, member, _name(by), reason))
        return seq

    def room_changed(self, room: Room, by: User | None) -> None:
        """``room.changed``; ``room`` is what it is now."""
        seq, at = self._append(room, Kind.ROOM_CHANGED, by.id if by else SYSTEM_ID, None, {})
        # As of this event: whoever takes the room over from it must not fall behind what they have heard already.
        self._unit.appended.append(RoomChanged(room.id, room.slug, seq, at, replace(room, seq=seq), _name(by)))

    def room_deleted(self, room: Room, by: User | None) -> None:
        """``room.deleted``: the last event of the log."""
        seq, at = self._append(room, Kind.ROOM_DELETED, by.id if by else SYSTEM_ID, None, {})
        self._unit.appended.append(RoomDeleted(room.id, room.slug, seq, at, _name(by)))

    def delete(self, room: Room, messages: Sequence[Message], by: User | None, *, author_erased: bool = False) -> None:
        """Show these messages' texts no more: one ``message.deleted`` for each, which also says who is shown as the
        author now if they were erased. The text stays in its row, so that it can be shown again."""
        data = [{"message": message.seq, "id": message.id} for message in messages]
        if author_erased:
            data = [{**each, AUTHOR_ERASED: True} for each in data]
        first, at = self._append_many(room, Kind.MESSAGE_DELETED, data, by)
        self._mark(room, [message.seq for message in messages], by.id if by else SYSTEM_ID, at)
        for seq, message in enumerate(messages, first):
            author = message.author if author_erased else None
            self._unit.appended.append(MessageDeleted(room.id, room.slug, seq, at, message.id, _name(by), author))

    def restore(self, room: Room, seqs: Sequence[int], by: User | None) -> int:
        """Show these again, those that are deleted: one ``message.restored`` for each. How many they were."""
        kept = SqlExpiry(self._unit).left(room, seqs)  # what was taken out has nothing left to be shown
        deleted = [seq for seq, message in sorted(self.messages_at(room, kept).items()) if message.deleted]
        if not deleted:
            return 0
        first, at = self._append_many(room, Kind.MESSAGE_RESTORED, [{"message": seq} for seq in deleted], by)
        self._mark(room, deleted, None, None)
        messages = self.messages_at(room, deleted)
        for seq, restored in enumerate(deleted, first):
            event = MessageRestored(room.id, room.slug, seq, at, messages[restored], _name(by))
            self._unit.appended.append(event)
        return len(deleted)

    def edit(self, room: Room, message: Message, by: User, text: str, html: str | None) -> Message:
        """``message.edited``; the message with its new text. What it said before is kept."""
        run, place = self._unit.connection.execute, {"of_room": room.id, "of_seq": message.seq}
        run(_KEEP, place)
        seq, at = self._append_one(room, Kind.MESSAGE_EDITED, {"message": message.seq}, by)
        run(_EDIT, {**place, "to_text": text, "to_html": html, "when": at})
        edited = replace(message, text=text, html=html, edited_at=at)
        self._unit.appended.append(MessageEdited(room.id, room.slug, seq, at, edited))
        return edited

    def show_anew(self, room: Room, seqs: Sequence[int]) -> None:
        """One ``message.edited`` for each of these messages as it is now: not what it says is another, but who is
        shown with it."""
        if not seqs:
            return
        first, at = self._append_many(room, Kind.MESSAGE_EDITED, [{"message": seq} for seq in seqs], None)
        messages = self.messages_at(room, seqs)
        for seq, shown in enumerate(seqs, first):
            self._unit.appended.append(MessageEdited(room.id, room.slug, seq, at, messages[shown]))

    def reacted(self, room: Room, message: Message, by: User, emoji: str, on: bool, count: int) -> None:
        """``reaction.added`` or ``reaction.removed``; ``count`` is how many of that emoji there are now."""
        kind = Kind.REACTION_ADDED if on else Kind.REACTION_REMOVED
        data = {"message": message.seq, "id": message.id, "emoji": emoji, "count": count}
        seq, at = self._append_one(room, kind, data, by)
        event = ReactionAdded if on else ReactionRemoved
        self._unit.appended.append(event(room.id, room.slug, seq, at, message.id, emoji, by.username, count))

    def pinned(self, room: Room, message: Message, by: User, on: bool) -> None:
        """``message.pinned`` or ``message.unpinned``"""
        kind = Kind.MESSAGE_PINNED if on else Kind.MESSAGE_UNPINNED
        seq, at = self._append_one(room, kind, {"message": message.seq, "id": message.id}, by)
        event = MessagePinned if on else MessageUnpinned
        self._unit.appended.append(event(room.id, room.slug, seq, at, message.id, by.username))

    def _append_one(self, room: Room, kind: Kind, data: dict[str, Any], by: User | None) -> tuple[int, int]:
        return self._append_many(room, kind, [data], by)

    def _append_many(self, room: Room, kind: Kind, data: Sequence[dict[str, Any]], by: User | None) -> tuple[int, int]:
        """One event for each of these data; the first one's seq, and the time of all."""
        run = self._unit.connection.execute
        last, at, said = run(_ADVANCE, {"key": room.id, "now": self._unit.now, "more": len(data)}).one()
        first = int(last) - len(data) + 1
        actor_id = by.id if by else SYSTEM_ID
        rows = [
            {
                "room_id": room.id,
                "seq": seq,
                "at": at,
                "kind": kind.value,
                "actor_id": actor_id,
                "data": json.dumps(each),
                "said": said,
            }
            for seq, each in enumerate(data, first)
        ]
        run(_APPEND, rows)
        return first, int(at)

    def _mark(self, room: Room, seqs: Sequence[int], by_id: int | None, at: int | None) -> None:
        rows = [{"of_room": room.id, "of_seq": seq, "by": by_id, "when": at} for seq in seqs]
        self._unit.connection.execute(_MARK, rows)

    def _append(
        self, room: Room, kind: Kind, actor_id: int, subject_id: int | None, data: dict[str, Any]
    ) -> tuple[int, int]:
        run = self._unit.connection.execute
        seq, at, said = run(_ADVANCE, {"key": room.id, "now": self._unit.now, "more": 1}).one()
        present = {key: value for key, value in data.items() if value is not None}
        row = {
            "room_id": room.id,
            "seq": seq,
            "at": at,
            "kind": kind.value,
            "actor_id": actor_id,
            "subject_id": subject_id,
            "said": said,
            "data": json.dumps(present) if present else None,
        }
        run(_APPEND, row)
        return int(seq), int(at)


def _name(by: User | None) -> str:
    return SYSTEM if by is None else by.username
