"""Reading the rooms' logs: messages as they are now, and events in their order.

What hangs on a message (reactions, a thread, a pin) stands in tables of its own, and is read for all messages of an
answer at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select

from service.chat.events import Event
from service.chat.records import Message, Revision, Room
from service.storage import tables
from service.storage.attachments import Attachments
from service.storage.event_row import event_of, message_of, shows
from service.storage.kinds import Kind
from service.storage.unit import Unit
from service.storage.user_row import USER_COLUMNS

AT_ONCE = 500  # seqs in one statement: databases bound its parameters

_events = tables.events
_heads = tables.heads
_actor = tables.users.alias("actor")
_subject = tables.users.alias("subject")
_deleter = tables.users.alias("deleter")
_root = tables.events.alias("root")

_MESSAGE_COLUMNS = (
    _events.c.seq,
    _events.c.at,
    _events.c.kind,
    _events.c.actor_id,
    _events.c.text,
    _events.c.reply_to,
    _events.c.nonce,
    _events.c.html,
    _events.c.edited_at,
    _events.c.root,
    _root.c.at.label("root_at"),
    _actor.c.username,
    _actor.c.name,
    _actor.c.role,
    _actor.c.bot,
    _events.c.deleted_by,
    _events.c.deleted_at,
    _deleter.c.username.label("deleter"),
)
_IS_ROOT = (_root.c.room_id == _events.c.room_id) & (_root.c.seq == _events.c.root)
_MESSAGES = (
    select(*_MESSAGE_COLUMNS)
    .join(_actor, _actor.c.id == _events.c.actor_id)
    .outerjoin(_deleter, _deleter.c.id == _events.c.deleted_by)
    .outerjoin(_root, _IS_ROOT)
    .where(_events.c.room_id == bindparam("room_id"), _events.c.kind == Kind.MESSAGE.value)
    .limit(bindparam("most"))
)
_LATEST = _MESSAGES.order_by(_events.c.seq.desc())
_BEFORE = _LATEST.where(_events.c.seq < bindparam("seq"))
_AFTER = _MESSAGES.where(_events.c.seq > bindparam("seq")).order_by(_events.c.seq)
_AT = _MESSAGES.where(_events.c.seq == bindparam("seq"))
_THESE = _MESSAGES.where(_events.c.seq.in_(bindparam("seqs", expanding=True)))
_REPLIES = _AFTER.where(_events.c.root == bindparam("of_root"))
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
        _events.c.kind == Kind.JOINED.value,
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
    .outerjoin(_root, _IS_ROOT)
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
_SAID = select(_events.c.said).where(_events.c.room_id == bindparam("room_id"), _events.c.seq == bindparam("seq"))
_revisions = tables.revisions
_REVISIONS = (
    select(_revisions.c.text, _revisions.c.at)
    .where(_revisions.c.room_id == bindparam("of_room"), _revisions.c.seq == bindparam("of_seq"))
    .order_by(_revisions.c.number)
)
_TEXT = select(_events.c.text, func.coalesce(_events.c.edited_at, _events.c.at).label("at")).where(
    _events.c.room_id == bindparam("of_room"), _events.c.seq == bindparam("of_seq")
)


class SqlHistory:
    """Every event of every room, to be read."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._attachments = Attachments(unit.connection)

    def events(self, room: Room, after: int, limit: int, until: int | None = None) -> list[Event]:
        """Events with ``after < seq <= until``, in order."""
        wanted = {"room_id": room.id, "after": after, "most": limit}
        if until is None:
            rows = self._rows(_EVENTS, wanted)
        else:
            rows = self._rows(_EVENTS_UNTIL, {**wanted, "until": until})
        posted = [row.seq for row in rows if row.kind == Kind.MESSAGE]
        about = [json.loads(row.data)["message"] for row in rows if shows(row)]
        # A message is shown as it is now, whatever has happened to it since.
        messages = self._dressed(room, [message_of(room, row) for row in rows if row.kind == Kind.MESSAGE])
        messages |= self.messages_at(room, sorted(set(about) - set(posted)))
        return [event_of(room, row, messages) for row in rows]

    def messages(self, room: Room, limit: int, before: int | None = None, after: int | None = None) -> list[Message]:
        """Messages, oldest first: the latest, or those next to a seq."""
        wanted = {"room_id": room.id, "most": limit}
        if after is not None:
            return self._shown(room, self._rows(_AFTER, {**wanted, "seq": after}))
        if before is not None:
            found = self._rows(_BEFORE, {**wanted, "seq": before})
        else:
            found = self._rows(_LATEST, wanted)
        return self._shown(room, reversed(found))

    def replies(self, room: Room, root: int, after: int, limit: int) -> list[Message]:
        """The messages in the thread under the message at ``root``, after a seq, oldest first."""
        wanted = {"room_id": room.id, "of_root": root, "seq": after, "most": limit}
        return self._shown(room, self._rows(_REPLIES, wanted))

    def message(self, room: Room, seq: int) -> Message | None:
        """The message at ``seq``, if it is one."""
        return self.messages_at(room, [seq]).get(seq)

    def messages_at(self, room: Room, seqs: Sequence[int]) -> dict[int, Message]:
        """The messages at these seqs, by seq; what is no message is left out."""
        found: list[Message] = []
        for start in range(0, len(seqs), AT_ONCE):
            part = list(seqs[start : start + AT_ONCE])
            rows = self._rows(_THESE, {"room_id": room.id, "seqs": part, "most": len(part)})
            found += [message_of(room, row) for row in rows]
        return self._dressed(room, found)

    def seq_at(self, room: Room, at: int, known: int = 0) -> int:
        """The last seq of the room whose time is before ``at``, where ``known`` is one before it: found by halving, for
        time never goes back. First of all the next one is looked at, which mostly is not before ``at`` yet."""
        run, before, middle = self._unit.connection.execute, known, known + 1
        beyond = int(run(_LAST, {"room_id": room.id}).scalar_one()) + 1
        while beyond - before > 1:
            row = run(_TIME_AT, {"room_id": room.id, "seq": middle}).one()
            if row.at < at:
                before = row.seq
            else:
                beyond = middle
            middle = (before + beyond) // 2
        return before

    def said(self, room: Room, seq: int) -> int:
        """How many messages the room had with the event at ``seq``, without replies in threads."""
        return int(self._unit.connection.execute(_SAID, {"room_id": room.id, "seq": seq}).scalar_one_or_none() or 0)

    def joined_since(self, room: Room, user_id: int, after: int) -> bool:
        """Whether a user became a member after this seq."""
        wanted = {"room_id": room.id, "user_id": user_id, "after": after}
        return self._unit.connection.execute(_JOINED_SINCE, wanted).first() is not None

    def said_by(self, room: Room, author_id: int, after: int, until: int, limit: int) -> list[Message]:
        """The messages of one author with ``after < seq <= until`` that are not deleted, newest first."""
        wanted = {"room_id": room.id, "author_id": author_id, "after": after, "until": until, "most": limit}
        return [message_of(room, row) for row in self._rows(_SAID_BY, wanted)]

    def by_nonce(self, room: Room, author_id: int, nonce: str) -> tuple[Message, bytes] | None:
        """The message first posted under that nonce, and the digest of its content then."""
        rows = self._rows(_BY_NONCE, {"room_id": room.id, "author_id": author_id, "nonce": nonce, "most": 1})
        if not rows:
            return None
        (message,) = self._shown(room, rows)
        return message, bytes(rows[0].digest)

    def revisions(self, room: Room, seq: int, *, current: bool = False) -> list[Revision]:
        """What the message at ``seq`` said before it was edited, oldest first; with ``current`` also what it says."""
        place = {"of_room": room.id, "of_seq": seq}
        rows = [*self._rows(_REVISIONS, place), *(self._rows(_TEXT, place) if current else [])]
        return [Revision(row.text, row.at) for row in rows]

    def _shown(self, room: Room, rows: Iterable[Row[Any]]) -> list[Message]:
        return list(self._dressed(room, [message_of(room, row) for row in rows]).values())

    def _dressed(self, room: Room, bare: Sequence[Message]) -> dict[int, Message]:
        """The messages by seq, in their order, with what hangs on them."""
        messages = {message.seq: message for message in bare}
        for seq, hung in self._attachments.of(room, list(messages)).items():
            if messages[seq].deleted is not None:
                # Of what is deleted only the thread is left: `message.deleted` tells of all of it at once.
                hung = {"thread": hung.get("thread")}
            messages[seq] = replace(messages[seq], **hung)
        return messages

    def _rows(self, statement: Select[Any], wanted: dict[str, Any]) -> list[Row[Any]]:
        return list(self._unit.connection.execute(statement, wanted))
