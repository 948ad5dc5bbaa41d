"""The task that erases people: it goes on with what was begun, and begins what it hears of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from service.chat import erasures
from service.chat.erasing import Erasing
from service.chat.erasures import EraseUser
from service.chat.members import JoinRoom
from service.chat.orphans import Collected, Orphans
from service.chat.stores.erasures import Erasure, Messages
from service.live.erasing import Eraser
from tests.stage import Stage
from tests.stage_door import StageDatabase, say

pytestmark = pytest.mark.anyio

DONE_SECONDS = 10.0


class Beside:
    """What lies beside the database: how often it was gone through after an erasure, and how often its log was cut."""

    def __init__(self) -> None:
        self.collected = 0
        self.shed = 0
        self.both = asyncio.Event()

    async def collect(self) -> Collected:
        """Files that nobody needs."""
        self.collected += 1
        return Collected()

    async def shed_log(self) -> None:
        """The database's own log."""
        self.shed += 1
        self.both.set()


def staged() -> Stage:
    stage = Stage()
    stage.room("lobby")
    for username in ("bob", "cyn"):
        stage.do(username, JoinRoom("lobby"))
        for number in range(5):
            say(stage, username, f"number {number}")
    return stage


def erasing(stage: Stage, beside: Beside) -> Erasing:
    orphans: Orphans = beside  # type: ignore[assignment]
    return Erasing(StageDatabase(stage), orphans, beside.shed_log, pause_seconds=0)


def texts(stage: Stage) -> set[str]:
    room = stage.seen("lobby")
    return {message.text for message in stage.run(lambda tx: tx.log.messages(room, 100))}


@asynccontextmanager
async def running(eraser: Eraser) -> AsyncIterator[Eraser]:
    eraser.start()
    try:
        yield eraser
    finally:
        await eraser.stop()


async def test_all_that_were_begun_are_carried_out_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasures, "TOUCHED_AT_ONCE", 2)
    stage, beside = staged(), Beside()
    for username in ("bob", "cyn"):
        stage.do("ann", EraseUser(username, Messages.DELETE))
    work = erasing(stage, beside)
    assert await work.go_on() == 2
    assert (texts(stage), beside.collected, beside.shed) == ({""}, 2, 2)
    assert await work.go_on() == 0


async def test_who_watches_is_told_how_far_it_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasures, "TOUCHED_AT_ONCE", 2)
    stage = staged()
    told: list[Erasure] = []
    begun = stage.do("ann", EraseUser("bob", Messages.DETACH))
    ended = await erasing(stage, Beside()).carry_out(begun.uid, told.append)
    assert [each.changed for each in told] == [2, 4, 5]
    assert [each.looked for each in told] == sorted(each.looked for each in told)
    assert told[-1] == ended
    assert ended.looked >= ended.whole, "all that there was, and what it has told itself"


async def test_the_task_goes_on_with_what_was_begun_before_it_started() -> None:
    stage, beside = staged(), Beside()
    stage.do("ann", EraseUser("bob", Messages.DELETE))
    async with running(Eraser(erasing(stage, beside))), asyncio.timeout(DONE_SECONDS):
        await beside.both.wait()
    assert stage.run(lambda tx: tx.erasures.unfinished()) == []


async def test_the_task_begins_at_once_with_what_it_is_told_of() -> None:
    stage, beside = staged(), Beside()
    async with running(Eraser(erasing(stage, beside))) as eraser, asyncio.timeout(DONE_SECONDS):
        for username in ("bob", "cyn"):
            beside.both.clear()
            stage.do("ann", EraseUser(username, Messages.DELETE))
            eraser.wake()
            await beside.both.wait()
    assert texts(stage) == {""}


async def test_the_task_outlives_an_accident(caplog: pytest.LogCaptureFixture) -> None:
    stage, beside = staged(), Beside()
    work, failed = erasing(stage, beside), asyncio.Event()
    go_on = work.go_on

    async def once() -> int:
        if not failed.is_set():
            failed.set()
            raise OSError("the disk is away")
        return await go_on()

    work.go_on = once  # type: ignore[method-assign]
    stage.do("ann", EraseUser("bob", Messages.DELETE))
    async with running(Eraser(work)) as eraser, asyncio.timeout(DONE_SECONDS):
        await failed.wait()
        eraser.wake()
        await beside.both.wait()
    assert "erasing people failed" in caplog.text
