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
    files = " ".join(f"[{file['name']}]" for file in shape.get("files", ()))
    text = f"(deleted by {deleted['by']})" if deleted else f"{shape['text']} {files}".strip()
    return Line(Kind.MESSAGE, text, shape["author"]["username"], datetime.fromisoformat(shape["at"]))


def event(frame: Mapping[str, Any]) -> Line | None:
    """What an event of the log looks like of itself; None for what the room's screen need not show."""
    told = _EVENTS.get(frame["type"])
    return None if told is None else notice(told(frame), frame["at"])


def presence(frame: Mapping[str, Any]) -> Line:
    """Somebody's first connection in the room, or their last."""
    return notice(f"{frame['user']} {'is here' if frame['state'] == 'online' else 'went away'}")


def removed(frame: Mapping[str, Any]) -> str:
    """Why one is out of the room."""
    how = _REMOVED.get(frame["code"], "You are no longer in this room")
    return _ended(how + _details(frame)) + (" You may come back." if frame["code"] == "kicked" else "")


def because(frame: Mapping[str, Any]) -> str:
    """The refusal in an ``error`` frame or a problem document, with who set the rule that decided, and why."""
    said = str(frame.get("message") or frame.get("detail") or frame.get("title") or frame.get("code") or "It failed.")
    why = frame.get("why") or {}
    if why.get("rule") in _SANCTIONS:
        return _ended(said.removesuffix(".") + _details(why))
    if why.get("rule") not in _SETTINGS or not why.get("by"):
        return said
    since = f" at {_moment(why['since'])}" if why.get("since") else ""
    reason = f": {why['reason']}" if why.get("reason") else ""
    return f"{said} {_ended(f'Set by {_signed(why)}{since}{reason}')}"


def muted(why: Mapping[str, Any], user: str = "") -> str:
    """That ``user``, or oneself, may not speak."""
    return f"{user} is muted{_details(why)}" if user else _ended(f"You are muted{_details(why)}")


def sanctioned(sanction: Mapping[str, Any]) -> str:
    """What a sanction comes to."""
    how = _LEFT_BY.get(sanction["kind"], "is sanctioned")
    return _ended(f"{sanction['user']} {how}{_until(sanction)}")


def role_given(frame: Mapping[str, Any], *, known: bool) -> str:
    """A member's role in the room. Where nobody knows what was before (``known``), a plain member may as well have been
    muted until now."""
    member = frame["member"]
    if not known and member["role"] == "member":
        return f"{member['user']} is a member of the room, and may speak"
    return f"{_signed(frame)} made {member['user']} {member['role']} of the room"


def deleted(by: str, author: str, at: str | None) -> str:
    """That a message was deleted; of somebody's, if it was seen here."""
    who = _signed({"by": by})
    if at is None:
        return f"{who} deleted a message from before those on the screen"
    whose = "a message of their own" if author == by else f"a message of {author}"
    return f"{who} deleted {whose}, from {_moment(at)}"


def deleted_more(by: str) -> str:
    """That it was not the only one."""
    return f"{_signed({'by': by})} deleted more of them"


def reported(report: Mapping[str, Any]) -> str:
    """A report, for those who moderate."""
    who = "a filter" if report["reporter"] == _SYSTEM else report["reporter"]
    return f"{who} reported a message of {report['message']['author']['username']}: {report['reason']}"


def _details(frame: Mapping[str, Any]) -> str:
    by = f" by {_signed(frame)}" if frame.get("by") else ""
    reason = f": {frame['reason']}" if frame.get("reason") else ""
    return _until(frame) + by + reason


def _until(frame: Mapping[str, Any]) -> str:
    until = frame.get("until")
    # In the last year that can be written, it means that there is no end; and no zone could be applied to it.
    return f" until {_moment(until)}" if until and not until.startswith(_NO_END) else ""


def _moment(iso: str) -> str:
    at = datetime.fromisoformat(iso).astimezone()
    return f"{at:%H:%M} on {at.day} {at:%B}"


def _signed(frame: Mapping[str, Any]) -> str:
    return "the server" if frame["by"] == _SYSTEM else str(frame["by"])


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _left(frame: Mapping[str, Any]) -> str:
    how = _LEFT.get(frame["code"], "is no longer in the room")
    return f"{frame['user']} {how}{_details(frame)}"


def _room_changed(frame: Mapping[str, Any]) -> str:
    room = frame["room"]
    topic = f"; its topic: {room['topic']}" if isinstance(room, Mapping) and room.get("topic") else ""
    locked = "; it is locked" if isinstance(room, Mapping) and room.get("locked") else ""
    return f"{_signed(frame)} changed the room{locked}{topic}"


_NO_END = "9999-"
_SYSTEM = "system"  # how the server signs what its operator did, or it itself
_SANCTIONS = frozenset({"mute", "ban", "suspension"})  # rules that are about one person
# Rules that somebody sets for all. Of others ``by`` is no setter: it may be who was faster.
_SETTINGS = frozenset({"join_role", "post_role", "locked", "slow_mode", "filter"})
_EVENTS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "member.joined": lambda frame: f"{frame['member']['user']} joined the room",
    "member.left": _left,
    "room.changed": _room_changed,
    "room.deleted": lambda frame: f"{_signed(frame)} deleted the room",
}
_LEFT = {
    "left": "left the room",
    "kicked": "was removed",
    "banned": "was banned",
    "role_too_low": "had to leave the room",
    "suspended": "was suspended",
}
_LEFT_BY = {"kick": "was removed", "ban": "is banned", "mute": "is muted"}
_REMOVED = {
    "left": "You left the room",
    "kicked": "You were removed",
    "banned": "You were banned",
    "role_too_low": "Your role is too low for this room now",
    "suspended": "Your account was suspended",
}
