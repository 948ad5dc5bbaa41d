"""How long people may change their minds about what they have said."""

from __future__ import annotations

from dataclasses import dataclass

from service.chat.errors import Code, Refusal, Why
from service.chat.records import Message


@dataclass(frozen=True, slots=True)
class Windows:
    """The seconds in which one's own message can be edited, and in which it can be deleted; 0 for no limit."""

    edit_seconds: int = 0
    delete_seconds: int = 0


NO_WINDOWS = Windows()


def require_open(rule: str, done: str, message: Message, seconds: int, now: int) -> None:
    """Raise the refusal once the time is over in which a message can be ``done`` something."""
    until = message.at + seconds * 1000
    if seconds and until < now:
        text = f"A message can be {done} for {seconds:,} seconds, which have passed."
        raise Refusal(Code.FORBIDDEN, text, why=Why(rule, until=until))
