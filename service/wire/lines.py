"""The ``text`` codec: what one types is the message, and what one reads are lines.

Further lines of one message begin with two spaces, and control characters are shown as what they are, so that nobody
can forge a line or steer somebody's terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from service.chat.errors import Refusal
from service.chat.events import (
    Event,
    MemberChanged,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessagePosted,
    MessageRestored,
    RoomChanged,
    RoomDeleted,
)
from service.chat.records import FOREVER, Message
from service.wire import times

DAY_MS = 86_400_000  # an end that is nearer than this is told by its hour alone

_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def _shown(text: str) -> str:
    lines = (_CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", line) for line in _LINE_END.split(text))
    return "\n  ".join(lines)


def message(m: Message) -> str:
    """``[lobby] ann: hello``, and behind it the names of its files: ``[photo.png]``"""
    parts = [*([_shown(m.text)] if m.text else []), *(f"[{_shown(file.name)}]" for file in m.files)]
    return f"[{m.room}] {m.author.username}: {' '.join(parts)}"


def messages(several: Iterable[Message]) -> str:
    """Many messages, a line or more each; empty if there are none."""
    return "\n".join(message(m) for m in several)


def event(e: Event) -> str | None:
    """The line for an event, or None for those that a reader of lines does not see.

    A member who joins is seen by their presence, which follows.
    """
    match e:
        case MessagePosted():
            return message(e.message) if e.message.deleted is None else None
        case MessageEdited(message=edited):
            said_anew = edited.deleted is None and (edited.edited_at or 0) >= e.at
            return f"* {edited.author.username} edited a message: {_shown(edited.text)}" if said_anew else None
        case MessagePinned(by=by):
            return f"* {by} pinned a message"
        case MessageDeleted(by=by):
            return f"* {by} deleted a message"
        case MessageRestored(message=restored, by=by):
            return f"* {by} restored a message of {restored.author.username}: {_shown(restored.text)}"
        case MemberLeft(user=user, code="left"):
            return f"* {user} left"
        case MemberLeft(user=user):
            return f"* {user} left ({_shown(_how(e))})"
        case MemberChanged(member=member) if member.muted_until:
            return _shown(f"* {member.user.username} is muted{_until(e.at, member.muted_until)}{_because(e.reason)}")
        case RoomChanged(by=by):
            return f"* {by} changed the room"
        case RoomDeleted(by=by):
            return f"* {by} deleted the room"
    return None


def removed(left: MemberLeft) -> str:
    """``! you are no longer in this room: banned by mo until 14:05 (spam)``"""
    return notice(f"you are no longer in this room: {_how(left)}")


def presence(user: str, online: bool) -> str:
    """``* bob joined``, ``* bob left``"""
    return f"* {user} {'joined' if online else 'left'}"


def notice(text: str) -> str:
    """``! something to know``"""
    return f"! {_shown(text)}"


def refusal(r: Refusal) -> str:
    """``! you are muted until 14:05 (spam)``"""
    text = r.message.rstrip(".")
    text = text[:1].lower() + text[1:]
    if r.why is not None and r.why.until is not None:
        soon = r.retry_after is not None  # then the rule may be old, and its end is near
        text += _until(r.why.until if soon else r.why.since or 0, r.why.until)
    if r.why is not None:
        text += _because(r.why.reason)
    return notice(text)


def _how(left: MemberLeft) -> str:
    """How somebody lost their place: ``banned by mo until 14:05 (spam)``"""
    by = f" by {left.by}" if left.by else ""
    until = "" if left.until is None else _until(left.at, left.until)
    return f"{left.code.replace('_', ' ')}{by}{until}{_because(left.reason)}"


def _until(since: int, until: int) -> str:
    if until == FOREVER:
        return ""
    day, hour = times.render(until)[:10], times.render(until)[11:16]
    return f" until {hour}" if until - since < DAY_MS else f" until {day} {hour}"


def _because(reason: str | None) -> str:
    return f" ({reason})" if reason else ""
