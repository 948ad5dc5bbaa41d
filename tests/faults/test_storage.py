"""When the disk is full, what cannot be stored is not acknowledged, on any way in; and when there is room again, the
server goes on without having been restarted.

The disk is a limit on the size of the server's files, which the kernel keeps for the one process and which a test can
lift again. Writing beyond it fails as on a full disk, in the middle of what SQLite writes.
"""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.house import House
from tests.e2e.line import Line
from tests.e2e.programs import PATIENCE_SECONDS

pytestmark = pytest.mark.anyio

WORDS = "a word or two " * 200  # 2,800 characters
TOLD_APART = 6  # messages said while there is no room


def _limit_files(house: House, size: int) -> None:
    resource.prlimit(house.server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _log_sizes(house: House) -> int:
    return max(path.stat().st_size for path in house.data.rglob("*") if path.name.endswith("-wal"))


async def test_a_full_disk_acknowledges_nothing_that_is_not_stored(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.token("ann")  # reads the histories below; nobody can sign in without room for a session
        async with Line(house, "bob") as bob, Line(house, "cyn") as cyn:
            await bob.join("lobby")
            await cyn.join("lobby")
            kept = [await bob.send("lobby", f"before {number} {WORDS}") for number in range(5)]
            # The server's own log is a file, too: it has to stay below the limit.
            assert len(house.log) < _log_sizes(house)
            _limit_files(house, _log_sizes(house))
            refused = []
            for number in range(TOLD_APART):
                reply = await bob.ask("send", room="lobby", text=f"during {number} {WORDS}", nonce=f"n{number}")
                if reply["type"] == "ok":
                    kept.append(reply["message"])  # there may be room left in the file for one or another
                else:
                    refused.append(f"n{number}")
                    assert reply["code"] == "unavailable", reply
                    assert reply["retry_after"] > 0
            assert refused, "the disk was full"
            answer = await asyncio.to_thread(
                house.ask, "bob", "POST", "/api/rooms/lobby/messages", {"text": f"by letter {WORDS}"}
            )
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0
            assert answer.json()["code"] == "unavailable"
            assert house.history("lobby") == kept, "what was there can still be read"
            assert bob.code is None, "nobody is thrown out for it"

            _limit_files(house, resource.RLIM_INFINITY)
            last = await bob.send("lobby", "after")
            for nonce in refused:
                text = f"during {nonce.removeprefix('n')} {WORDS}"
                reply = await bob.do("send", room="lobby", text=text, nonce=nonce)
                assert reply["duplicate"] is False, "it had not been stored in secret"
                last = reply["message"]
            await cyn.until_seq("lobby", last["seq"])
            history = await asyncio.to_thread(house.history, "lobby")
            assert cyn.rooms["lobby"].messages == history
            assert history[: len(kept)] == kept
        house.kill()
        house.start()
        assert house.history("lobby") == history, "and all of it is on the disk"


async def test_a_database_that_another_process_keeps_locked_is_unavailable_and_then_is_again(tmp_path: Path) -> None:
    """A backup that hangs, an operator with a shell: reading goes on, and writing is answered in bounded time."""
    with House(tmp_path) as house:
        house.token("ann")
        async with Line(house, "bob") as bob:
            await bob.join("lobby")
            first = await bob.send("lobby", "before")
            with closing(sqlite3.connect(house.data / "folkmoot.db", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                said = bob.say("send", room="lobby", text="during", nonce="n")
                assert (await asyncio.to_thread(house.history, "lobby")) == [first]
                reply = await asyncio.wait_for(said, PATIENCE_SECONDS)
                assert reply["code"] == "unavailable"
            assert (await bob.send("lobby", "during", nonce="n"))["seq"] == first["seq"] + 1
        house.kill()
        house.start()
        assert [message["text"] for message in house.history("lobby")] == ["before", "during"]
