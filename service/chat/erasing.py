"""Carrying out erasures, one after another: parts of logs, then what lies beside the database.

It can be done by the server and by the command line at once: whichever comes to a part second finds it done.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from service.chat.erasures import GoOn, LookAhead
from service.chat.orphans import Orphans
from service.chat.ports import Database
from service.chat.stores.erasures import Erasure

PAUSE_SECONDS = 0.05  # after a part in which messages were changed: most of the time is left to who posts

log = logging.getLogger("folkmoot.erasures")


def _nobody(_: Erasure) -> None:
    """Nobody watches."""


class Erasing:
    """``shed`` lets the database's files forget what was in them before."""

    def __init__(
        self,
        database: Database,
        orphans: Orphans,
        shed: Callable[[], Awaitable[object]],
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._database = database
        self._orphans = orphans
        self._shed = shed
        self._pause_seconds = pause_seconds

    async def go_on(self) -> int:
        """Carry out all that have been begun; how many they were."""
        unfinished = await self._database.read(lambda tx: tx.erasures.unfinished())
        for erasure in unfinished:
            await self.carry_out(erasure.uid)
        return len(unfinished)

    async def carry_out(self, uid: str, watcher: Callable[[Erasure], object] = _nobody) -> Erasure:
        """Carry out one to its end; ``watcher`` is told how far it has come. Last go the contents of files, and what
        the database's own log still has of how things were."""
        while True:
            ahead = await self._database.read(LookAhead(uid).read)
            if ahead.erasure.finished_at is not None:
                erasure = ahead.erasure
                break
            erasure = await self._database.write(GoOn(ahead).apply)
            watcher(erasure)
            if erasure.changed != ahead.erasure.changed:
                await asyncio.sleep(self._pause_seconds)
        await self._orphans.collect()
        await self._shed()
        log.info("somebody was erased", extra={"erasure": erasure.uid, "messages": erasure.changed})
        return erasure
