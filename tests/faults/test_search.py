"""Killed in the middle of whatever it does, the server finds every word that it acknowledged, once; and an index that
was lost, damaged or left behind by another version is built again beside people who talk."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.e2e.house import House
from tests.e2e.programs import PATIENCE_SECONDS

UNHURRIED = 100_000  # commands a second
KILLS = 3
SAID_MAX = 40  # messages between two kills
LIMIT = 200


def found(house: House, who: str, q: str) -> list[str]:
    """All texts that somebody finds, once the whole log is indexed."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        texts: list[str] = []
        cursor = ""
        complete = True
        while True:
            answer = house.do(who, "GET", f"/api/search?q={q}&limit={LIMIT}{cursor}")
            texts += [item["message"]["text"] for item in answer["items"]]
            complete &= answer["complete"]
            if answer["next"] is None:
                break
            cursor = f"&cursor={answer['next']}"
        if complete:
            return texts
        assert time.monotonic() < deadline, "the index never caught up"


def test_killed_at_any_moment_it_finds_all_that_was_acknowledged_once(tmp_path: Path) -> None:
    fate = random.Random(4)
    said: list[str] = []
    with House(tmp_path, commands_per_second=UNHURRIED, access_token_seconds=86_400) as house:
        house.do("bob", "PUT", "/api/rooms/lobby/members/bob")
        for _ in range(KILLS):
            for _ in range(fate.randrange(1, SAID_MAX)):
                said.append(f"tea number {len(said)}")
                house.do("bob", "POST", "/api/rooms/lobby/messages", {"text": said[-1]})
                if fate.random() < 0.1:
                    house.ask("bob", "GET", "/api/search?q=tea")
            house.kill()
            house.start()
            assert found(house, "cyn", "tea") == said[::-1]
        house.require_calm()


@pytest.mark.parametrize("damage", ["lost", "garbage", "half"])
def test_an_index_that_is_lost_or_damaged_is_built_again_while_people_talk(tmp_path: Path, damage: str) -> None:
    with House(tmp_path, commands_per_second=UNHURRIED) as house:
        house.do("bob", "PUT", "/api/rooms/lobby/members/bob")
        for number in range(30):
            house.do("bob", "POST", "/api/rooms/lobby/messages", {"text": f"tea number {number}"})
        assert len(found(house, "cyn", "tea")) == 30
        house.stop()
        index = house.data / "search.db"
        content = index.read_bytes()
        if damage == "lost":
            index.unlink()
        else:
            index.write_bytes(b"garbage " * 4_000 if damage == "garbage" else content[: len(content) // 2])
        house.start()
        assert house.ask(None, "GET", "/readyz").status_code == 200, "who talks does not wait for an index"
        house.do("bob", "POST", "/api/rooms/lobby/messages", {"text": "tea is served"})
        house.ask("cyn", "GET", "/api/search?q=tea")  # by which a half of an index is found out
        deadline = time.monotonic() + PATIENCE_SECONDS
        while house.ask("cyn", "GET", "/api/search?q=tea").status_code == 503:
            assert time.monotonic() < deadline, "the index was never built again"
        assert len(found(house, "cyn", "tea")) == 31
        assert "tea" not in house.log, "what is said or looked for stands in no log"
