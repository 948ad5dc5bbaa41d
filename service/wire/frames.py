"""What the server says: replies, events and notices as objects, before a codec makes bytes of them."""

from __future__ import annotations

from typing import Any

from service.chat.errors import Refusal
from service.chat.events import (
    EVENTS,
    Event,
    Invited,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    Mentioned,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessagePosted,
    MessageRestored,
    MessageUnpinned,
    News,
    ReactionAdded,
    ReactionRemoved,
    ReadChanged,
    ReportChanged,
    ReportOpened,
    RoomChanged,
    RoomDeleted,
    ThreadRead,
)
from service.chat.records import User
from service.wire import shapes
from service.wire.shapes import Shape

NOTICES = (
    "hello",
    "presence",
    "typing",
    "removed",
    "you.changed",
    "mentioned",
    "read.changed",
    "thread.read",
    "invited",
    "report.opened",
    "report.changed",
    "auth.expiring",
    "restart",
    "lagging",
)
NEWS: dict[type[News], str] = {
    Mentioned: "mentioned",
    Invited: "invited",
    ReadChanged: "read.changed",
    ThreadRead: "thread.read",
    ReportOpened: "report.opened",
    ReportChanged: "report.changed",
}


def ok(id: str, **carries: Any) -> Shape:
    """The reply to a command that succeeded."""
    return {"type": "ok", "id": id, **carries}


def error(id: str | None, refusal: Refusal) -> Shape:
    """The reply to a command that was refused."""
    shape: Shape = {"type": "error", "id": id, "code": refusal.code.value, "message": refusal.message}
    if refusal.retry_after is not None:
        shape["retry_after"] = round(refusal.retry_after, 3)
    if refusal.why is not None:
        shape["why"] = shapes.why(refusal.why)
    if refusal.errors:
        shape["errors"] = shapes.errors(refusal.errors)
    return shape


def event(e: Event, message: Any = None) -> Shape:
    """An event; ``message`` is its message if that is encoded already."""
    shape: Shape = {"type": EVENTS[type(e)], "room": e.room, "seq": e.seq, "at": shapes.time(e.at)}
    match e:
        case MessagePosted():
            shape["message"] = shapes.message(e.message) if message is None else message
        case MessageEdited():
            shape["message"] = shapes.message(e.message)
        case ReactionAdded() | ReactionRemoved():
            shape |= {"message_id": e.message_id, "emoji": e.emoji, "user": e.user, "count": e.count}
        case MessagePinned() | MessageUnpinned():
            shape |= {"message_id": e.message_id, "by": e.by}
        case MessageDeleted():
            shape |= {"message_id": e.message_id, "by": e.by}
            if e.author is not None:
                shape["author"] = shapes.author(e.author)
        case MessageRestored():
            shape |= {"message": shapes.message(e.message), "by": e.by}
        case MemberJoined():
            shape["member"] = shapes.member(e.member)
        case MemberLeft():
            shape |= _present(user=e.user, code=e.code, by=e.by, reason=e.reason, until=_time(e.until))
        case MemberChanged():
            shape |= _present(member=shapes.member(e.member), by=e.by, reason=e.reason)
        case RoomChanged():
            shape |= {"room": shapes.room(e.changed), "by": e.by}  # the room itself, in place of its slug
        case RoomDeleted():
            shape["by"] = e.by
    return shape


def presence(room: str, user: str, online: bool) -> Shape:
    """A user's first connection in a room came, or their last one went."""
    return {"type": "presence", "room": room, "user": user, "state": "online" if online else "offline"}


def typing(room: str, user: str) -> Shape:
    """Somebody is typing."""
    return {"type": "typing", "room": room, "user": user}


def removed(room: str, left: MemberLeft) -> Shape:
    """You are out of the room, by this event."""
    told = _present(code=left.code, by=left.by, reason=left.reason, until=_time(left.until))
    return {"type": "removed", "room": room, **told}


def you_changed(user: User) -> Shape:
    """Your own account is another one now."""
    return {"type": "you.changed", "user": shapes.user(user, suspended=True)}


def news(n: News) -> Shape:
    """What some users are told."""
    shape: Shape = {"type": NEWS[type(n)]}
    match n:
        case ReportOpened() | ReportChanged():
            shape["report"] = shapes.report(n.report)
        case Mentioned():
            shape |= {"room": n.message.room, "message": shapes.message(n.message)}
        case ReadChanged():
            shape |= {"room": n.room, "seq": n.seq}
        case ThreadRead():
            shape |= {"room": n.room, "message_id": n.message_id, "seq": n.seq}
        case Invited():
            shape |= {"room": n.room, "by": n.by}
    return shape


def auth_expiring(expires_at: int) -> Shape:
    """The access token ends at ``expires_at`` (Unix seconds)."""
    return {"type": "auth.expiring", "expires_at": shapes.time(expires_at * 1000)}


def restart(reconnect_in_ms: int) -> Shape:
    """The server goes away; come back after so many milliseconds."""
    return {"type": "restart", "reconnect_in_ms": reconnect_in_ms}


def lagging(room: str, position: int) -> Shape:
    """Events after ``position`` come later, from the log."""
    return {"type": "lagging", "room": room, "from": position}


def _present(**fields: Any) -> Shape:
    return {name: value for name, value in fields.items() if value is not None}


def _time(at: int | None) -> str | None:
    return None if at is None else shapes.time(at)
