"""WebSocket frames (RFC 6455) as bytes, no more of them than a load generator needs.

A client library would cost more per frame than the server does, and the load generator would become what is measured.
So frames are built and split here by hand; what is read is checked elsewhere, byte by byte and, in samples, by a real
JSON parser.
"""

from __future__ import annotations

import base64
import hashlib

TEXT = 0x1
CLOSE = 0x8
PING = 0x9
PONG = 0xA

FIN = 0x80
MASKED = 0x80
LENGTH_16 = 126
LENGTH_64 = 127

# A mask of zeros is a legal mask (RFC 6455 section 5.3): the server unmasks it as it does any other, and here it
# costs nothing to apply.
NO_MASK = bytes(4)

# One key for all handshakes, so that the right answer to it is a constant as well.
HANDSHAKE_KEY = base64.b64encode(b"load, not secret").decode()
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_DIGEST = hashlib.sha1((HANDSHAKE_KEY + _GUID).encode(), usedforsecurity=False).digest()
HANDSHAKE_ACCEPT = base64.b64encode(_DIGEST).decode()

END_OF_HEAD = b"\r\n\r\n"


def client_frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """One whole frame from a client to a server."""
    size = len(payload)
    if size < LENGTH_16:
        return bytes((FIN | opcode, MASKED | size)) + NO_MASK + payload
    if size < 1 << 16:
        return bytes((FIN | opcode, MASKED | LENGTH_16)) + size.to_bytes(2, "big") + NO_MASK + payload
    return bytes((FIN | opcode, MASKED | LENGTH_64)) + size.to_bytes(8, "big") + NO_MASK + payload


def server_frame(data: bytes | bytearray, at: int) -> tuple[int, int, int] | None:
    """The server's frame at `at`: its opcode, where its payload begins and ends; None while it is not whole."""
    have = len(data) - at
    if have < 2:
        return None
    size = data[at + 1]
    begin = at + 2
    if size == LENGTH_16:
        begin += 2
        if have < 4:
            return None
        size = data[at + 2] << 8 | data[at + 3]
    elif size == LENGTH_64:
        begin += 8
        if have < 10:
            return None
        size = int.from_bytes(data[at + 2 : begin], "big")
    end = begin + size
    if end > len(data):
        return None
    return data[at] & 0x0F, begin, end


def header_before(data: bytes | bytearray, payload: int, at: int) -> int:
    """Where the header of the frame begins whose payload begins at `payload`; no further back than `at`."""
    if payload - 10 >= at and data[payload - 9] == LENGTH_64 and data[payload - 10] == FIN | TEXT:
        return payload - 10
    if payload - 4 >= at and data[payload - 3] == LENGTH_16 and data[payload - 4] == FIN | TEXT:
        return payload - 4
    return max(payload - 2, at)


def handshake(path: str, port: int, headers: dict[str, str]) -> bytes:
    """The request that opens a WebSocket."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {HANDSHAKE_KEY}",
        "Sec-WebSocket-Version: 13",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + END_OF_HEAD


def upgraded(head: bytes) -> bool:
    """Whether a server's answer to our handshake is the one that RFC 6455 section 4.2.2 asks for."""
    return head.startswith(b"HTTP/1.1 101 ") and HANDSHAKE_ACCEPT.encode() in head
