"""Why a socket is closed, as a table of values (RFC 6455, section 7.4).

The range of a code is the client's rule, so that it does the right thing also with codes that it has never seen:
4000-4099 reconnect and resume; 4100-4199 get a new token first; 4200-4299 stay away.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from service.chat.errors import Code


class Close(IntEnum):
    """The code of a close frame that this server sends by its own decision."""

    NORMAL = 1000
    WRONG_KIND = 1003
    NOT_UTF8 = 1007
    TOO_LARGE = 1009
    INTERNAL = 1011
    RESTART = 1012
    OVERLOAD = 1013
    TOO_SLOW = 4000
    NO_HEARTBEAT = 4001
    TOO_FAST = 4002
    DROPPED = 4003
    TOKEN_EXPIRED = 4100
    SESSION_REVOKED = 4101
    PROTOCOL_ABUSE = 4200
    SUSPENDED = 4201
    NOT_ALLOWED = 4202
    ROOM_DELETED = 4203


@dataclass(frozen=True, slots=True)
class Reason:
    """What is sent along (at most 123 bytes), and whether a client does well to come back by itself."""

    text: str
    reconnect: bool


CLOSES: dict[Close, Reason] = {
    Close.NORMAL: Reason("bye", False),
    Close.WRONG_KIND: Reason("this codec does not take that kind of frame", False),
    Close.NOT_UTF8: Reason("a text frame was not UTF-8", False),
    Close.TOO_LARGE: Reason("the frame is over the limit", False),
    Close.INTERNAL: Reason("something went wrong on our side", True),
    Close.RESTART: Reason("the server restarts", True),
    Close.OVERLOAD: Reason("the server can't serve right now", True),
    Close.TOO_SLOW: Reason("events were not read in time", True),
    Close.NO_HEARTBEAT: Reason("no sign of life", True),
    Close.TOO_FAST: Reason("too many commands", True),
    Close.DROPPED: Reason("a moderator ended this connection", True),
    Close.TOKEN_EXPIRED: Reason("the access token expired", True),
    Close.SESSION_REVOKED: Reason("the session has ended, or the token is bad", True),
    Close.PROTOCOL_ABUSE: Reason("the protocol was not kept", False),
    Close.SUSPENDED: Reason("the account is suspended", False),
    Close.NOT_ALLOWED: Reason("not, or no longer, allowed here", False),
    Close.ROOM_DELETED: Reason("the room was deleted", False),
}


def of_refused_handshake(code: Code, status: int, expired: bool) -> Close:
    """The close code that tells a browser, which can't see a refused handshake, what its status was."""
    if status == 401:
        return Close.TOKEN_EXPIRED if expired else Close.SESSION_REVOKED
    if code is Code.SUSPENDED:
        return Close.SUSPENDED
    return {
        400: Close.PROTOCOL_ABUSE,
        403: Close.NOT_ALLOWED,
        404: Close.NOT_ALLOWED,
        409: Close.TOO_FAST,
        422: Close.PROTOCOL_ABUSE,
        429: Close.TOO_FAST,
        503: Close.OVERLOAD,
    }.get(status, Close.INTERNAL)
