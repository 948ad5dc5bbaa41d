"""A node's heart: who gives no sign of life is closed, and so is a reader who has stayed behind for too long."""

from __future__ import annotations

import asyncio

from service.live.connection import Connection
from service.live.registry import Registry
from service.live.terms import Terms
from service.wire.closes import Close

BEAT_SECONDS = 1.0  # between two looks at everybody
MISSED_MAX = 2  # heartbeats without a sign of life


class Heart:
    """Each second it looks at all connections for lag, and asks a part of them for a sign of life: all of them in the
    time between two heartbeats, and never all at once."""

    def __init__(self, registry: Registry, terms: Terms) -> None:
        self._registry = registry
        self._terms = terms

    async def beat(self) -> None:
        """Go on until cancelled."""
        turn, every = 0, self._terms.heartbeat_seconds
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            turn = (turn + 1) % every
            now = loop.time()
            for connection in self._registry:
                self._check_pace(connection, now)
                if connection.number % every == turn and not connection.closed:
                    _ask_for_life(connection)

    def _check_pace(self, connection: Connection, now: float) -> None:
        if connection.behind_since is None:
            return
        if not connection.behind:
            connection.behind_since = None
        elif now - connection.behind_since > self._terms.slow_reader_seconds:
            connection.close(Close.TOO_SLOW)


def _ask_for_life(connection: Connection) -> None:
    """Unless there was no sign of it to the last two questions."""
    if connection.alive or connection.outbox.slow or connection.crowded:  # what nobody reads here is no sign of death
        connection.missed = 0
    else:
        connection.missed += 1
        if connection.missed >= MISSED_MAX:
            connection.close(Close.NO_HEARTBEAT)
            return
    connection.alive = False
    connection.ping()
