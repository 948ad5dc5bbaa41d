"""What can stand on the screen: messages, notices and warnings, and how the contract's objects become them.

Nothing is escaped here: whoever prints a :class:`Line` makes all of it printable, in that one place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any


class Kind(Enum):
    """How a line is meant."""

    MESSAGE = "message"
    NOTICE = "notice"
    WARNING = "warning"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to show. ``who`` said it ``at`` some time, if it is a message."""

    kind: Kind
    text: str
    who: str = ""
    at: datetime | None = None


def notice(text: str, at: str | None = None) -> Line:
    """Something that happened."""
    return Line(Kind.NOTICE, text, at=None if at is None else datetime.fromisoformat(at))


def warning(text: str) -> Line:
    """Something that one should know."""
    return Line(Kind.WARNING, text)


def message(shape: Mapping[str, Any]) -> Line:
    """A message as the contract shows it; a deleted one is in its place without its text."""
    deleted = shape.get("deleted")
    text = f"(deleted by {deleted['by']})" if deleted else str(shape["text"])
    return Line(Kind.MESSAGE, text, shape["author"]["username"], datetime.fromisoformat(shape["at"]))


def event(frame: Mapping[str, Any]) -> Line | None:
    """What an event of the log looks like; None for what the room's screen need not show."""
    if frame["type"] == "message.posted":
        return message(frame["message"])
    told = _EVENTS.get(frame["type"])
    return None if told is None else notice(told(frame), frame["at"])


def presence(frame: Mapping[str, Any]) -> Line:
    """Somebody's first connection in the room, or their last."""
    return notice(f"{frame['user']} {'is here' if frame['state'] == 'online' else 'went away'}")


def removed(frame: Mapping[str, Any]) -> str:
    """Why one is out of the room."""
    how = _REMOVED.get(frame["code"], "You are no longer in this room")
    return how + _by(frame) + _until(frame) + "." + _reason(frame)


def because(frame: Mapping[str, Any]) -> str:
    """The refusal in an ``error`` frame or a problem document, with the rule that decided where it helps."""
    said = str(frame.get("message") or frame.get("detail") or frame.get("title") or frame.get("code") or "It failed.")
    why = frame.get("why") or {}
    return said + "".join(f" ({part})" for part in [(_by(why) + _until(why)).strip()] if part) + _reason(why)


def _by(frame: Mapping[str, Any]) -> str:
    return f" by {frame['by']}" if frame.get("by") else ""


def _until(frame: Mapping[str, Any]) -> str:
    if not frame.get("until"):
        return ""
    until = datetime.fromisoformat(frame["until"]).astimezone()
    return f" until {until:%H:%M on %d %B}"


def _reason(frame: Mapping[str, Any]) -> str:
    return f" Reason: {frame['reason']}" if frame.get("reason") else ""


def _left(frame: Mapping[str, Any]) -> str:
    how = _LEFT.get(frame["code"], "is no longer in the room")
    return f"{frame['user']} {how}{_by(frame)}{_until(frame)}{_reason(frame)}"


def _member_changed(frame: Mapping[str, Any]) -> str:
    member = frame["member"]
    return f"{frame['by']} made {member['user']} {member['role']} of the room"


def _room_changed(frame: Mapping[str, Any]) -> str:
    room = frame["room"]
    topic = f"; its topic: {room['topic']}" if isinstance(room, Mapping) and room.get("topic") else ""
    return f"{frame['by']} changed the room{topic}"


_EVENTS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "member.joined": lambda frame: f"{frame['member']['user']} joined the room",
    "member.left": _left,
    "member.changed": _member_changed,
    "room.changed": _room_changed,
    "room.deleted": lambda frame: f"{frame['by']} deleted the room",
}
_LEFT = {
    "left": "left the room",
    "kicked": "was removed",
    "banned": "was banned",
    "role_too_low": "had to leave the room",
    "suspended": "was suspended",
}
_REMOVED = {
    "left": "You left the room",
    "kicked": "You were removed",
    "banned": "You were banned",
    "role_too_low": "Your role is too low for this room now",
    "suspended": "Your account was suspended",
}
