"""What a client does when its connection ends. The range of the close code is the rule, also for codes that are not
known here; the table only adds words."""

from __future__ import annotations

from enum import Enum

# RFC 6455, section 7.4.1: the codes after which trying again makes sense. All others say that one of the two programs
# is wrong, and would only say it again.
_PASSING = frozenset({1001, 1005, 1006, 1011, 1012, 1013, 1014})

_WORDS = {
    1000: "The server said good-bye.",
    1001: "The server went away.",
    1006: "The connection broke.",
    1011: "The server had an accident.",
    1012: "The server restarts.",
    1013: "The server is overloaded.",
    4000: "This connection read too slowly.",
    4001: "The server heard nothing from here any more.",
    4002: "That was too fast.",
    4003: "A moderator ended this connection.",
    4100: "The token expired.",
    4101: "The session has ended.",
    4200: "The server says that this program broke the protocol.",
    4201: "Your account is suspended.",
    4202: "You are not, or no longer, allowed in this room.",
    4203: "The room was deleted.",
}


class Next(Enum):
    """What to do after a close."""

    RECONNECT = "reconnect"
    RENEW = "renew"
    STAY_AWAY = "stay away"


def after_close(code: int) -> Next:
    """What the code of a close asks for."""
    if code in _PASSING or 4000 <= code <= 4099:
        return Next.RECONNECT
    return Next.RENEW if 4100 <= code <= 4199 else Next.STAY_AWAY


def after_refusal(status: int) -> Next:
    """What the HTTP status of a refused handshake asks for."""
    if status == 401:
        return Next.RENEW
    return Next.RECONNECT if status == 429 or status >= 500 else Next.STAY_AWAY


def in_words(code: int, reason: str) -> str:
    """The close, for a person: what the server said, else what the code means."""
    said = reason.strip().rstrip(".")
    return f"{said[0].upper()}{said[1:]}." if said else _WORDS.get(code, f"The connection was closed with code {code}.")
