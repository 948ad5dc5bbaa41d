"""Sockets on a server that knows nothing of ours: the same order, the same patience, by plain ASGI messages."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from service.live.plain_writer import PlainWriter
from service.wire.codecs import BINARY_FRAME, TEXT_FRAME, frame
from tests.live.virtual import settle

pytestmark = pytest.mark.anyio

BUFFER_BYTES = 1_000


class Line:
    """A server, a client that reads when the test says so, and the connection between them."""

    def __init__(self) -> None:
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[Any] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.heard: list[tuple[bytes, bool]] = []
        self.news: list[str] = []
        self.alive = False
        self.writer = PlainWriter(self.inbox.get, self._send, BUFFER_BYTES)

    async def _send(self, message: Any) -> None:
        await self.reads.wait()
        self.sent.append(message.get("text") or message.get("bytes") or (message["code"], message["reason"]))

    def serve(self) -> asyncio.Task[None]:
        return asyncio.ensure_future(self.writer.serve(self, self))

    def say(self, text: str) -> None:
        self.inbox.put_nowait({"type": "websocket.receive", "text": text})

    def receive(self, payload: bytes, binary: bool) -> None:
        self.heard.append((payload, binary))

    def charge(self) -> None:
        raise AssertionError("by ASGI there are only whole messages")

    def slowed(self) -> None:
        self.news.append("slowed")

    def quickened(self) -> None:
        self.news.append("quickened")

    def lost(self) -> None:
        self.news.append("lost")


def text(payload: bytes) -> bytes:
    return frame(TEXT_FRAME, payload)


async def test_joined_frames_become_messages_again() -> None:
    line = Line()
    serving = line.serve()
    line.writer.write(text(b"a") + text("é".encode()) + frame(BINARY_FRAME, b"\x00"))
    line.say("one")
    line.inbox.put_nowait({"type": "websocket.receive", "bytes": b"two", "text": None})
    await settle()
    assert line.sent == ["a", "é", b"\x00"]
    assert line.heard == [(b"one", False), (b"two", True)]
    assert line.alive
    line.inbox.put_nowait({"type": "websocket.disconnect"})
    await serving
    assert line.news == ["lost"]


async def test_a_peer_that_does_not_read_is_slow_until_it_reads() -> None:
    line = Line()
    serving = line.serve()
    line.reads.clear()
    for _ in range(3):
        line.writer.write(text(b"x" * 600))
    await settle()
    assert line.news == ["slowed"]
    line.reads.set()
    await settle()
    assert line.news == ["slowed", "quickened"]
    line.writer.close(1000, "bye")
    await serving
    assert line.sent == ["x" * 600] * 3 + [(1000, "bye")]


async def test_a_long_greeting_makes_slow_too() -> None:
    """It is written before there is anybody to tell."""
    line = Line()
    line.reads.clear()
    line.writer.write(text(b"x" * 2_000))
    serving = line.serve()
    await settle()
    assert line.news == ["slowed"]
    line.reads.set()
    await settle()
    assert line.news == ["slowed", "quickened"]
    line.inbox.put_nowait({"type": "websocket.disconnect"})
    await serving


async def test_while_reading_is_paused_nothing_is_heard() -> None:
    line = Line()
    serving = line.serve()
    await settle()
    line.writer.pause_reading()
    line.say("was on its way")
    line.say("waits")
    await settle()
    assert line.heard == [(b"was on its way", False)]
    line.writer.resume_reading()
    await settle()
    assert line.heard[1:] == [(b"waits", False)]
    line.inbox.put_nowait({"type": "websocket.disconnect"})
    await serving


async def test_what_was_said_before_a_close_is_sent_and_nothing_after_it() -> None:
    line = Line()
    serving = line.serve()
    line.writer.write(text(b"last"))
    line.writer.close(4101, "the session has ended")
    line.writer.close(1012, "again")
    line.writer.write(text(b"too late"))
    await serving
    assert line.sent == ["last", (4101, "the session has ended")]
    assert line.news == ["lost"]


async def test_a_server_of_that_kind_pings_by_itself() -> None:
    line = Line()
    serving = line.serve()
    await settle()
    line.alive = False
    line.writer.ping()
    assert line.alive
    line.inbox.put_nowait({"type": "websocket.disconnect"})
    await serving
