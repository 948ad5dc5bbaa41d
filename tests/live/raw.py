"""The uvicorn protocol without a network: bytes in, bytes out, and the clock is the test's."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from uvicorn.server import ServerState
from websockets.frames import Close, Frame, Opcode
from websockets.streams import StreamReader

from service.live.outbox import Outbox, Tick
from service.live.protocol import EXTENSION, FolkmootProtocol, socket_protocol
from tests.live.virtual import settle

HANDSHAKE_S = 10.0
FRAME_MAX = 1_024
BUFFER_BYTES = 4_096
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)
END = b"\r\n"

Application = Callable[[Any, Any, Any], Awaitable[None]]


class Transport(asyncio.Transport):
    """A transport whose peer is the test."""

    def __init__(self, loop: asyncio.AbstractEventLoop, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self._loop = loop
        self._protocol = protocol
        self.sent = bytearray()
        self.writes: list[bytes] = []
        self.reading = True
        self.closing = False
        self.aborted = False
        self.half_closed = False
        self.limits: tuple[int | None, int | None] = (None, None)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"peername": ("192.0.2.1", 50_000), "sockname": ("127.0.0.1", 8_000)}.get(name, default)

    def is_closing(self) -> bool:
        return self.closing

    def write(self, data: Any) -> None:
        assert not self.half_closed or not data, "nothing may be sent after the end"
        if not self.closing and data:
            self.sent += data
            self.writes.append(bytes(data))

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.half_closed = True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self.limits = (high, low)

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def close(self) -> None:
        if not self.closing:
            self.closing = True
            self._loop.call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        self.aborted = True
        self.close()


@dataclass
class Ears:
    """The connection as the protocol knows it, and what was said to it."""

    outbox: Outbox
    alive: bool = False
    said: list[tuple[bytes, bool]] = field(default_factory=list)
    charged: int = 0
    news: list[str] = field(default_factory=list)

    def receive(self, payload: bytes, binary: bool) -> None:
        self.said.append((payload, binary))

    def charge(self) -> None:
        self.charged += 1

    def slowed(self) -> None:
        self.news.append("slowed")

    def quickened(self) -> None:
        self.news.append("quickened")

    def lost(self) -> None:
        self.news.append("lost")


class Raw:
    """One socket, from its first byte on."""

    def __init__(self, app: Application | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        self.ears: Ears
        config = uvicorn.Config(
            app or self._take_over,
            interface="asgi3",
            log_config=None,
            proxy_headers=False,
            ws_max_size=FRAME_MAX,
            ws_per_message_deflate=False,
            ws_ping_interval=None,
        )
        config.load()
        kind = socket_protocol(BUFFER_BYTES, HANDSHAKE_S)
        self.state = ServerState()
        self.protocol: FolkmootProtocol = kind(config, self.state, {}, self.loop)
        self.transport = Transport(self.loop, self.protocol)
        self.protocol.connection_made(self.transport)

    async def _take_over(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        self.ears = Ears(Outbox(Tick(self.loop), self.transport.write))
        await send({"type": "websocket.accept", "subprotocol": None})
        scope["extensions"][EXTENSION].take_over(self.ears, self.ears)

    def feed(self, *pieces: bytes) -> None:
        """Bytes from the peer, in so many segments."""
        for piece in pieces:
            if not self.transport.closing:
                self.protocol.data_received(piece)

    def answer(self) -> bytes:
        """What was sent since the last time."""
        sent = bytes(self.transport.sent)
        self.transport.sent.clear()
        return sent

    def frames(self) -> list[Frame]:
        """The frames among it."""
        stream = StreamReader()
        stream.feed_data(self.answer())
        found: list[Frame] = []
        while stream.buffer:
            try:
                next(Frame.parse(stream.read_exact, mask=False))
            except StopIteration as end:
                found.append(end.value)
        return found

    def close_code(self) -> int | None:
        """The code of the close frame that was sent, which was the last one."""
        frames = self.frames()
        assert [frame.opcode for frame in frames[:-1]].count(Opcode.CLOSE) == 0
        if not frames or frames[-1].opcode is not Opcode.CLOSE:
            return None
        return int(Close.parse(bytes(frames[-1].data)).code)


async def opened() -> Raw:
    """A socket whose handshake is done."""
    raw = Raw()
    raw.feed(HANDSHAKE + END)
    await settle()
    assert raw.answer().startswith(b"HTTP/1.1 101 ")
    return raw


def masked(opcode: int, payload: bytes = b"", *, fin: bool = True, first: int | None = None) -> bytes:
    """A frame as a client sends it."""
    data = bytearray(Frame(Opcode(opcode), payload, fin).serialize(mask=True)) if opcode in _KNOWN else bytearray()
    if opcode not in _KNOWN:
        mask = os.urandom(4)
        data = bytearray([0x80 | opcode, 0x80 | len(payload)]) + mask
        data += bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    if first is not None:
        data[0] = first
    return bytes(data)


_KNOWN = frozenset(map(int, Opcode))
