"""The task that takes away what rooms no longer keep, as long as the server runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from service.chat.errors import Refusal
from service.chat.ports import Database
from service.chat.retention import Due, Expire, FindDue, Retention

LOOK_SECONDS = 600.0  # between two looks at all rooms
ROOMS_AT_ONCE = 100  # of a look: each costs some twenty short reads
PAUSE_SECONDS = 0.05  # between two spans: most of the time is left to who posts

log = logging.getLogger("folkmoot.retention")


class Expiring:
    """Looks at the start, and then every ten minutes. What is taken away is told in the rooms like any deletion."""

    def __init__(self, database: Database, retention: Retention, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._database = database
        self._retention = retention
        self._pause_seconds = pause_seconds
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, on the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """No more; the next start goes on from the last span that was committed."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def look(self) -> int:
        """Once through all rooms; how many spans were taken away."""
        spans, after = 0, 0
        while True:
            found, more = await self._database.read(FindDue(self._retention, after, ROOMS_AT_ONCE).read)
            for due in found:
                spans += await self._expire(due)
            if more is None:
                return spans
            after = more

    async def _expire(self, due: Due) -> int:
        spans = 1
        while await self._database.write(Expire(due, self._retention).apply):
            spans += 1
            await asyncio.sleep(self._pause_seconds)
        return spans

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Refusal:
                log.info("nothing was taken away: there is no database right now")
            except Exception:  # what could not be taken away now is taken away with the next look
                log.exception("messages that are over could not be taken away")
            await asyncio.sleep(LOOK_SECONDS)
