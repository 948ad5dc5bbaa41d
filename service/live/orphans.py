"""The task that looks for files which nobody needs any more, as long as the server runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from service.chat.errors import Refusal
from service.chat.orphans import Orphans

LOOK_SECONDS = 3600.0  # between two looks through all files

log = logging.getLogger("folkmoot.files")


class Collector:
    """Looks at the start, and then every hour."""

    def __init__(self, orphans: Orphans) -> None:
        self._orphans = orphans
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

    async def _run(self) -> None:
        while True:
            try:
                await self._orphans.collect()
            except Refusal:
                log.info("files were not looked through: there is no database right now")
            except Exception:  # what could not be removed today is removed another day
                log.exception("files could not be looked through")
            await asyncio.sleep(LOOK_SECONDS)
