"""The end of the token that a connection came with: announced ahead, so that it can be renewed, and then kept.

Functions over the connection rather than an object of each: there may be very many, and most do nothing but wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from service.chat.records import Credential
from service.live.encoder import Encoder
from service.live.outbox import Outbox
from service.wire import frames
from service.wire.closes import Close

EXPIRING_SECONDS = 60  # how long before its end a client hears that its token ends


class Expiring(Protocol):
    """A connection, as far as its token is concerned."""

    credential: Credential
    encoder: Encoder
    outbox: Outbox
    expiry: asyncio.TimerHandle | None

    def close(self, why: Close) -> None: ...


def watch(connection: Expiring, loop: asyncio.AbstractEventLoop, now: Callable[[], int]) -> None:
    """Count to the end of the token that it has now; ``now`` is in Unix ms."""
    stop(connection)
    first = max(0.0, _left(connection, now) - EXPIRING_SECONDS)
    connection.expiry = loop.call_later(first, _announce, connection, loop, now)


def stop(connection: Expiring) -> None:
    """Count no more."""
    if connection.expiry is not None:
        connection.expiry.cancel()
        connection.expiry = None


def _announce(connection: Expiring, loop: asyncio.AbstractEventLoop, now: Callable[[], int]) -> None:
    left = _left(connection, now)
    if left <= 0:
        connection.close(Close.TOKEN_EXPIRED)
        return
    connection.outbox.push(connection.encoder.notice(frames.auth_expiring(connection.credential.expires_at)))
    connection.expiry = loop.call_later(left, connection.close, Close.TOKEN_EXPIRED)


def _left(connection: Expiring, now: Callable[[], int]) -> float:
    """Seconds."""
    return connection.credential.expires_at - now() / 1000
