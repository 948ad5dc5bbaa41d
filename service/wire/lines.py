"""The ``text`` codec: what one types is the message, and what one reads are lines.

Further lines of one message begin with two spaces, and control characters are shown as what they are, so that nobody
can forge a line or steer somebody's terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from service.chat.errors import Refusal
from service.chat.events import Event, MemberLeft, MessagePosted, RoomChanged, RoomDeleted
from service.chat.records import Message
from service.wire import shapes

_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def _shown(text: str) -> str:
    lines = (_CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", line) for line in _LINE_END.split(text))
    return "\n  ".join(lines)


def message(m: Message) -> str:
    """``[lobby] ann: hello``"""
    return f"[{m.room}] {m.author.username}: {_shown(m.text)}"


def messages(several: Iterable[Message]) -> str:
    """Many messages, a line or more each; empty if there are none."""
    return "\n".join(message(m) for m in several)


def event(e: Event) -> str | None:
    """The line for an event, or None for those that a reader of lines does not see.

    A member who joins is seen by their presence, which follows.
    """
    match e:
        case MessagePosted():
            return message(e.message)
        case MemberLeft(user=user, code="left"):
            return f"* {user} left"
        case MemberLeft(user=user, code=code, by=by):
            return f"* {user} left ({code.replace('_', ' ')}{f' by {by}' if by else ''})"
        case RoomChanged(by=by):
            return f"* {by} changed the room"
        case RoomDeleted(by=by):
            return f"* {by} deleted the room"
    return None


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
        text += f" until {shapes.time(r.why.until)[11:16]}"
    if r.why is not None and r.why.reason:
        text += f" ({r.why.reason})"
    return notice(text)
