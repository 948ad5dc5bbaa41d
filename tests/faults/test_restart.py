"""A restart in the middle of a storm is announced, loses nothing, and lets everybody go on where they were."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.e2e.house import House
from tests.e2e.line import Line
from tests.e2e.programs import PATIENCE_SECONDS
from tests.faults.storm import Acknowledged, Teller, require_kept, weather

pytestmark = pytest.mark.anyio

RESTARTS = 2
UNHURRIED = 100_000  # commands a second


async def test_a_restart_under_load_tells_everybody_and_loses_nothing(tmp_path: Path) -> None:
    settings = {"commands_per_second": UNHURRIED, "drain_seconds": 0.2}
    with House(tmp_path, access_token_seconds=86_400, **settings) as house:
        voices = [Teller(house, name, "desk", ("lobby",), name) for name in ("ann", "bob", "cyn")]
        acknowledged = Acknowledged()
        for number in range(RESTARTS):
            listener = Line(house, "gus")
            await listener.connect()
            await listener.join("lobby")
            await weather(list(voices), acknowledged, house.terminate, 200)
            assert await listener.until_closed() == 1012
            restart = listener.notices[-1]
            assert restart["type"] == "restart", "it is the last word before the end"
            assert restart["reconnect_in_ms"] > 0
            await listener.hang_up()
            assert await asyncio.to_thread(house.server.process.wait, PATIENCE_SECONDS) == 0
            assert [voice.codes[number] for voice in voices] == [1012] * len(voices)
            await asyncio.to_thread(house.stop)
            await asyncio.to_thread(house.start)
        for voice in voices:
            line = await voice.finish(acknowledged)
            await line.hang_up()
        require_kept(house, "lobby", list(voices), acknowledged)
        house.require_calm()


async def test_nobody_is_let_in_while_the_others_are_sent_off(tmp_path: Path) -> None:
    """A refused connection is one that the client tries again; one that was let in would be cut at once."""
    with House(tmp_path, drain_seconds=0.2) as house:
        async with Line(house, "bob") as bob:
            house.terminate()
            assert await bob.until_closed() == 1012
            with pytest.raises(OSError, match=r"Connect call failed|refused|reset"):
                await asyncio.open_connection("127.0.0.1", house.port)
            assert await asyncio.to_thread(house.server.process.wait, PATIENCE_SECONDS) == 0
        house.require_calm()
