"""What the server looks after again and again, as long as it runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod

from service.chat.errors import Refusal

log = logging.getLogger("folkmoot.rounds")


class Rounds(ABC):
    """Looks at once, waits as long as the look says, and looks again. A look that fails is followed by the next one in
    ``every_seconds``: nothing would ever be looked after again if one of them could end this."""

    def __init__(self, what: str, every_seconds: float) -> None:
        self.what = what  # in the log, where it could not be done
        self.every_seconds = every_seconds
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._without_database = False

    @abstractmethod
    async def look(self) -> float:
        """Do what is to be done; in how many seconds to look again."""

    def start(self) -> None:
        """Begin, on the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """No more. What was begun is committed, or not done."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def wake(self) -> None:
        """There is something to be done now."""
        self._woken.set()

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            seconds = await self._looked()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._woken.wait()

    async def _looked(self) -> float:
        try:
            seconds = await self.look()
        except Refusal:
            if not self._without_database:  # once, and not with every look
                log.info("%s has to wait: there is no database right now", self.what)
            self._without_database = True
        except Exception:
            log.exception("%s failed", self.what)
        else:
            self._without_database = False
            return seconds
        return self.every_seconds
