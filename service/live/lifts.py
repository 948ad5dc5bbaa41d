"""Sanctions that end by themselves: whoever is concerned, and their rooms, hear of it on time.

Nobody is held longer by this being late: every decision looks at the clock. But a suspension has to be lifted and the
places that it took given back, and that is done here, also for those that came to their end while no server ran.
"""

from __future__ import annotations

from service.chat.enforcement import EndDue
from service.chat.ports import Clock, Database
from service.live.rounds import Rounds

LOOK_SECONDS = 1.0  # between two looks: another process may have imposed one that ends sooner


class Lifts(Rounds):
    """Ends what is due."""

    def __init__(self, database: Database, now: Clock) -> None:
        super().__init__("ending sanctions", LOOK_SECONDS)
        self._database = database
        self._now = now

    async def look(self) -> float:
        """End what is due; the next look is when the next one is, or soon."""
        due = await self._database.read(lambda tx: tx.sanctions.next_due())
        left = LOOK_SECONDS if due is None else (due - self._now()) / 1000
        if left > 0:
            return min(LOOK_SECONDS, left)
        await self._database.write(EndDue().apply)
        return 0.0
