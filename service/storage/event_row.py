"""The rows of the log, made into messages and events. Which rows are read, and with what, is in ``history``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from service.chat import ids
from service.chat.events import (
    Event,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessagePosted,
    MessageRestored,
    MessageUnpinned,
    ReactionAdded,
    ReactionRemoved,
    RoomChanged,
    RoomDeleted,
)
from service.chat.records import SYSTEM, Author, Deletion, Member, Message, Room
from service.chat.roles import Role, RoomRole
from service.storage.kinds import Kind
from service.storage.user_row import USER_COLUMNS, user_of

AUTHOR_ERASED = "author_erased"  # in the data of a deletion: it brings the author as they are shown now
_SHOWN_WHOLE = (Kind.MESSAGE_RESTORED, Kind.MESSAGE_EDITED)  # events that bring the message as it is now


def shows(row: Row[Any]) -> bool:
    """Whether an event that is about a message shows something of it."""
    return row.kind in _SHOWN_WHOLE or (row.kind == Kind.MESSAGE_DELETED and AUTHOR_ERASED in row.data)


def message_of(room: Room, row: Row[Any]) -> Message:
    """The message in a row, without what hangs on it."""
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
        html=row.html if deletion is None else None,
        edited_at=row.edited_at,
        root=None if row.root is None else ids.message_id(row.root_at, room.id, row.root),
    )


def event_of(room: Room, row: Row[Any], messages: Mapping[int, Message]) -> Event:
    """The event in a row; ``messages`` are those that it shows, by seq."""
    place = (room.id, room.slug, row.seq, row.at)
    if row.kind == Kind.MESSAGE:
        return MessagePosted(*place, messages[row.seq], row.actor_id)
    by = row.username or SYSTEM
    data = json.loads(row.data or "{}")
    if row.subject_id is None:
        return _event_of_nobody(room, Kind(row.kind), place, by, data, messages)
    user = user_of(row[-len(USER_COLUMNS) :])
    muted_until = data.get("muted_until", 0)
    if row.kind == Kind.JOINED:
        member = Member(room.id, user, RoomRole.parse(data["role"]), row.at, muted_until=muted_until)
        return MemberJoined(*place, member)
    if row.kind == Kind.LEFT:
        someone = None if row.actor_id == user.id else by
        code, reason, until = data["code"], data.get("reason"), data.get("until")
        return MemberLeft(*place, user.username, user.id, code, someone, reason, until)
    member = Member(room.id, user, RoomRole.parse(data["role"]), data["joined_at"], muted_until=muted_until)
    return MemberChanged(*place, member, by, data.get("reason"))


def _event_of_nobody(
    room: Room,
    kind: Kind,
    place: tuple[int, str, int, int],
    by: str,
    data: dict[str, Any],
    messages: Mapping[int, Message],
) -> Event:
    """An event about a message, or about the room itself."""
    match kind:
        case Kind.MESSAGE_EDITED:
            return MessageEdited(*place, messages[data["message"]])
        case Kind.MESSAGE_RESTORED:
            return MessageRestored(*place, messages[data["message"]], by)
        case Kind.MESSAGE_DELETED:
            author = messages[data["message"]].author if AUTHOR_ERASED in data else None
            return MessageDeleted(*place, data["id"], by, author)
        case Kind.REACTION_ADDED:
            return ReactionAdded(*place, data["id"], data["emoji"], by, data["count"])
        case Kind.REACTION_REMOVED:
            return ReactionRemoved(*place, data["id"], data["emoji"], by, data["count"])
        case Kind.MESSAGE_PINNED:
            return MessagePinned(*place, data["id"], by)
        case Kind.MESSAGE_UNPINNED:
            return MessageUnpinned(*place, data["id"], by)
        case Kind.ROOM_DELETED:
            return RoomDeleted(*place, by)
    return RoomChanged(*place, room, by)
