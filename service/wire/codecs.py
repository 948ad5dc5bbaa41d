"""How objects become frames: JSON in text frames, msgpack in binary ones. The line codec of ``text`` is in ``lines``.

A server's frames are not masked (RFC 6455, section 5.1), so the bytes of one are the same for everyone who is sent it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from service.wire.commands import JSON as READ_JSON
from service.wire.commands import MSGPACK as READ_MSGPACK
from service.wire.commands import Reader

SUBPROTOCOL = "folkmoot.v1"
BEARER = "bearer."  # prefix of the subprotocol that carries a browser's access token

TEXT_FRAME = 0x81  # FIN and opcode
BINARY_FRAME = 0x82


@dataclass(frozen=True, slots=True)
class Codec:
    """One way to put objects into frames. ``reader`` is None where what comes in is no object."""

    name: str
    subprotocol: str | None
    first_byte: int
    encode: Callable[[Any], bytes]
    reader: Reader | None

    @property
    def binary(self) -> bool:
        """Whether its frames are binary ones."""
        return self.first_byte == BINARY_FRAME

    def frame(self, shape: Any) -> bytes:
        """An object as one whole frame."""
        return frame(self.first_byte, self.encode(shape))


def frame(first_byte: int, payload: bytes) -> bytes:
    """A whole unmasked frame (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((first_byte, size)) + payload
    if size < 65_536:
        return b"%c\x7e%b%b" % (first_byte, size.to_bytes(2, "big"), payload)
    return b"%c\x7f%b%b" % (first_byte, size.to_bytes(8, "big"), payload)


def payloads(frames: bytes) -> Iterator[tuple[int, bytes]]:
    """The opcodes and payloads of whole frames that ``frame`` made, for transports that make frames of their own."""
    at = 0
    while at < len(frames):
        first, size = frames[at], frames[at + 1]
        at += 2
        if size >= 126:
            wide = 2 if size == 126 else 8
            size = int.from_bytes(frames[at : at + wide], "big")
            at += wide
        yield first & 0x0F, frames[at : at + size]
        at += size


JSON = Codec("json", SUBPROTOCOL, TEXT_FRAME, msgspec.json.Encoder().encode, READ_JSON)
MSGPACK = Codec("msgpack", SUBPROTOCOL + ".msgpack", BINARY_FRAME, msgspec.msgpack.Encoder().encode, READ_MSGPACK)
