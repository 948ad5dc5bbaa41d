"""A connection that is about to be closed by the server: it sits and hears like the others, and knows when its close
frame came. What it hears is not checked, which the others do."""

from __future__ import annotations

import time
from collections.abc import Callable

from .connection import Connection
from .frames import CLOSE, PING, server_frame


class Condemned(Connection):
    """`on_closed` is told the close code, and when the frame was read (ns of the monotonic clock)."""

    __slots__ = ("on_closed",)

    on_closed: Callable[[int, int], None]

    def _sit(self, last_key: int) -> None:
        self.seated = True
        self.take = self._waiting
        self._on_seated(self)

    def _waiting(self, chunk: bytes | memoryview) -> None:
        read_at = time.monotonic_ns()
        data, at = self._unread + bytes(chunk), 0
        while (found := server_frame(data, at)) is not None:
            opcode, begin, at = found
            if opcode == PING:
                self._pong(data[begin:at])
            elif opcode == CLOSE:
                self.on_closed(int.from_bytes(data[begin : begin + 2], "big"), read_at)
                return
        self._unread = data[at:]
