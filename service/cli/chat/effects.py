"""What a conversation wants done: values, so that tests can read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from service.cli.chat.lines import Line

Frame: TypeAlias = dict[str, Any]
"""One frame of the contract, as JSON gives it."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send a frame on the connection."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class Show:
    """Show a line."""

    line: Line


@dataclass(frozen=True, slots=True)
class Connect:
    """Drop the connection, if there is one, and make a new one after ``seconds``; ``renew`` the token before."""

    seconds: float = 0.0
    renew: bool = False


@dataclass(frozen=True, slots=True)
class Renew:
    """Get a new access token, while the connection stays."""


@dataclass(frozen=True, slots=True)
class Wake:
    """Call :meth:`Conversation.woken` after ``seconds``."""

    seconds: float


@dataclass(frozen=True, slots=True)
class FetchOlder:
    """Ask for the messages before ``seq``."""

    seq: int


@dataclass(frozen=True, slots=True)
class FetchSanctions:
    """Ask for the room's sanctions that are in force, in order to lift those of ``user`` of these ``kinds``."""

    user: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leave:
    """End the membership in the room."""

    username: str


@dataclass(frozen=True, slots=True)
class Stop:
    """It is over: end the program with ``status``."""

    status: int


Effect: TypeAlias = Send | Show | Connect | Renew | Wake | FetchOlder | FetchSanctions | Leave | Stop
