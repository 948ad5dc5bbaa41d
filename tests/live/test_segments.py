"""Bytes from a socket in any pieces, and any bytes at all."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.live.raw import masked, opened
from tests.live.virtual import VirtualLoop, settle

CONT, TEXT, BINARY, PING = 0, 1, 2, 9


@given(pieces=st.lists(st.integers(1, 40), max_size=40), sizes=st.lists(st.integers(0, 300), max_size=8))
@settings(max_examples=60, deadline=None)
def test_where_segments_end_makes_no_difference(pieces: list[int], sizes: list[int]) -> None:
    async def talk() -> list[tuple[bytes, bool]]:
        raw = await opened()
        stream = b"".join(
            masked(TEXT, b"a" * size) + masked(PING) + masked(BINARY, b"b", fin=False) + masked(CONT, b"c" * (size % 7))
            for size in sizes
        )
        for piece in pieces:
            raw.feed(stream[:piece])
            stream = stream[piece:]
        raw.feed(stream)
        return raw.ears.said

    loop = VirtualLoop()
    said = loop.run_until_complete(talk())
    loop.close()
    assert said == [one for size in sizes for one in ((b"a" * size, False), (b"b" + b"c" * (size % 7), True))]


@given(data=st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_no_bytes_do_more_than_end_their_socket(data: bytes) -> None:
    async def talk() -> int | None:
        raw = await opened()
        raw.feed(data)
        code = raw.close_code() if b"\x8a" not in data else None
        raw.transport.abort()
        await settle()
        assert raw.ears.news[-1:] == ["lost"]
        return code

    loop = VirtualLoop()
    try:
        assert loop.run_until_complete(talk()) in (None, 1002, 1007, 1009, *range(1000, 5000))
    finally:
        loop.close()
