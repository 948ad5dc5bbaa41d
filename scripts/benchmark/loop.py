"""The load generator's own event loop: one epoll, one buffer, and a call per readable socket.

An asyncio protocol would put three callbacks and a copy between the kernel and the reader. Here a chunk is received
into one buffer that is used for ever, and compared from there.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from typing import Protocol

from .dialects import BadFrame

BUFFER_BYTES = 256 * 1024
EVENTS_AT_ONCE = 512


class Watched(Protocol):
    """What the loop needs of what it watches."""

    sock: socket.socket

    @property
    def take(self) -> Callable[[memoryview], None]:
        """What is to be called with bytes that came. They are only there during the call."""

    @property
    def blocked(self) -> bool:
        """Whether bytes wait for the other side to read."""

    def writable(self) -> bool:
        """Send what is left to be sent; whether that was all of it."""

    def ended(self) -> None:
        """The other side has said all."""

    def close(self) -> None:
        """Give the socket back."""


class Loop:
    """Reads and writes for all connections, to whichever server they go."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._connections: dict[int, Watched] = {}
        self._view = memoryview(bytearray(BUFFER_BYTES))

    def add(self, connection: Watched) -> None:
        """Watch a connection that has begun to connect."""
        fd = connection.sock.fileno()
        self._connections[fd] = connection
        self._epoll.register(fd, select.EPOLLIN | select.EPOLLOUT)

    def remove(self, connection: Watched) -> None:
        fd = connection.sock.fileno()
        del self._connections[fd]
        self._epoll.unregister(fd)
        connection.close()

    def turn(self, wait: float) -> None:
        """Handle all that is ready, or wait that many seconds for something to be."""
        connections, view = self._connections, self._view
        for fd, mask in self._epoll.poll(wait, EVENTS_AT_ONCE):
            connection = connections.get(fd)
            if connection is None:
                continue
            if mask & select.EPOLLOUT and connection.writable():
                self._epoll.modify(fd, select.EPOLLIN)
            if mask & ~select.EPOLLOUT:
                try:
                    count = connection.sock.recv_into(view)
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise BadFrame(f"a connection broke: {error}") from error
                if count == 0:
                    connection.ended()
                    continue
                connection.take(view[:count])
                if connection.blocked:
                    self._epoll.modify(fd, select.EPOLLIN | select.EPOLLOUT)

    def turn_until(self, done: Callable[[], bool], seconds: float, clock: Callable[[], float]) -> bool:
        """Go on until it is done, or that many seconds have gone; whether it is done."""
        end = clock() + seconds
        while not done():
            left = end - clock()
            if left <= 0:
                return False
            self.turn(min(left, 0.05))
        return True
