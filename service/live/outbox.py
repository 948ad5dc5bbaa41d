"""What waits to be written to one connection.

The system call is what a delivery costs, so all that one turn of the loop produces for a connection is joined and
written once. Whether a reader is slow is a value: ``offer`` answers it, and nobody waits.
"""

from __future__ import annotations

import asyncio
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
        system call, so it is written out here rather than calling ``offer``.

        A connection that hears no other room has nothing more to wait for in this turn, and is written to at once.
        """
        size = len(frames)
        for outbox in outboxes:
            parts = outbox.parts
            if parts:
                parts.append(frames)
            elif not outbox.alone:
                self.mark(outbox)
                parts.append(frames)
            else:
                write = outbox.write
                try:
                    taken = write(frames)
                except BlockingIOError:
                    outbox.rest(frames)
                except (OSError, RuntimeError):
                    continue  # as in ``Outbox.flush``
                else:
                    if taken != size and taken is not None:
                        outbox.rest(frames[taken:])

    def _flush(self) -> None:
        dirty, self._dirty = self._dirty, []
        for outbox in dirty:
            outbox.flush()


Write = Callable[[bytes], int | None]
"""Takes frames, and answers how many bytes of them it took; None is all."""


class Outbox:
    """The frames for one connection, in order. ``slow`` is set while its peer does not read what was written.

    ``alone`` is set while it is one room's only. Where ``write`` may take less than all it is given, ``rest`` is given
    what is left.
    """

    __slots__ = ("_tick", "alone", "parts", "rest", "slow", "write")

    def __init__(self, tick: Tick, write: Write) -> None:
        self._tick = tick
        self.write = write
        self.rest: Callable[[bytes], None] = _all_is_taken
        self.parts: list[bytes] = []
        self.slow = False
        self.alone = False

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
        parts = self.parts
        if len(parts) == 1:
            frames = parts.pop()
        elif parts:
            frames = b"".join(parts)
            parts.clear()
        else:
            return
        write = self.write
        try:
            taken = write(frames)
        except BlockingIOError:
            taken = 0
        except (OSError, RuntimeError):
            # A peer that has gone, or uvloop's answer for a transport that has closed, before its loss has been told.
            # One reader who goes must not take this turn's frames from all who come after.
            return
        if taken is not None and taken < len(frames):
            self.rest(frames[taken:])


def _all_is_taken(frames: bytes) -> None:
    """What a writer that takes all it is given does with the rest."""
