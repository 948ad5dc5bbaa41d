"""What waits to be written to one connection.

The system call is what a delivery costs, so all that one turn of the loop produces for a connection is joined and
written once. Whether a reader is slow is a value: ``offer`` answers it, and nobody waits.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable


class Tick:
    """The connections that have something to write at the end of this turn of the loop."""

    __slots__ = ("_dirty", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._dirty: list[Outbox] = []

    def mark(self, outbox: Outbox) -> None:
        """``outbox`` has something to write."""
        if not self._dirty:
            self._loop.call_soon(self._flush)
        self._dirty.append(outbox)

    def offer_all(self, outboxes: Iterable[Outbox], frames: bytes) -> None:
        """``offer`` the same frames to many, none of which is slow. This loop is what a delivery costs beside the
        system call, so it is written out here rather than calling ``offer``."""
        dirty = self._dirty
        if not dirty:
            self._loop.call_soon(self._flush)
        for outbox in outboxes:
            parts = outbox.parts
            if not parts:
                dirty.append(outbox)
            parts.append(frames)

    def _flush(self) -> None:
        dirty, self._dirty = self._dirty, []
        for outbox in dirty:
            parts = outbox.parts
            try:
                if len(parts) == 1:
                    outbox.write(parts.pop())
                elif parts:  # unless they were flushed since
                    frames = b"".join(parts)
                    parts.clear()
                    outbox.write(frames)
            except RuntimeError:
                # uvloop's answer for a transport that has closed and whose loss has not been told yet. One reader who
                # goes must not take this turn's frames from all who come after.
                continue


class Outbox:
    """The frames for one connection, in order. ``slow`` is set while its peer does not read what was written."""

    __slots__ = ("_tick", "parts", "slow", "write")

    def __init__(self, tick: Tick, write: Callable[[bytes], None]) -> None:
        self._tick = tick
        self.write = write
        self.parts: list[bytes] = []
        self.slow = False

    def offer(self, frames: bytes) -> bool:
        """Take events, unless the reader is slow: then they are to be replayed from the log later."""
        if self.slow:
            return False
        self.push(frames)
        return True

    def push(self, frame: bytes) -> None:
        """Take what must not be left out: a reply, or a notice that is never dropped. Both are bounded by what the
        client asked for, and a client that does not read is not read from."""
        if not self.parts:
            self._tick.mark(self)
        self.parts.append(frame)

    def flush(self) -> None:
        """Write what there is, at once."""
        if self.parts:
            frames = b"".join(self.parts)
            self.parts.clear()
            with contextlib.suppress(RuntimeError):  # as above: it is gone
                self.write(frames)
