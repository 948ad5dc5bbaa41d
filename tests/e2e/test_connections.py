"""Who is here, with real sockets: a moderator sees a ghost and ends it, and whoever is ended can resume."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.house import House
from tests.e2e.line import Line

pytestmark = pytest.mark.anyio

UNHURRIED = 100_000  # commands a second
TEXT = "x" * 4_000
IN_FLIGHT = 50
BATCHES_MAX = 60  # far more than all buffers between the server and a ghost hold
DROPPED, ABNORMAL = 4003, 1006


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server that lets people flood."""
    with House(tmp_path_factory.mktemp("house"), commands_per_second=UNHURRIED) as house:
        yield house


async def _connections(house: House, username: str) -> list[dict[str, Any]]:
    """Those of somebody in the lobby, as mo sees them."""
    page = await asyncio.to_thread(house.do, "mo", "GET", "/api/rooms/lobby/connections?limit=200")
    return [one for one in page["items"] if one["user"] == username]


async def test_a_ghost_is_seen_by_its_lag_and_ended(house: House) -> None:
    async with Line(house, "bob") as bob, Line(house, "cyn") as ghost:
        for line in (bob, ghost):
            await line.join("lobby")
        (seen,) = await _connections(house, "cyn")
        assert (seen["state"], seen["lag"], seen["address"]) == ("live", 0, "127.0.0.0/24")
        ghost.hear_nothing()
        for _ in range(BATCHES_MAX):
            await asyncio.gather(*[bob.say("send", room="lobby", text=TEXT) for _ in range(IN_FLIGHT)])
            (seen,) = await _connections(house, "cyn")
            if seen["lag"]:
                break
        assert seen["state"] == "behind"
        assert seen["lag"] > 0
        assert seen["queue"] > 0
        path = f"/api/rooms/lobby/connections/{seen['id']}?reason=a%20ghost"
        await asyncio.to_thread(house.do, "mo", "DELETE", path)
        assert await _connections(house, "cyn") == []
        ghost.hear_again()
        assert await ghost.until_closed() in (DROPPED, ABNORMAL), "its close frame waits behind all that it left"


async def test_who_is_ended_reads_the_code_comes_back_and_has_missed_nothing(house: House) -> None:
    async with Line(house, "bob") as bob, Line(house, "cyn") as flooding:
        for line in (bob, flooding):
            await line.join("lobby")
        replies = [flooding.say("send", room="lobby", text=f"{number}") for number in range(500)]
        (seen,) = await _connections(house, "cyn")
        await asyncio.to_thread(house.do, "mo", "DELETE", f"/api/rooms/lobby/connections/{seen['id']}")
        assert await flooding.until_closed() == DROPPED
        await asyncio.gather(*replies, return_exceptions=True)
        async with Line(house, "cyn") as again:
            again.rooms = flooding.rooms
            await again.join("lobby")
            message = await again.send("lobby", "I am back")
            await again.until_seq("lobby", message["seq"])
            await bob.until_seq("lobby", message["seq"])
            began = max(bob.rooms["lobby"].began_at, again.rooms["lobby"].began_at)
            heard = [[e for e in line.rooms["lobby"].events if e["seq"] > began] for line in (bob, again)]
            assert heard[0] == heard[1]
