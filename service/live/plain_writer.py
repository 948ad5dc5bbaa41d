"""A writer for ASGI servers that know nothing of ours: frames are taken apart again and sent one by one.

It is what the test client and other servers than ours use. All promises hold on it; only the speed does not.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from starlette.types import Receive, Send

from service.live.protocol import Listening, Peer
from service.wire.closes import Close
from service.wire.codecs import payloads

TEXT = 1  # opcode


class PlainWriter:
    """One socket by plain ASGI messages."""

    def __init__(self, receive: Receive, send: Send, buffer_bytes: int) -> None:
        self._receive = receive
        self._send = send
        self._buffer_bytes = buffer_bytes
        self._queue: asyncio.Queue[tuple[int, bytes] | tuple[int, str]] = asyncio.Queue()
        self._bytes = 0
        self._reading = asyncio.Event()
        self._reading.set()
        self._peer: Peer | None = None
        self._closing = False

    async def serve(self, peer: Peer, listening: Listening) -> None:
        """Carry what is said in both directions, until one side closes."""
        self._peer = peer
        if self._bytes > self._buffer_bytes:
            peer.slowed()  # by its greeting, which was written before there was anybody to tell
        tasks = [asyncio.create_task(self._read(peer, listening)), asyncio.create_task(self._write())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                with suppress(OSError):  # the client is gone
                    task.result()  # or raises what went wrong: that is no end like others
        finally:
            for task in tasks:
                task.cancel()
            peer.lost()
            await asyncio.wait(tasks)  # not gather, which would hide from whoever cancels this that it was them

    async def _read(self, peer: Peer, listening: Listening) -> None:
        while True:
            await self._reading.wait()
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            peer.alive = True
            text = message.get("text")
            if text is not None:
                listening.receive(text.encode("utf-8", "surrogatepass"), False)
            else:
                listening.receive(message["bytes"], True)

    async def _write(self) -> None:
        while True:
            opcode, payload = await self._queue.get()
            if isinstance(payload, str):
                await self._send({"type": "websocket.close", "code": opcode, "reason": payload})
                return
            message: dict[str, Any] = {"type": "websocket.send"}
            if opcode == TEXT:
                message["text"] = payload.decode()
            else:
                message["bytes"] = payload
            await self._send(message)
            self._written(len(payload))

    def _written(self, size: int) -> None:
        before = self._bytes
        self._bytes -= size
        if before > self._buffer_bytes >= self._bytes and self._peer is not None and not self._closing:
            self._peer.quickened()

    @property
    def waiting(self) -> int:
        """The bytes that the server has not taken."""
        return self._bytes

    def write(self, frames: bytes) -> None:
        """Whole frames, as bytes."""
        if self._closing:
            return
        for opcode, payload in payloads(frames):
            self._queue.put_nowait((opcode, payload))
            before = self._bytes
            self._bytes += len(payload)
            if before <= self._buffer_bytes < self._bytes and self._peer is not None:
                self._peer.slowed()

    def ping(self) -> None:
        """ASGI has no pings: the server sends its own, and closes whom it does not hear from."""
        if self._peer is not None:
            self._peer.alive = True

    def close(self, code: int, reason: str) -> None:
        """Close, after what was written."""
        if not self._closing:
            self._closing = True
            self._reading.set()
            self._queue.put_nowait((int(Close(code)), reason))

    def pause_reading(self) -> None:
        """Read nothing more for now."""
        self._reading.clear()

    def resume_reading(self) -> None:
        """Read on."""
        self._reading.set()
