"""Who does not play by the rules: a raw TCP peer that says any bytes, and WebSocket frames of any make (RFC 6455)."""

from __future__ import annotations

import base64
import os
import socket
import struct
from types import TracebackType
from typing import Self

from tests.e2e.house import House
from tests.e2e.programs import PATIENCE_SECONDS

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 0x1, 0x2, 0x0, 0x8, 0x9, 0xA


class Stranger:
    """A TCP connection to the house. Reading waits a bounded time; the end of the stream is ``b""``."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._socket = socket.create_connection(("127.0.0.1", house.port), timeout=PATIENCE_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._kept = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """Go."""
        self._socket.close()

    # Saying

    def say(self, data: bytes) -> None:
        """Send these bytes, as far as the other side takes them."""
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return  # it has hung up already; what it said before that can still be read

    def handshake(self, path: str = "/ws", token: str | None = None, *more: bytes) -> None:
        """Ask for a WebSocket, as whoever the token says."""
        lines = [
            f"GET {path} HTTP/1.1".encode(),
            f"Host: 127.0.0.1:{self._house.port}".encode(),
            b"Upgrade: websocket",
            b"Connection: Upgrade",
            b"Sec-WebSocket-Version: 13",
            b"Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)),
            *([] if token is None else [b"Authorization: Bearer " + token.encode()]),
            *more,
        ]
        self.say(b"\r\n".join(lines) + b"\r\n\r\n")

    def frame(self, opcode: int, payload: bytes = b"", *, fin: bool = True, masked: bool = True, rsv: int = 0) -> None:
        """Send one frame."""
        self.say(frame(opcode, payload, fin=fin, masked=masked, rsv=rsv))

    # Hearing

    def status(self) -> int:
        """The status of the answer to a request; 0 if there was none before the other side hung up."""
        head = self.head()
        return int(head.split(b" ", 2)[1]) if head else 0

    def head(self) -> bytes:
        """The head of an answer, up to its empty line."""
        while b"\r\n\r\n" not in self._kept:
            if not self._more():
                return self._kept
        head, _, self._kept = self._kept.partition(b"\r\n\r\n")
        return head

    def rest(self) -> bytes:
        """All that comes until the other side hangs up."""
        while self._more():
            continue
        return self._kept

    def next_frame(self) -> tuple[int, bytes] | None:
        """The opcode and payload of the next frame; None if the other side hung up without one."""
        head = self._take(2)
        if len(head) < 2:
            return None
        size = head[1] & 0x7F
        if size == 126:
            (size,) = struct.unpack("!H", self._take(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self._take(8))
        return head[0] & 0x0F, self._take(size)

    def close_code(self) -> int:
        """The code of the close frame that comes next, after whatever else; 1006 if none came."""
        while (found := self.next_frame()) is not None:
            opcode, payload = found
            if opcode == CLOSE:
                return int.from_bytes(payload[:2], "big")
        return 1006

    def gone(self, within: float) -> bool:
        """Whether the other side hangs up so soon, in seconds."""
        self._socket.settimeout(within)
        try:
            return not self._more()
        except TimeoutError:
            return False
        finally:
            self._socket.settimeout(PATIENCE_SECONDS)

    def heard(self, data: bytes) -> bool:
        """Whether this is among what has come and was not yet taken."""
        self.gone(within=0.01)
        return data in self._kept

    def _take(self, size: int) -> bytes:
        while len(self._kept) < size:
            if not self._more():
                break
        taken, self._kept = self._kept[:size], self._kept[size:]
        return taken

    def _more(self) -> bool:
        try:
            data = self._socket.recv(65_536)
        except ConnectionResetError:
            return False
        self._kept += data
        return bool(data)


def let_in(house: House, username: str, path: str = "/ws") -> Stranger:
    """A stranger whom the server takes for somebody, with the hello behind them."""
    stranger = Stranger(house)
    stranger.handshake(path, house.token(username))
    assert stranger.status() == 101
    found = stranger.next_frame()
    assert found is not None
    assert found[1].startswith(b'{"type":"hello"')
    return stranger


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, masked: bool = True, rsv: int = 0) -> bytes:
    """The bytes of one frame, right or wrong."""
    return head(opcode, len(payload), fin=fin, masked=masked, rsv=rsv) + (b"\0\0\0\0" if masked else b"") + payload


def head(opcode: int, length: int, *, fin: bool = True, masked: bool = True, rsv: int = 0) -> bytes:
    """The bytes before the mask of a frame of that length."""
    first = (0x80 if fin else 0) | (rsv << 4) | opcode
    mask = 0x80 if masked else 0
    if length < 126:
        return bytes((first, mask | length))
    if length < 65_536:
        return bytes((first, mask | 126)) + struct.pack("!H", length)
    return bytes((first, mask | 127)) + struct.pack("!Q", length)
