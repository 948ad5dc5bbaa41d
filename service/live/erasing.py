"""The task that carries out erasures, as long as the server runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from service.chat.erasing import Erasing
from service.chat.errors import Refusal

LOOK_SECONDS = 10.0  # between two looks for one that another process has begun

log = logging.getLogger("folkmoot.erasures")


class Eraser:
    """Goes on at the start with what was begun before; then with each new one, as soon as it hears of it."""

    def __init__(self, erasing: Erasing) -> None:
        self._erasing = erasing
        self._begun = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, on the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """No more; the next start goes on from the last part that was committed."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def wake(self) -> None:
        """Somebody is to be erased."""
        self._begun.set()

    async def _run(self) -> None:
        while True:
            self._begun.clear()
            try:
                await self._erasing.go_on()
            except Refusal:
                log.info("nobody was erased further: there is no database right now")
            except Exception:  # what could not be done now is done with the next look
                log.exception("an erasure could not be carried on")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._begun.wait()
