"""Frames as RFC 6455 has them. The ``websockets`` library and the ``msgpack`` package are the judges."""

from __future__ import annotations

import json
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from service.live.encoder import TEXT
from service.wire import codecs
from service.wire.codecs import BINARY_FRAME, TEXT_FRAME, frame, payloads

LENGTHS = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]


def judged(data: bytes) -> list[Frame]:
    """The frames in those bytes, as the library reads what a server sent; there must be nothing left over."""
    stream = StreamReader()
    stream.feed_data(data)
    stream.feed_eof()
    found: list[Frame] = []
    while not _at_end(stream):
        try:
            next(Frame.parse(stream.read_exact, mask=False))
        except StopIteration as end:
            found.append(end.value)
    return found


def _at_end(stream: StreamReader) -> bool:
    try:
        next(stream.at_eof())
    except StopIteration as end:
        return bool(end.value)
    raise AssertionError


@pytest.mark.parametrize("length", LENGTHS)
def test_a_frame_of_any_length_is_read_by_others(length: int) -> None:
    payload = b"x" * length
    (text,) = judged(frame(TEXT_FRAME, payload))
    assert (text.opcode, text.fin, bytes(text.data)) == (Opcode.TEXT, True, payload)
    (binary,) = judged(frame(BINARY_FRAME, payload))
    assert (binary.opcode, binary.fin, bytes(binary.data)) == (Opcode.BINARY, True, payload)


@pytest.mark.parametrize(("length", "head"), [(125, 2), (126, 4), (65_535, 4), (65_536, 10)])
def test_a_length_takes_as_few_bytes_as_it_may(length: int, head: int) -> None:
    assert len(frame(TEXT_FRAME, b"x" * length)) == head + length


def test_frames_that_were_joined_are_taken_apart_again() -> None:
    many = [(1, b"x" * length) for length in LENGTHS] + [(2, b"y" * length) for length in LENGTHS]
    joined = b"".join(frame(0x80 | opcode, payload) for opcode, payload in many)
    assert list(payloads(joined)) == many
    assert [(int(found.opcode), bytes(found.data)) for found in judged(joined)] == many
    assert list(payloads(b"")) == []


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=300))))
def test_taking_apart_is_the_inverse_of_joining(many: list[tuple[int, bytes]]) -> None:
    assert list(payloads(b"".join(frame(0x80 | opcode, payload) for opcode, payload in many))) == many


_SHAPES = st.dictionaries(
    st.text(max_size=8),
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=40)
    | st.lists(st.text(max_size=4), max_size=3),
    max_size=6,
)


@given(_SHAPES)
def test_the_binary_codec_says_to_others_what_the_text_one_says(shape: dict[str, Any]) -> None:
    ((opcode, packed),) = payloads(codecs.MSGPACK.frame(shape))
    assert opcode == Opcode.BINARY
    assert msgpack.unpackb(packed) == shape
    ((opcode, text),) = payloads(codecs.JSON.frame(shape))
    assert opcode == Opcode.TEXT
    assert json.loads(text) == shape


def test_the_codecs_are_told_apart() -> None:
    assert (codecs.JSON.subprotocol, codecs.MSGPACK.subprotocol) == ("folkmoot.v1", "folkmoot.v1.msgpack")
    assert [codec.binary for codec in (codecs.JSON, codecs.MSGPACK, TEXT)] == [False, True, False]
    assert TEXT.reader is None, "in the codec of lines what comes in is no object"
