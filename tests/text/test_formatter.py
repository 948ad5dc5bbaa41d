"""Texts on their way to the worker and back: whatever goes wrong there, the message is shown as it was typed."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from service.chat.names import TEXT_MAX
from service.text import formatter as module
from service.text.formatter import OWN_MAX, WAITING_MAX, MarkdownFormatter, Worker, WorkerGone
from service.text.pipe import FAILED, FORMATTED, PLAIN
from service.watch.metrics import Metrics

pytestmark = pytest.mark.anyio

SECRET = "*the text of a message*"


class FakeWorker:
    """Answers what it is told to; ``held`` until it may."""

    def __init__(self, *answers: bytes | WorkerGone) -> None:
        self.answers = list(answers)
        self.held = asyncio.Event()
        self.busy = asyncio.Event()
        self.held.set()
        self.ended = False
        self.seen: list[bytes] = []

    async def answer(self, text: bytes) -> bytes:
        """The next one."""
        self.seen.append(text)
        self.busy.set()
        await self.held.wait()
        answer = self.answers.pop(0) if self.answers else PLAIN
        if isinstance(answer, WorkerGone):
            raise answer
        return answer

    async def end(self) -> int:
        """It ended."""
        self.ended = True
        return -9


@asynccontextmanager
async def formatting(
    monkeypatch: pytest.MonkeyPatch, *workers: FakeWorker | WorkerGone
) -> AsyncIterator[MarkdownFormatter]:
    """A formatter that starts these workers one after another."""
    waiting = list(workers)

    async def start() -> FakeWorker:
        worker = waiting.pop(0)
        if isinstance(worker, WorkerGone):
            raise worker
        return worker

    monkeypatch.setattr(Worker, "start", start)
    formatter = MarkdownFormatter(Metrics())
    await formatter.start()
    yield formatter
    await formatter.stop()


def counts(formatter: MarkdownFormatter) -> dict[str, int]:
    """How texts fared."""
    return dict(formatter._metrics.formatted)


async def test_a_real_worker_formats_and_is_replaced_when_it_is_gone(caplog: pytest.LogCaptureFixture) -> None:
    formatter = MarkdownFormatter(Metrics())
    await formatter.start()
    assert formatter.marked("*a*")
    assert not formatter.marked("a")
    assert await formatter.html("*a*", "bob") == "<p><em>a</em></p>"
    assert await formatter.html("2 *", "bob") is None
    assert formatter._worker is not None
    os.kill(formatter._worker._process.pid, signal.SIGKILL)
    assert await formatter.html(SECRET, "bob") is None
    assert await formatter.html("*b*", "bob") == "<p><em>b</em></p>"
    assert counts(formatter) == {"formatted": 2, "plain": 1, "failed": 1}
    await formatter.stop()
    assert await formatter.html("*c*", "bob") is None
    assert [record.getMessage() for record in caplog.records] == ["the worker that formats texts has ended"]
    assert "text of a message" not in caplog.text


async def test_many_at_once_each_get_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = FakeWorker(*(FORMATTED + str(number).encode() for number in range(WAITING_MAX)))
    async with formatting(monkeypatch, worker) as formatter:
        found = await asyncio.gather(*(formatter.html(f"*{number}*", f"u{number}") for number in range(WAITING_MAX)))
    assert found == [str(number) for number in range(WAITING_MAX)]


async def test_a_text_that_finds_too_many_before_it_is_shown_as_it_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = FakeWorker(*[FORMATTED + b"x"] * (WAITING_MAX + 1))
    worker.held.clear()
    async with formatting(monkeypatch, worker) as formatter:
        first = asyncio.create_task(formatter.html("*first*", "bob"))
        await worker.busy.wait()
        waiting = [asyncio.create_task(formatter.html("*a*", f"u{number}")) for number in range(WAITING_MAX)]
        await asyncio.sleep(0)
        assert await formatter.html("*too many*", "bob") is None
        worker.held.set()
        assert await asyncio.gather(first, *waiting) == ["x"] * (WAITING_MAX + 1)
        assert counts(formatter) == {"late": 1, "formatted": WAITING_MAX + 1}


async def test_people_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = FakeWorker()
    worker.held.clear()
    async with formatting(monkeypatch, worker) as formatter:
        bobs = [asyncio.create_task(formatter.html(f"*bob {number}*", "bob")) for number in range(OWN_MAX + 2)]
        await worker.busy.wait()
        cyns = asyncio.create_task(formatter.html("*cyn*", "cyn"))
        await asyncio.sleep(0)
        worker.held.set()
        await asyncio.gather(*bobs, cyns)
    assert worker.seen.index(b"*cyn*") <= 2, "behind the one that is under way, and one more of his"
    assert len(worker.seen) < len([*bobs, cyns]), "of one person so many wait, and no more"


async def test_nobody_waits_longer_than_that_and_the_worker_does_nothing_for_who_gave_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.0)
    worker = FakeWorker()
    worker.held.clear()
    async with formatting(monkeypatch, worker) as formatter:
        assert await formatter.html("*a*", "bob") is None
        assert await formatter.html("*b*", "bob") is None
        assert counts(formatter)["late"] == 2
        worker.held.set()
        monkeypatch.undo()
        assert await formatter.html("*c*", "bob") is None
        assert b"*c*" in worker.seen
        assert b"*b*" not in worker.seen


async def test_an_error_in_the_worker_is_logged_by_its_kind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with formatting(monkeypatch, FakeWorker(FAILED + b"RecursionError", FORMATTED + b"x")) as formatter:
        with caplog.at_level(logging.WARNING):
            assert await formatter.html(SECRET, "bob") is None
        assert await formatter.html("*a*", "bob") == "x"
        assert counts(formatter) == {"failed": 1, "formatted": 1}
    assert vars(caplog.records[0])["error"] == "RecursionError"
    assert "text of a message" not in caplog.text


async def test_a_worker_that_dies_of_a_text_takes_no_other_text_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    dying, next_one = FakeWorker(WorkerGone()), FakeWorker(FORMATTED + b"x")
    async with formatting(monkeypatch, dying, next_one) as formatter:
        assert await asyncio.gather(formatter.html("*a*", "bob"), formatter.html("*b*", "bob")) == [None, "x"]
    assert dying.ended
    assert next_one.ended


async def test_a_server_whose_worker_does_not_come_up_serves_without_and_tries_again_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with formatting(monkeypatch, WorkerGone(), FakeWorker(FORMATTED + b"x")) as formatter:
        assert await formatter.html("*a*", "bob") is None, "not sooner than in a while: a start costs more than a text"
        formatter._start_at = 0.0
        assert await formatter.html("*b*", "bob") == "x"


async def test_a_worker_that_cannot_be_started_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.sys, "executable", "/nowhere/python")
    with pytest.raises(WorkerGone):
        await Worker.start()
    monkeypatch.undo()
    monkeypatch.setattr(module, "WORKER", "service.text.nowhere")
    with pytest.raises(WorkerGone):
        await Worker.start()


async def test_who_waits_when_the_server_stops_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = FakeWorker()
    worker.held.clear()
    async with formatting(monkeypatch, worker) as formatter:
        tasks = [asyncio.create_task(formatter.html("*a*", "bob")) for _ in range(3)]
        await worker.busy.wait()
        await formatter.stop()
        assert await asyncio.gather(*tasks) == [None, None, None]
        assert worker.ended


async def test_what_will_be_refused_does_no_harm_before(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = FakeWorker()
    async with formatting(monkeypatch, worker) as formatter:
        assert await formatter.html("*" * (TEXT_MAX + 1), "bob") is None
        assert not worker.seen
        assert await formatter.html("*\ud800*", "bob") is None
