"""Killed in the middle of erasing somebody, the server goes on where it was: each message is gone and told once, the
log has no holes, people talk meanwhile, and in the end nothing is left. So it is if another process does it.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from service.app import DATABASE_FILE
from tests.e2e.house import House
from tests.e2e.line import Frame, Line
from tests.e2e.programs import PATIENCE_SECONDS

pytestmark = pytest.mark.anyio

ZOE = "zoe-quillfeather"
SAID = 400  # messages of who is erased: two parts, and with their ends told, a log that can be replayed whole
UNHURRIED = 100_000  # commands a second


async def talked(house: House) -> None:
    """Somebody has said much, and somebody else a little between it."""
    house.person(ZOE)
    async with Line(house, ZOE) as zoe, Line(house, "bob") as bob:
        await zoe.join("lobby")
        await bob.join("lobby")
        for number in range(0, SAID, 40):
            sends = [zoe.say("send", room="lobby", text=f"plumtree {number + each}") for each in range(40)]
            assert {reply["type"] for reply in await asyncio.gather(*sends)} == {"ok"}
            await bob.send("lobby", f"number {number}")


def deleted(events: list[Frame]) -> Counter[str]:
    """How often each message was told as deleted."""
    return Counter(event["message_id"] for event in events if event["type"] == "message.deleted")


def found(folder: Path, word: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and word in path.read_bytes().lower()]


def over(house: House) -> None:
    """Until an admin reads that it is done."""
    _until(lambda: house.do("ann", "GET", "/api/erasures")["items"][0]["state"] == "done")


def forgotten(house: House) -> None:
    """Until the words are in no file: the index merges its parts after it has caught up, which a search waits for."""
    _until(
        lambda: house.do("ann", "GET", "/api/search?q=plumtree")["items"] == [] and not found(house.data, b"plumtree")
    )


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():  # each question is a request, and takes its time
        assert time.monotonic() < deadline, "it did not come to its end"


async def test_killed_in_the_middle_it_goes_on_and_tells_each_message_once(tmp_path: Path) -> None:
    with House(tmp_path, commands_per_second=UNHURRIED) as house:
        await talked(house)
        async with Line(house, "cyn") as cyn:
            await cyn.join("lobby")
            rooms = cyn.rooms
            begun = asyncio.create_task(
                asyncio.to_thread(house.do, "ann", "DELETE", f"/api/users/{ZOE}?messages=delete")
            )
            await cyn.until(lambda: bool(deleted(cyn.rooms["lobby"].events)), "a deletion")
            house.kill()
            nameless = (await begun)["user"]
        with sqlite3.connect(house.data / DATABASE_FILE) as connection:
            changed, finished_at = connection.execute("SELECT changed, finished_at FROM erasures").fetchone()
        connection.close()
        assert (0 < changed < SAID, finished_at) == (True, None), "it was in the middle"
        await asyncio.to_thread(house.start)
        async with Line(house, "cyn") as cyn:
            cyn.rooms = rooms
            await cyn.join("lobby")
            await cyn.send("lobby", "I was away")
            await asyncio.to_thread(over, house)
            await cyn.until(lambda: len(deleted(cyn.rooms["lobby"].events)) == SAID, "all deletions")
            told = deleted(cyn.rooms["lobby"].events)
        messages = house.history("lobby")
        assert set(told.values()) == {1}
        assert {message["id"] for message in messages if "deleted" in message} == set(told)
        assert {message["author"]["username"] for message in messages if "deleted" in message} == {nameless}
        assert [m["text"] for m in messages if m["author"]["username"] == "bob"] == [
            f"number {number}" for number in range(0, SAID, 40)
        ]
        await asyncio.to_thread(forgotten, house)
        house.require_calm()
        assert house.stop() == 0
    for word in (b"plumtree", b"quillfeather"):
        assert found(house.data, word) == []
        assert found(house.data.parent, word) == [], "nor in the log of the server"


async def test_what_another_process_erases_is_told_to_who_is_connected(tmp_path: Path) -> None:
    with House(tmp_path, commands_per_second=UNHURRIED) as house:
        await talked(house)
        async with Line(house, "cyn") as cyn, Line(house, ZOE) as zoe:
            await cyn.join("lobby")
            await asyncio.to_thread(house.operate, "user", "erase", ZOE, "--messages", "detach", "--yes")
            assert await zoe.until_closed() in (4100, 4101)
            await asyncio.to_thread(over, house)
            shown = house.history("lobby")
            await cyn.until_seq("lobby", house.do("ann", "GET", "/api/rooms/lobby")["seq"])
            edited = {
                event["message"]["id"]: event["message"]
                for event in cyn.rooms["lobby"].events
                if event["type"] == "message.edited"
            }
            assert len(edited) == SAID
            assert edited == {message["id"]: message for message in shown if message["id"] in edited}
        house.require_calm()
    assert found(house.data, b"quillfeather") == []
