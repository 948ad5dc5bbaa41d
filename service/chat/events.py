"""What happened, in the past tense: the events of a room's log, and the changes of authority beside it.

An event is durable: it has a ``room`` (slug), a ``seq`` and a time ``at`` (Unix ms). The name on the wire stands in
``EVENTS``. A change of authority has no seq; it tells the live side whom to look at again. What some users are told
has no seq either: it stands in no log, and who is not there asks for it later.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from service.chat.records import Author, Member, Message, Report, Room
from service.chat.roles import Scope

SEQ_MAX = 2**53 - 1  # the largest integer that every reader of JSON holds exactly


@dataclass(frozen=True, slots=True)
class Event:
    """One durable fact in a room's log."""

    room_id: int
    room: str
    seq: int
    at: int


@dataclass(frozen=True, slots=True)
class MessagePosted(Event):
    """Somebody said something."""

    message: Message
    author_id: int


@dataclass(frozen=True, slots=True)
class MessageEdited(Event):
    """A message's author gave it another text."""

    message: Message


@dataclass(frozen=True, slots=True)
class ReactionAdded(Event):
    """Somebody put an emoji under a message. ``user`` is a username; ``count`` is how many of it there are then."""

    message_id: str
    emoji: str
    user: str
    count: int


@dataclass(frozen=True, slots=True)
class ReactionRemoved(Event):
    """Somebody took their emoji away again."""

    message_id: str
    emoji: str
    user: str
    count: int


@dataclass(frozen=True, slots=True)
class MessagePinned(Event):
    """A message stands among the room's pins. ``by`` is a username."""

    message_id: str
    by: str


@dataclass(frozen=True, slots=True)
class MessageUnpinned(Event):
    """A message stands among the room's pins no more."""

    message_id: str
    by: str


@dataclass(frozen=True, slots=True)
class MessageDeleted(Event):
    """A message's text is no longer shown. ``by`` is a username. ``author`` is there where the author was erased, and
    is how they are shown from now on."""

    message_id: str
    by: str
    author: Author | None = None


@dataclass(frozen=True, slots=True)
class MessageRestored(Event):
    """A deleted message is shown again."""

    message: Message
    by: str


@dataclass(frozen=True, slots=True)
class MemberJoined(Event):
    """A user became a member."""

    member: Member


@dataclass(frozen=True, slots=True)
class MemberLeft(Event):
    """A user is no longer a member; ``code`` says how that came about. From this seq on nothing reaches them here."""

    user: str
    user_id: int
    code: str
    by: str | None = None
    reason: str | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class MemberChanged(Event):
    """A member's role changed, or they are muted, or no longer."""

    member: Member
    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RoomChanged(Event):
    """The room's settings changed; ``changed`` is the room after it."""

    changed: Room
    by: str


@dataclass(frozen=True, slots=True)
class RoomDeleted(Event):
    """The room is gone; this is the last event of its log."""

    by: str


EVENTS: dict[type[Event], str] = {
    MessagePosted: "message.posted",
    MessageEdited: "message.edited",
    MessageDeleted: "message.deleted",
    MessageRestored: "message.restored",
    MessagePinned: "message.pinned",
    MessageUnpinned: "message.unpinned",
    ReactionAdded: "reaction.added",
    ReactionRemoved: "reaction.removed",
    MemberJoined: "member.joined",
    MemberLeft: "member.left",
    MemberChanged: "member.changed",
    RoomChanged: "room.changed",
    RoomDeleted: "room.deleted",
}


@dataclass(frozen=True, slots=True)
class AuthorityChanged:
    """Somebody's rights changed up to ``version``: sessions that ended, users whose account or role changed. ``at`` is
    when its transaction began (Unix ms)."""

    version: int
    sessions: frozenset[str] = field(default_factory=frozenset)
    users: frozenset[int] = field(default_factory=frozenset)
    rooms: frozenset[int] = field(default_factory=frozenset)
    at: int = 0


@dataclass(frozen=True, slots=True)
class ReportOpened:
    """Somebody, or a filter, has reported a message."""

    report: Report


@dataclass(frozen=True, slots=True)
class ReportChanged:
    """A report was taken, closed, or opened again."""

    report: Report


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Somebody is called in a message."""

    message: Message


@dataclass(frozen=True, slots=True)
class ReadChanged:
    """A user has read a room up to ``seq``, on another connection of theirs."""

    room: str
    seq: int


@dataclass(frozen=True, slots=True)
class ThreadRead:
    """A user has read the thread under a message (its id) up to ``seq``."""

    room: str
    message_id: str
    seq: int


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody was made a member of a room by another; both are names (slug, username)."""

    room: str
    by: str


News = ReportOpened | ReportChanged | Mentioned | ReadChanged | ThreadRead | Invited


@dataclass(frozen=True, slots=True)
class Told:
    """What is told to some users, on each of their connections whose token has ``scope``; on one that is for a single
    room, if that is ``room`` (slug). Whom it concerns was decided in the transaction that makes it true."""

    users: frozenset[int]
    room: str
    scope: Scope
    news: News
