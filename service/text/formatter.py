"""The port ``Formatter`` of chat: texts on their way to the process that formats them (``worker``), and back.

Formatting is never worth a message. When too much waits, when it takes too long, when the process is gone: the text is
stored without, and shown as it was typed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import cast

from service.chat.names import TEXT_MAX
from service.text import marks
from service.text.pipe import FAILED, FORMATTED, LENGTH, packed
from service.text.turns import Turns
from service.watch.metrics import Metrics

WAITING_MAX = 256  # texts of all; at a millisecond each nobody waits long
OWN_MAX = 16  # of them of one person
PATIENCE_SECONDS = 2.0  # from asking to the answer, with all that waited before it
STALL_SECONDS = 10.0  # without an answer: more than a process lives that may take a second of a processor
RESTART_SECONDS = 5.0  # between two starts, after one that came to nothing

WORKER = "service.text.worker"
ROOT = Path(__file__).parents[2]  # from where this very code is found again

log = logging.getLogger("folkmoot.text")


class WorkerGone(Exception):
    """The process has ended, or is as good as dead."""


class Worker:
    """The process, as the server sees it."""

    def __init__(self, process: Process, texts: StreamWriter, answers: StreamReader) -> None:
        self._process = process
        self._texts = texts
        self._answers = answers

    @classmethod
    async def start(cls) -> Worker:
        """One that is ready."""
        command = (sys.executable, "-m", WORKER)
        try:
            process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, cwd=ROOT)
        except OSError as error:
            raise WorkerGone from error
        worker = cls(process, cast(StreamWriter, process.stdin), cast(StreamReader, process.stdout))
        try:
            await worker._answer()
        except BaseException:
            await worker.end()
            raise
        return worker

    async def answer(self, text: bytes) -> bytes:
        """What it makes of a text."""
        self._texts.write(packed(text))
        return await self._answer()

    async def end(self) -> int:
        """End it, if it has not ended by itself, and say how it did."""
        if not self._answers.at_eof():  # else it is gone, and what is killed now would be reported as never seen
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        self._texts.close()
        return await self._process.wait()

    async def _answer(self) -> bytes:
        try:
            async with asyncio.timeout(STALL_SECONDS):
                await self._texts.drain()
                (length,) = LENGTH.unpack(await self._answers.readexactly(LENGTH.size))
                return await self._answers.readexactly(length)
        except (OSError, EOFError) as error:  # TimeoutError is of the first kind
            raise WorkerGone from error


class MarkdownFormatter:
    """Formats by a worker, one text after another, for people in turns."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._jobs: Turns[tuple[bytes, asyncio.Future[str | None]]] = Turns(WAITING_MAX, OWN_MAX)
        self._more = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._worker: Worker | None = None
        self._start_at = 0.0  # by the loop's clock: not sooner

    async def start(self) -> None:
        """Begin to format. A server without a worker is a server all the same."""
        await self._begin()
        self._serving = asyncio.get_running_loop().create_task(self._serve())

    async def stop(self) -> None:
        """End the worker; what still waits is shown as it was typed, and so is all that comes later."""
        serving, self._serving = self._serving, None
        if serving is not None:
            serving.cancel()
            await asyncio.wait([serving])
        if self._worker is not None:
            await self._worker.end()
        while self._jobs:
            _settle(self._jobs.take()[1], None)

    def marked(self, text: str) -> bool:
        """Whether a text might have formatting."""
        return marks.marked(text)

    async def html(self, text: str, whose: str) -> str | None:
        """The formatted text; None where it is but a text, or where it can't be had in time."""
        if self._serving is None or len(text) > TEXT_MAX:
            return None
        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        # What cannot be encoded is refused when it is to be stored, with a sentence about it.
        if not self._jobs.put(whose, (text.encode(errors="replace"), answer)):
            self._metrics.formatted["late"] += 1
            return None
        self._more.set()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await answer
        except TimeoutError:
            self._metrics.formatted["late"] += 1
            return None

    async def _serve(self) -> None:
        while True:
            self._more.clear()
            while self._jobs:
                text, answer = self._jobs.take()
                if answer.done():  # who asked has given up
                    continue
                try:
                    _settle(answer, await self._format(text))
                finally:
                    _settle(answer, None)
            await self._more.wait()

    async def _format(self, text: bytes) -> str | None:
        if self._worker is None:
            await self._begin()
        if self._worker is None:
            self._metrics.formatted["failed"] += 1
            return None
        try:
            answer = await self._worker.answer(text)
        except WorkerGone:
            await self._bury(self._worker)
            return None
        if answer.startswith(FAILED):
            log.warning("a text could not be formatted", extra={"error": answer[1:].decode()})
            self._metrics.formatted["failed"] += 1
            return None
        formatted = answer.startswith(FORMATTED)
        self._metrics.formatted["formatted" if formatted else "plain"] += 1
        return answer[1:].decode() if formatted else None

    async def _begin(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._start_at:
            return
        try:
            self._worker = await Worker.start()
        except WorkerGone:
            self._start_at = now + RESTART_SECONDS
            log.error("no worker comes up to format texts: they are shown as they were typed")

    async def _bury(self, worker: Worker) -> None:
        """It took too long for a text, and the system ended it; or something is wrong with it."""
        self._worker = None
        self._metrics.formatted["failed"] += 1
        log.warning("the worker that formats texts has ended", extra={"status": await worker.end()})


def _settle(answer: asyncio.Future[str | None], html: str | None) -> None:
    if not answer.done():
        answer.set_result(html)
