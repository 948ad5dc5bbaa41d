"""One write for each connection and turn of the loop, in order; and whether a reader is slow is a value."""

from __future__ import annotations

import asyncio

import pytest

from service.live.outbox import Outbox, Tick
from tests.live.virtual import settle

pytestmark = pytest.mark.anyio


async def test_all_of_one_turn_is_one_write() -> None:
    tick = Tick(asyncio.get_running_loop())
    written: list[bytes] = []
    outbox = Outbox(tick, written.append)
    for part in (b"a", b"b", b"c"):
        assert outbox.offer(part)
    outbox.push(b"d")
    tick.offer_all([outbox], b"e")
    assert written == []
    await settle()
    outbox.push(b"f")
    await settle()
    assert written == [b"abcde", b"f"]


async def test_many_are_offered_the_same_and_each_has_its_own_order() -> None:
    tick = Tick(asyncio.get_running_loop())
    written: list[tuple[str, bytes]] = []

    def writer(name: str) -> Outbox:
        return Outbox(tick, lambda frames: written.append((name, frames)))

    outboxes = [writer(name) for name in "abc"]
    outboxes[1].push(b"reply ")
    tick.offer_all(outboxes, b"event ")
    outboxes[0].push(b"reply ")
    tick.offer_all([], b"nobody")
    await settle()
    assert sorted(written) == [("a", b"event reply "), ("b", b"reply event "), ("c", b"event ")]


async def test_a_slow_reader_is_offered_nothing_but_what_must_not_be_left_out() -> None:
    written: list[bytes] = []
    outbox = Outbox(Tick(asyncio.get_running_loop()), written.append)
    outbox.slow = True
    assert not outbox.offer(b"event")
    outbox.push(b"reply")
    await settle()
    outbox.slow = False
    assert outbox.offer(b"event")
    await settle()
    assert written == [b"reply", b"event"]


async def test_what_can_not_wait_is_written_at_once_and_not_again() -> None:
    written: list[bytes] = []
    outbox = Outbox(Tick(asyncio.get_running_loop()), written.append)
    outbox.push(b"last words")
    outbox.flush()
    outbox.flush()
    assert written == [b"last words"]
    await settle()
    outbox.push(b"more")
    await settle()
    assert written == [b"last words", b"more"]


async def test_what_is_said_while_writing_is_written_in_the_next_turn() -> None:
    tick, written = Tick(asyncio.get_running_loop()), list[bytes]()

    def write(frames: bytes) -> None:
        written.append(frames)
        if frames == b"a":
            outbox.push(b"b")

    outbox = Outbox(tick, write)
    outbox.push(b"a")
    await settle()
    assert written == [b"a", b"b"]


@pytest.mark.parametrize("takes", [0, 1, 3, 6])
async def test_what_a_writer_does_not_take_is_not_lost(takes: int) -> None:
    tick, taken, rest = Tick(asyncio.get_running_loop()), bytearray(), bytearray()

    def write(frames: bytes) -> int:
        if not takes:
            raise BlockingIOError
        taken.extend(frames[:takes])
        return takes

    outbox = Outbox(tick, write)
    outbox.rest = rest.extend
    outbox.push(b"abc")
    outbox.push(b"def")
    await settle()
    assert bytes(taken + rest) == b"abcdef"
    assert len(taken) == takes


@pytest.mark.parametrize("error", [ConnectionResetError(), BrokenPipeError(), RuntimeError("closed")])
async def test_who_is_gone_takes_nothing_from_who_comes_after(error: Exception) -> None:
    tick, written = Tick(asyncio.get_running_loop()), list[bytes]()

    def gone(frames: bytes) -> None:
        raise error

    outboxes = [Outbox(tick, gone), Outbox(tick, written.append)]
    for part in (b"1", b"2"):
        tick.offer_all(outboxes, part)
        await settle()
    assert written == [b"1", b"2"]
