"""The shortest way from an outbox to a socket: the socket's own ``send``, while nothing waits in the transport.

A delivery costs little more than its system call. The transport's ``write`` adds its buffering to that, and uses
``write(2)``, which passes the layers for files first; ``send(2)`` does not. Together that is a tenth to a fifth of a
delivery. What the socket does not take goes to the transport, and so does all that follows until the transport is empty
again: nothing overtakes.
"""

from __future__ import annotations

import asyncio
import socket

from service.live.outbox import Outbox


class Sender:
    """Writes for one outbox. ``stop`` it when the transport is lost, and not later: from then on the number of its
    socket may be another's."""

    __slots__ = ("_outbox", "_socket", "_transport")

    def __init__(self, transport: asyncio.Transport, outbox: Outbox) -> None:
        self._transport = transport
        self._outbox = outbox
        own = transport.get_extra_info("socket")
        ciphered = transport.get_extra_info("sslcontext") is not None
        self._socket = None if own is None or ciphered else socket.socket(fileno=own.fileno())
        outbox.write = self.write
        outbox.rest = self.rest

    def write(self, frames: bytes) -> None:
        """By the transport; what follows goes straight to the socket if nothing is left behind."""
        self._transport.write(frames)
        if self._socket is not None and not self._transport.get_write_buffer_size():
            self._outbox.write = self._socket.send
        else:
            self._outbox.write = self.write

    def rest(self, frames: bytes) -> None:
        """What the socket did not take."""
        self._outbox.write = self.write
        self.write(frames)

    def stop(self) -> None:
        """The transport is lost; its socket is its own to close."""
        self._outbox.write = _nowhere
        if self._socket is not None:
            self._socket.detach()
            self._socket = None


def _nowhere(frames: bytes) -> None:
    """Where frames for a lost transport go."""
