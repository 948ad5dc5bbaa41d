"""What the server looks after: again and again, sooner where it is asked to, and whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

import pytest

from service.chat.errors import Code, Refusal
from service.live.rounds import Rounds
from tests.live.virtual import later, settle

EVERY = 60.0

pytestmark = pytest.mark.anyio


class Watch(Rounds):
    """Notes when it looked; ``next`` is what the looks do, the last one for ever."""

    def __init__(self, *looks: Callable[[], float]) -> None:
        super().__init__("watching", EVERY)
        self.at: list[float] = []
        self._looks = list(looks)

    async def look(self) -> float:
        self.at.append(asyncio.get_running_loop().time())
        return (self._looks.pop(0) if len(self._looks) > 1 else self._looks[0])()

    @property
    def waits(self) -> list[float]:
        return [after - before for before, after in zip(self.at, self.at[1:], strict=False)]


def without_database() -> float:
    raise Refusal(Code.UNAVAILABLE)


def broken() -> float:
    raise RuntimeError("out of order")


@pytest.fixture
async def watched() -> AsyncIterator[Callable[[Watch], Watch]]:
    """Starts watches, and stops them at the end."""
    started: list[Watch] = []

    def start(watch: Watch) -> Watch:
        watch.start()
        started.append(watch)
        return watch

    yield start
    for watch in started:
        await watch.stop()


async def test_the_next_look_is_when_the_last_one_said(watched: Callable[[Watch], Watch]) -> None:
    watch = watched(Watch(lambda: 2.0, lambda: 0.0, lambda: 7.0))
    await later(20)
    assert watch.waits == pytest.approx([2.0, 0.0, 7.0, 7.0])


async def test_whoever_has_something_to_be_done_does_not_wait(watched: Callable[[Watch], Watch]) -> None:
    watch = watched(Watch(lambda: EVERY))
    await later(5)
    watch.wake()
    await settle()
    assert watch.waits == pytest.approx([5.0])
    await later(EVERY)
    assert watch.waits == pytest.approx([5.0, EVERY]), "and then it goes on as before"


@pytest.mark.parametrize(("fails", "level", "lines"), [(without_database, "INFO", 1), (broken, "ERROR", 2)])
async def test_a_look_that_fails_is_not_the_last(
    watched: Callable[[Watch], Watch],
    caplog: pytest.LogCaptureFixture,
    fails: Callable[[], float],
    level: str,
    lines: int,
) -> None:
    with caplog.at_level(logging.INFO, "folkmoot.rounds"):
        watch = watched(Watch(fails, fails, lambda: 1.0))
        await later(2 * EVERY + 1.5)
    assert watch.waits == pytest.approx([EVERY, EVERY, 1.0])
    assert [record.levelname for record in caplog.records] == [level] * lines, "no database is said once"


async def test_a_stop_ends_it_and_it_can_be_started_again(watched: Callable[[Watch], Watch]) -> None:
    watch = watched(Watch(lambda: 1.0))
    await settle()
    await watch.stop()
    await later(10)
    assert len(watch.at) == 1
    watched(watch)
    await settle()
    assert len(watch.at) == 2
