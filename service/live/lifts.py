"""Sanctions that end by themselves: whoever is concerned, and their rooms, hear of it on time.

Nobody is held longer by this being late: every decision looks at the clock. But a suspension has to be lifted and the
places that it took given back, and that is done here, also for those that came to their end while no server ran.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from service.chat.enforcement import EndDue
from service.chat.errors import Refusal
from service.chat.ports import Clock, Database

LOOK_SECONDS = 1.0  # between two looks: another process may have imposed one that ends sooner

log = logging.getLogger("folkmoot.lifts")


class Lifts:
    """Ends what is due, as long as the server runs."""

    def __init__(self, database: Database, now: Clock) -> None:
        self._database = database
        self._now = now
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, on the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """No more."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def look(self) -> float:
        """End what is due; in how many seconds to look again."""
        due = await self._database.read(lambda tx: tx.sanctions.next_due())
        left = LOOK_SECONDS if due is None else (due - self._now()) / 1000
        if left > 0:
            return min(LOOK_SECONDS, left)
        await self._database.write(EndDue().apply)
        return 0.0

    async def _run(self) -> None:
        while True:
            wait = LOOK_SECONDS
            try:
                wait = await self.look()
            except Refusal:
                pass  # there is no database right now
            except Exception:  # nothing would ever end again if this did
                log.exception("sanctions could not be ended")
            await asyncio.sleep(wait)
