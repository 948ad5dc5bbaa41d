"""A loop whose time is not that of the clock: it stands still while there is something to do, and jumps to the next
timer when there is nothing. So half an hour passes in no time, and always in the same way."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Mapping
from typing import Any


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop on virtual time, in seconds."""

    def __init__(self) -> None:
        self.now = 1_000.0  # a machine that has been up for a while
        super().__init__(_Jumping(self))

    def time(self) -> float:
        """What all timers go by."""
        return self.now


class _Jumping(selectors.BaseSelector):
    """Looks for what is ready, and where others would wait lets the time pass."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._real = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now."""
        ready = self._real.select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise RuntimeError("there is nothing that could ever happen: somebody waits for what nobody will do")
        self._loop.now += timeout
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


async def later(seconds: float) -> None:
    """Let time pass, and everything happen that happens meanwhile."""
    loop = asyncio.get_running_loop()
    passed = loop.create_future()
    loop.call_later(seconds, passed.set_result, None)
    await passed


async def settle() -> None:
    """Let everything happen that needs no time to pass."""
    await later(1e-6)
