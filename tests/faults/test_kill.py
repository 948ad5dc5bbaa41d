"""Killed in the middle of a storm, twenty times over, the server has kept every word that it acknowledged, once and in
order; and who comes back ends with the log of somebody who was never away.

``FAULTS_SEED`` in the environment is another storm; each failure tells which one it was.
"""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

import pytest

from tests.e2e.house import House
from tests.e2e.line import Line
from tests.faults.storm import Acknowledged, Poster, Teller, require_kept, weather

KILLS = 20
ROOMS = ("lobby", "den", "news")
ACKNOWLEDGED_MAX = 120  # messages between two kills at most; none is a kill while everybody comes back
UNHURRIED = 100_000  # commands a second: the storm is to be as dense as the machine lets it be


@pytest.fixture
def seed() -> int:
    """Which storm it is."""
    return int(os.environ.get("FAULTS_SEED", "1"))


def _voices(house: House, seed: int) -> list[Teller | Poster]:
    return [
        Teller(house, "ann", "desk", ROOMS, f"{seed} ann desk"),
        Teller(house, "ann", "phone", ROOMS, f"{seed} ann phone"),
        Teller(house, "bob", "desk", ("lobby", "den"), f"{seed} bob"),
        Teller(house, "mo", "desk", ("lobby", "news"), f"{seed} mo"),
        Teller(house, "gus", "desk", ("lobby",), f"{seed} gus"),
        Poster(house, "bob", "den"),
    ]


@pytest.mark.anyio
async def test_twenty_kills_in_a_storm_lose_nothing_that_was_acknowledged(tmp_path: Path, seed: int) -> None:
    fate = random.Random(seed)
    print(f"FAULTS_SEED={seed}")
    with House(tmp_path, commands_per_second=UNHURRIED, access_token_seconds=86_400) as house:
        voices = _voices(house, seed)
        for name in ("ann", "bob", "mo", "gus"):
            house.token(name)
        acknowledged = Acknowledged()
        for _ in range(KILLS):
            await weather(voices, acknowledged, house.kill, fate.randrange(ACKNOWLEDGED_MAX))
            await asyncio.to_thread(house.start)
        assert len(acknowledged.messages) > KILLS * ACKNOWLEDGED_MAX / 4, "it was a storm"
        lines = await _at_the_end(voices, acknowledged)
        for slug in ROOMS:
            require_kept(house, slug, voices, acknowledged)
        for voice, line in lines:
            for slug, room in voice.rooms.items():
                heard = [message for message in house.history(slug) if message["seq"] > room.began_at]
                assert room.messages == heard, f"{voice.name} has heard all of {slug}"
            assert voice.resumed > KILLS / 2, "it came back, again and again"
            await line.hang_up()
        house.require_calm()


async def _at_the_end(voices: list[Teller | Poster], acknowledged: Acknowledged) -> list[tuple[Teller, Line]]:
    """Everybody has had their last words acknowledged, and has heard everybody else's."""
    lines = []
    for voice in voices:
        if isinstance(voice, Poster):
            await voice.finish(acknowledged)
        else:
            lines.append((voice, await voice.finish(acknowledged)))
    last = {slug: max(m["seq"] for m in acknowledged.messages.values() if m["room"] == slug) for slug in ROOMS}
    for voice, line in lines:
        for slug in voice.rooms:
            await line.until_seq(slug, last[slug])
    return lines
