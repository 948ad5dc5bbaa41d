"""The load generator's own frames, held to an independent reader and writer of RFC 6455."""

from __future__ import annotations

import base64
import hashlib

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from scripts.benchmark.frames import (
    HANDSHAKE_KEY,
    TEXT,
    client_frame,
    handshake,
    header_before,
    server_frame,
    upgraded,
)

# Around each of the lengths at which the header of a frame changes its form.
SIZES = st.sampled_from([0, 1, 125, 126, 127, 65_535, 65_536, 65_537])
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def from_server(payload: bytes) -> bytes:
    return Frame(Opcode.TEXT, payload).serialize(mask=False)


def unmasked(frame: bytes) -> bytes:
    """What a server reads, done by the letter of the standard."""
    size, at = frame[1] & 0x7F, 2
    if size >= 126:
        width = 2 if size == 126 else 8
        size, at = int.from_bytes(frame[2 : 2 + width], "big"), 2 + width
    mask, body = frame[at : at + 4], frame[at + 4 :]
    assert len(body) == size
    return bytes(byte ^ mask[place % 4] for place, byte in enumerate(body))


@given(SIZES)
def test_a_server_reads_what_was_sent(size: int) -> None:
    payload = b"x" * size
    frame = client_frame(payload)
    assert frame[0] == 0x81
    assert frame[1] & 0x80, "a client has to mask"
    assert unmasked(frame) == payload


@given(st.lists(SIZES, min_size=1, max_size=4))
def test_frames_of_a_server_are_found_one_after_another(sizes: list[int]) -> None:
    payloads = [bytes([65 + place]) * size for place, size in enumerate(sizes)]
    data = b"".join(map(from_server, payloads))
    found, at = [], 0
    while frame := server_frame(data, at):
        opcode, begin, end = frame
        assert opcode == TEXT
        found.append(data[begin:end])
        assert header_before(data, begin, at) == at or not data[begin:end]
        at = end
    assert found == payloads
    assert at == len(data)


@given(SIZES, st.data())
def test_a_frame_that_is_not_whole_is_none(size: int, data: st.DataObject) -> None:
    frame = from_server(b"x" * size)
    cut = data.draw(st.integers(0, len(frame) - 1))
    assert server_frame(frame[:cut], 0) is None


def test_a_handshake_is_accepted_with_the_answer_to_its_own_key_alone() -> None:
    request = handshake("/ws", 8000, {"Authorization": "Bearer abc"})
    assert b"\r\nAuthorization: Bearer abc\r\n" in request
    right = base64.b64encode(hashlib.sha1(HANDSHAKE_KEY.encode() + GUID, usedforsecurity=False).digest())
    assert upgraded(b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: " + right)
    assert not upgraded(b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: bm90IHRoaXM=")
    assert not upgraded(b"HTTP/1.1 401 Unauthorized\r\nSec-WebSocket-Accept: " + right)
