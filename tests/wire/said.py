"""Values of the domain as the server would have them, for the tests of how they are spoken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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
from service.chat.records import Author, Member, Message, Room, User
from service.chat.roles import Role, RoomRole, Visibility

AT = 1_790_000_000_123  # Unix ms
AT_TEXT = "2026-09-21T14:13:20.123Z"

BOB = User(3, "u3", "bob", "Bob", Role.MEMBER, False, False, False, AT)
MO = User(2, "u2", "mo", "Mo", Role.MODERATOR, False, False, False, AT)
LOBBY = Room(
    id=1,
    slug="lobby",
    name="Lobby",
    topic="Come in",
    visibility=Visibility.PUBLIC,
    join_role=Role.GUEST,
    post_role=Role.GUEST,
    locked=False,
    slow_mode=0,
    epoch="e1",
    seq=7,
    members=2,
    created_at=AT,
    deleted=False,
)
MEMBER = Member(1, BOB, RoomRole.MODERATOR, AT)
MESSAGE = Message("m1", "lobby", 7, Author("bob", "Bob", Role.MEMBER, False), "hello", AT)

ROOM_SHAPE = {
    "slug": "lobby",
    "name": "Lobby",
    "topic": "Come in",
    "visibility": "public",
    "join_role": "guest",
    "post_role": "guest",
    "locked": False,
    "slow_mode": 0,
    "receipts": False,
    "retention_days": 0,
    "seq": 7,
    "members": 2,
    "created_at": AT_TEXT,
}
MEMBER_SHAPE = {"user": "bob", "name": "Bob", "role": "moderator", "joined_at": AT_TEXT}
MESSAGE_SHAPE = {
    "id": "m1",
    "room": "lobby",
    "seq": 7,
    "author": {"username": "bob", "name": "Bob", "role": "member", "bot": False},
    "text": "hello",
    "at": AT_TEXT,
    "reactions": [],
}

_PLACE = (1, "lobby", 7, AT)
POSTED = MessagePosted(*_PLACE, MESSAGE, BOB.id)
JOINED = MemberJoined(*_PLACE, MEMBER)
LEFT = MemberLeft(*_PLACE, "bob", BOB.id, "left")
KICKED = MemberLeft(*_PLACE, "bob", BOB.id, "kicked", "mo", "spam")
PROMOTED = MemberChanged(*_PLACE, MEMBER, "mo")
BANNED = MemberLeft(*_PLACE, "bob", BOB.id, "banned", "mo", "spam", AT + 1_000)
MUTED = MemberChanged(*_PLACE, replace(MEMBER, muted_until=AT + 1_000), "mo", "spam")
GONE = MessageDeleted(*_PLACE, "m1", "mo")
ERASED = MessageDeleted(*_PLACE, "m1", "system", Author("deleted-1", "deleted-1", Role.GUEST, False))
BACK = MessageRestored(*_PLACE, MESSAGE, "mo")
CHANGED = RoomChanged(*_PLACE, LOBBY, "mo")
DELETED = RoomDeleted(*_PLACE, "mo")
EDITED = MessageEdited(*_PLACE, replace(MESSAGE, edited_at=AT))
LIKED = ReactionAdded(*_PLACE, "m1", "\U0001f44d", "bob", 2)
UNLIKED = ReactionRemoved(*_PLACE, "m1", "\U0001f44d", "bob", 1)
PINNED = MessagePinned(*_PLACE, "m1", "mo")
UNPINNED = MessageUnpinned(*_PLACE, "m1", "mo")
ABOUT_MESSAGES: list[Event] = [EDITED, LIKED, UNLIKED, PINNED, UNPINNED]
EVENTS: list[Event] = [
    *ABOUT_MESSAGES,
    POSTED,
    JOINED,
    LEFT,
    KICKED,
    BANNED,
    PROMOTED,
    MUTED,
    GONE,
    ERASED,
    BACK,
    CHANGED,
    DELETED,
]


def saying(text: str, **more: Any) -> Message:
    """A message of bob's with that text."""
    return replace(MESSAGE, text=text, **more)
