"""A reader who goes away takes nothing from the others."""

from __future__ import annotations

import asyncio

import pytest

from service.live.outbox import Outbox, Tick

pytestmark = pytest.mark.anyio


def _closed(_frames: bytes) -> None:
    """What uvloop does between the close of a transport and the word of its loss; asyncio takes no notice instead."""
    raise RuntimeError("the handler is closed")


async def test_who_is_gone_takes_nothing_from_who_comes_after() -> None:
    tick = Tick(asyncio.get_running_loop())
    written: list[bytes] = []
    gone, here = Outbox(tick, _closed), Outbox(tick, written.append)
    for round_ in (b"1", b"2"):
        gone.offer(round_)
        here.offer(round_)
        await asyncio.sleep(0)
    assert written == [b"1", b"2"], "an outbox that keeps its frames would never be written again"


async def test_a_last_flush_of_who_is_gone_is_no_error() -> None:
    gone = Outbox(Tick(asyncio.get_running_loop()), _closed)
    gone.push(b"bye")
    assert gone.flush() is None
    assert gone.parts == []
