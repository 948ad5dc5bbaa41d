"""Backups of a server that people talk on, and what is left when a backup or a restore is killed, wherever it is."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from tests.e2e.house import House
from tests.e2e.line import Line
from tests.e2e.programs import environment, run

pytestmark = pytest.mark.anyio

FILE = b"\x00what somebody brought along\xff" * 4_000
STEPS_MAX = 200  # more than any of these takes


class Mortal:
    """The program, which can be killed before any step of its."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.killed"],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, step: int = 0, place: Path = Path("/")) -> tuple[int, str]:
        """The status of a run, and what it said on stderr."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([step, str(place), arguments]) + "\n")
        self._process.stdin.flush()
        status, said = json.loads(self._process.stdout.readline())
        return int(status), str(said)

    def is_killed(self, step: int, place: Path, *arguments: str) -> bool:
        """Whether it was killed before that step; else it came to its end before."""
        status, said = self.run(*arguments, step=step, place=place)
        assert status in (0, -signal.SIGKILL), said
        return status != 0

    def end(self) -> None:
        """Let it go."""
        self._process.communicate()


@pytest.fixture
def mortal() -> Iterator[Mortal]:
    """Imported once for a whole test."""
    program = Mortal()
    yield program
    program.end()


def upload(house: House, username: str, room: str) -> str:
    """A file in a message; its id."""
    house.do(username, "PUT", f"/api/rooms/{room}/members/{username}")
    answer = house.ask(username, "POST", f"/api/rooms/{room}/files?name=luggage.bin", content=FILE)
    assert answer.status_code == 201, answer.text
    id = str(answer.json()["id"])
    house.do(username, "POST", f"/api/rooms/{room}/messages", {"text": "look", "files": [id]})
    return id


def texts(house: House, room: str) -> list[str]:
    return [message["text"] for message in house.history(room)]


def restored(place: Path, backup: Path) -> House:
    """A house in another place, in the state of a backup."""
    place.mkdir()
    house = House(place)
    outcome = run("restore", str(backup), "--data", str(house.data))
    assert outcome.returncode == 0, outcome.stderr
    house.port = 0
    house._tokens["nobody"] = ""  # it has its people already
    return house


async def test_a_backup_under_load_is_a_moment_of_what_was_said(tmp_path: Path) -> None:
    with House(tmp_path, commands_per_second=100_000) as house:
        file = upload(house, "bob", "lobby")
        over = Event()
        with ThreadPoolExecutor(2) as people:
            told = [people.submit(_talk, house, name, over) for name in ("bob", "cyn")]
            backups = [tmp_path / f"{number}.tar" for number in range(2)]
            before = [0] * len(backups)
            for number, backup in enumerate(backups):
                before[number] = len(texts(house, "lobby"))
                house.operate("backup", "--output", str(backup))
            over.set()
            assert all(said.result() > 10 for said in told), "they talked all the while"
        whole = texts(house, "lobby")
        house.require_calm()
    for number, backup in enumerate(backups):
        with restored(tmp_path / f"restored-{number}", backup) as again:
            kept = texts(again, "lobby")
            assert len(kept) >= before[number], "what was said before it began is in it"
            assert kept == whole[: len(kept)], "and of what came after it all up to one moment"
            assert again.ask("cyn", "GET", f"/api/files/{file}").content == FILE
            again.require_calm()


def _talk(house: House, username: str, over: Event) -> int:
    house.do(username, "PUT", f"/api/rooms/lobby/members/{username}")
    said = 0
    while not over.is_set():
        house.do(username, "POST", "/api/rooms/lobby/messages", {"text": f"{username} {said}"})
        said += 1
    return said


async def test_who_was_there_before_a_restore_begins_anew_after_it(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        async with Line(house, "bob") as bob:
            await bob.join("lobby")
            house.operate("backup", "--output", str(tmp_path / "then.tar"))
            lost = await bob.ask("send", room="lobby", text="lost")
            epoch = bob.rooms["lobby"].epoch
        old = house.token("bob")
        house.stop()
        assert run("restore", str(tmp_path / "then.tar"), "--data", str(house.data)).returncode == 1, "it is not empty"
        assert run("restore", str(tmp_path / "then.tar"), "--data", str(house.data), "--force").returncode == 0
        house.start()
        assert house.ask("bob", "GET", "/api/me").status_code == 401, f"the session of {old[:4]}… has ended"
        house._tokens.clear()
        async with Line(house, "bob") as bob:
            answer = await bob.ask("join", room="lobby", since=lost["message"]["seq"], epoch=epoch)
            assert answer["reset"] is True
            assert answer["epoch"] != epoch
            assert [message["text"] for message in answer["messages"]] == []
        house.require_calm()


async def test_listeners_of_a_room_whose_epoch_is_renewed_are_told_to_come_back(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        async with Line(house, "bob") as bob, Line(house, "cyn") as cyn:
            await bob.join("lobby")
            await cyn.join("news")
            house.operate("epoch", "renew", "lobby")
            await bob.until_notice("restart")
            assert await bob.until_closed() == 1012
            assert (await cyn.ask("ping"))["type"] == "ok", "cyn hears another room"
        house.require_calm()


def test_a_backup_that_is_killed_anywhere_leaves_none(tmp_path: Path, mortal: Mortal) -> None:
    with House(tmp_path) as house:
        upload(house, "bob", "lobby")
        house.stop()
    out = tmp_path / "out"
    out.mkdir()
    target = out / "monday.tar"
    for step in range(1, STEPS_MAX):
        if not mortal.is_killed(step, out, "backup", "--data", str(house.data), "--output", str(target)):
            break
        # Killed after its name was given, it is whole.
        assert not target.exists() or mortal.run("backup", "--verify", str(target))[0] == 0
        target.unlink(missing_ok=True)
    assert 5 < step < STEPS_MAX - 1, "it was killed at every step, and then came to its end"
    assert mortal.run("backup", "--verify", str(target))[0] == 0
    assert [path.name for path in out.iterdir()] == ["monday.tar"], "what the killed ones left is cleared away"


def test_a_restore_that_is_killed_anywhere_is_done_or_not_begun(tmp_path: Path, mortal: Mortal) -> None:
    with House(tmp_path) as house:
        house.do("ann", "PATCH", "/api/rooms/lobby", {"topic": "then"})
        upload(house, "bob", "lobby")
        house.operate("backup", "--output", str(tmp_path / "then.tar"))
        house.do("ann", "PATCH", "/api/rooms/lobby", {"topic": "now"})
        house.stop()
    restore = ("restore", str(tmp_path / "then.tar"), "--force", "--data")
    interrupted = 0
    for step in range(1, STEPS_MAX):
        data = tmp_path / f"data-{step}"
        shutil.copytree(house.data, data)
        if not mortal.is_killed(step, data, *restore, str(data)):
            break
        status, said = mortal.run("room", "list", "--data", str(data))
        if status:
            assert "was interrupted" in said
            interrupted += 1
            status, said = mortal.run(*restore, str(data))
            assert status == 0, said
            assert _topic(data) == "then"
        else:
            assert _topic(data) in ("then", "now"), "the one or the other, and whole"
        shutil.rmtree(data)
    assert 10 < step < STEPS_MAX - 1, "it was killed at every step, and then came to its end"
    assert interrupted > 2, "also in the middle of putting it in place"
    assert _topic(data) == "then"


def _topic(data: Path) -> str:
    """The topic of the lobby, as the database has it; by SQLite itself, so that looking at it opens nothing else."""
    with closing(sqlite3.connect(f"{(data / 'folkmoot.db').as_uri()}?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA quick_check").fetchone() == ("ok",)
        (topic,) = database.execute("SELECT topic FROM rooms WHERE slug = 'lobby'").fetchone()
    return str(topic)
