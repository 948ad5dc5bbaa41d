"""Who does not read holds nobody up, and either gets everything later or is told to come back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.e2e.house import House
from tests.e2e.line import Line

pytestmark = pytest.mark.anyio

UNHURRIED = 100_000  # commands a second
TEXT = "x" * 4_000
# More than the kernel's buffers and the server's hold together, so that the reader is behind for sure.
MESSAGES = 2_500
IN_FLIGHT = 50
REPLAY_MAX = 1_000  # events that a join replays at most


async def _storm(teller: Line, slug: str, messages: int) -> int:
    """Say so many long things; the seq of the last one."""
    last = 0
    for begin in range(0, messages, IN_FLIGHT):
        replies = [teller.say("send", room=slug, text=f"{begin + n} {TEXT}"[:4_000]) for n in range(IN_FLIGHT)]
        last = (await asyncio.gather(*replies))[-1]["message"]["seq"]
    return last


async def test_a_reader_who_falls_behind_catches_up_whole_and_the_others_wait_for_nobody(tmp_path: Path) -> None:
    with House(tmp_path, commands_per_second=UNHURRIED) as house:
        async with Line(house, "bob") as bob, Line(house, "cyn") as slow, Line(house, "gus") as quick:
            for line in (bob, slow, quick):
                await line.join("lobby")
            slow.hear_nothing()
            last = await _storm(bob, "lobby", MESSAGES)
            await quick.until_seq("lobby", last)
            assert slow.rooms["lobby"].seq < last
            slow.hear_again()
            await slow.until_seq("lobby", last)
            began = max(line.rooms["lobby"].began_at for line in (slow, quick))
            assert [e for e in slow.rooms["lobby"].events if e["seq"] > began] == [
                e for e in quick.rooms["lobby"].events if e["seq"] > began
            ]
            lagging = await slow.until_notice("lagging", room="lobby")
            assert lagging["from"] < last
            assert (await slow.send("lobby", "I am back"))["seq"] == last + 1
        house.require_calm()


async def test_a_reader_who_stays_behind_is_closed_and_can_resume(tmp_path: Path) -> None:
    with House(tmp_path, commands_per_second=UNHURRIED, slow_reader_seconds=0.5) as house:
        async with Line(house, "bob") as bob, Line(house, "cyn") as slow:
            for line in (bob, slow):
                await line.join("lobby")
            slow.hear_nothing()
            last = await _storm(bob, "lobby", MESSAGES)
            await _closed_by_the_server(house, 4000)
            slow.hear_again()
            assert await slow.until_closed() in (4000, 1006), "the close frame may not have got through to it"
            known = slow.rooms["lobby"]
            async with Line(house, "cyn") as again:
                again.rooms = slow.rooms
                reply = await again.join("lobby")
                assert last - known.seq > REPLAY_MAX
                assert reply["reset"] is True, "too far behind to be told all, it is told so, and begins anew"
                message = await again.send("lobby", "I am back")
                await again.until_seq("lobby", message["seq"])
        house.require_calm()


async def _closed_by_the_server(house: House, code: int) -> None:
    """Look at the server's count of closes until it is there."""
    for _ in range(300):
        metrics = (await asyncio.to_thread(house.ask, "ann", "GET", "/metrics")).text
        if any(line.startswith("folkmoot_") and f'code="{code}"' in line for line in metrics.splitlines()):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"nobody was closed with {code}")
