"""The way to transactions: reads beside the one writer, each of one state; a second process on the same file."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import exc

from service.chat.errors import Code, Refusal
from service.chat.events import MessagePosted
from service.chat.ports import Transaction
from service.chat.rooms import ChangeRoom
from service.storage.engine import open_engine
from service.storage.transaction import SqlTransaction
from tests.stage import STARTED_AT
from tests.storage.kept import Kept, code_of, opened

pytestmark = pytest.mark.anyio


async def test_a_commit_is_on_the_disk_when_it_is_answered(kept: Kept) -> None:
    def pragmas(tx: Transaction) -> list[Any]:
        assert isinstance(tx, SqlTransaction)
        run = tx.connection.exec_driver_sql
        return [run(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")]

    full = 2
    assert await kept.database.write(pragmas) == ["wal", full, 1]
    assert await kept.database.read(pragmas) == ["wal", full, 1]
    said = await kept.say("bob", "durable")
    with sqlite3.connect(kept.path) as other:
        found = other.execute("SELECT text FROM events WHERE seq = ? AND kind = 1", (said.message.seq,)).fetchall()
    assert ("durable",) in found


async def test_a_read_sees_one_state_while_others_write(kept: Kept) -> None:
    loop = asyncio.get_running_loop()
    begun, written = asyncio.Event(), threading.Event()

    def look_twice(tx: Transaction) -> tuple[int, int]:
        before = tx.rooms.by_slug("lobby")
        loop.call_soon_threadsafe(begun.set)
        written.wait()
        after = tx.rooms.by_slug("lobby")
        assert before is not None
        assert after is not None
        return before.seq, after.seq

    looking = asyncio.ensure_future(kept.database.read(look_twice))
    await begun.wait()
    said = await kept.say("bob", "meanwhile")
    written.set()
    before, after = await looking
    assert before == after == said.message.seq - 1
    assert (await kept.room()).seq == said.message.seq


async def test_a_read_that_raises_is_its_own_callers_trouble(kept: Kept) -> None:
    def fail(tx: Transaction) -> None:
        raise LookupError("mine")

    outcomes = await asyncio.gather(
        kept.database.read(fail), kept.room(), kept.database.read(fail), return_exceptions=True
    )
    assert [type(outcome).__name__ for outcome in outcomes] == ["LookupError", "Room", "LookupError"]


async def test_a_database_that_fails_under_a_read_is_unavailable(kept: Kept) -> None:
    def fault(tx: Transaction) -> None:
        raise exc.OperationalError("SELECT", {}, Exception("disk I/O error"))

    with pytest.raises(Refusal) as caught:
        await kept.database.read(fault)
    assert caught.value.code is Code.UNAVAILABLE
    assert caught.value.retry_after
    assert (await kept.room()).slug == "lobby", "the thread goes on"


async def test_without_a_database_reads_and_writes_are_unavailable(kept: Kept) -> None:
    await kept.database.stop()
    assert not kept.database.alive
    outcomes = await asyncio.gather(
        kept.database.read(lambda tx: None),
        kept.database.write(lambda tx: None),
        kept.say("bob", "x"),
        return_exceptions=True,
    )
    assert [code_of(outcome) for outcome in outcomes] == ["unavailable"] * 3


async def test_reads_under_way_are_answered_before_the_end(kept: Kept) -> None:
    asked = [asyncio.ensure_future(kept.room()) for _ in range(200)]
    await asyncio.sleep(0)
    await kept.database.stop()
    assert {room.slug for room in await asyncio.gather(*asked)} == {"lobby"}


async def test_a_second_process_on_the_same_file_is_heard_at_once(kept: Kept) -> None:
    """Its own engine and connection stand for the other process: nothing is shared but the file."""
    first = await kept.say("bob", "before")
    other = open_engine(f"sqlite:///{kept.path}")
    with other.begin() as connection:
        tx = SqlTransaction(connection, STARTED_AT)
        room = tx.rooms.by_slug("lobby")
        assert room is not None
        tx.log.room_changed(room, None)
        tx.users.set_suspended(kept.users["bob"].id, True)
    other.dispose()
    outcomes = await kept.outcomes(kept.post("bob", "after"), kept.post("cyn", "after"))
    assert [code_of(outcome) for outcome in outcomes] == ["suspended", "ok"]
    log = await kept.log(after=first.message.seq - 1)
    assert [type(event).__name__ for event in log] == ["MessagePosted", "RoomChanged", "MessagePosted"]
    assert [event.seq for event in log] == [first.message.seq + n for n in range(3)]


async def test_another_process_that_writes_is_waited_for(kept: Kept) -> None:
    other = sqlite3.connect(kept.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    saying = asyncio.ensure_future(kept.say("bob", "patient"))
    assert (await kept.room()).slug == "lobby", "who reads does not wait"
    assert not saying.done()
    other.execute("COMMIT")
    other.close()
    assert (await saying).message.text == "patient"


async def test_all_is_there_after_a_restart(seeded: Path, tmp_path: Path) -> None:
    async with opened(seeded, tmp_path) as before:
        said = await before.say("bob", "remember", nonce="n1")
        await before.do("ann", ChangeRoom("lobby", topic="kept"))
        log = await before.log()
    async with opened(seeded, tmp_path) as after:
        assert await after.log() == log
        assert (await after.room()).topic == "kept"
        again = await after.say("bob", "remember", nonce="n1")
        assert (again.message, again.duplicate) == (said.message, True)
        texts = [event.message.text for event in await after.log() if isinstance(event, MessagePosted)]
        assert texts == ["remember"]
