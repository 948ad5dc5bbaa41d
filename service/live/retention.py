"""The task that takes away what rooms no longer keep, as long as the server runs."""

from __future__ import annotations

import asyncio

from service.chat.ports import Database
from service.chat.retention import Due, Expire, FindDue, Retention
from service.live.rounds import Rounds

LOOK_SECONDS = 600.0  # between two looks at all rooms
ROOMS_AT_ONCE = 100  # of a look: each costs a few short reads, and some twenty where something is over
PAUSE_SECONDS = 0.05  # between two spans: most of the time is left to who posts


class Expiring(Rounds):
    """Looks at the start, and then every ten minutes. What is taken away is told in the rooms like any deletion."""

    def __init__(self, database: Database, retention: Retention, pause_seconds: float = PAUSE_SECONDS) -> None:
        super().__init__("taking away what rooms no longer keep", LOOK_SECONDS)
        self._database = database
        self._retention = retention
        self._pause_seconds = pause_seconds

    async def look(self) -> float:
        """Once through all rooms; another start goes on from the last span that was committed."""
        await self.expire()
        return LOOK_SECONDS

    async def expire(self) -> int:
        """Take away what is over; how many spans it was."""
        spans, after = 0, 0
        while True:
            found, more = await self._database.read(FindDue(self._retention, after, ROOMS_AT_ONCE).read)
            for due in found:
                spans += await self._expire_room(due)
            if more is None:
                return spans
            after = more

    async def _expire_room(self, due: Due) -> int:
        spans = 1
        while await self._database.write(Expire(due, self._retention).apply):
            spans += 1
            await asyncio.sleep(self._pause_seconds)
        return spans
