"""A database: transactions on threads of its own, so that no statement ever waits on the event loop.

Reads have a few threads; writes go through the journal, which has one. SQLite runs in WAL, so that readers and the
writer do not wait for each other.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, exc

from service.chat.door import Answer
from service.chat.errors import Code, Refusal
from service.chat.messages import Posted, PostMessage
from service.chat.ports import Clock, Transaction
from service.chat.screening import Screen
from service.storage.engine import READERS
from service.storage.journal import Deliver, Journal, Observe
from service.storage.transaction import SqlTransaction

T = TypeVar("T")

SHED_WAIT_MS = 100  # for who reads an older state
READS_AT_ONCE = 64  # reads that one wake-up of the loop answers at most

log = logging.getLogger("folkmoot.database")

_Job = tuple[Callable[[Transaction], Any], "asyncio.Future[Any]"]
_Answer = tuple["asyncio.Future[Any]", Any, Exception | None]


class SqlDatabase:
    """The way to transactions, for the event loop. Without ``screen`` nothing is said in a room that has filters."""

    def __init__(self, engine: Engine, clock: Clock, observe: Observe, screen: Screen | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._journal = Journal(engine, clock, observe, screen)
        self._reads: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, deliver: Deliver) -> None:
        """Begin to read and write on behalf of the running loop."""
        self._loop = asyncio.get_running_loop()
        self._journal.start(deliver)
        for number in range(READERS):
            thread = threading.Thread(target=self._read, name=f"reader-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    async def stop(self) -> None:
        """Commit what waits, end the threads, close the connections."""
        await self._journal.stop()
        threads, self._threads = self._threads, []
        for _ in threads:
            self._reads.put(None)
        for thread in threads:
            await asyncio.to_thread(thread.join)
        self._engine.dispose()

    @property
    def alive(self) -> bool:
        """Whether all threads run."""
        return self._journal.alive and all(thread.is_alive() for thread in self._threads)

    async def write(self, fn: Callable[[Transaction], T], then: Callable[[T], None] | None = None) -> T:
        """Run ``fn`` in a transaction, and answer when it is on disk; ``then`` hears of it before anybody else."""
        return await self._journal.write(fn, then)

    async def read(self, fn: Callable[[Transaction], T]) -> T:
        """Run ``fn`` in a transaction that sees one state and changes nothing."""
        if self._loop is None or not self._threads:
            raise Refusal(Code.UNAVAILABLE, "The database is not open.", retry_after=1.0)
        future: asyncio.Future[T] = self._loop.create_future()
        self._reads.put((fn, future))
        return await future

    async def shed(self) -> None:
        """Have SQLite's own log written back and cut off: until it is written over, it has what was changed as it was.
        While somebody reads an older state that can't be done; then that comes with time."""
        await asyncio.to_thread(self._cut_log)

    def post(self, post: PostMessage, answer: Answer) -> None:
        """Store a message; ``answer`` is called with what became of it."""
        self._journal.post(post, answer)

    async def posted(self, post: PostMessage) -> Posted:
        """Store a message, and wait for it."""
        return await self._journal.posted(post)

    def _cut_log(self) -> None:
        try:
            connection = self._engine.raw_connection()
        except exc.SQLAlchemyError:
            log.info("the database's own log was not cut off: all connections are in use")
            return
        try:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {SHED_WAIT_MS}")  # nobody can write while this waits
            (held, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if held:
                log.info("the database's own log was not cut off: somebody reads an older state")
        finally:
            connection.invalidate()  # the next one is set to what all others are set to
            connection.close()

    # On a reading thread

    def _read(self) -> None:
        assert self._loop is not None  # noqa: S101  set by start
        connection: Connection | None = None
        ended = False
        while not ended and (job := self._reads.get()) is not None:
            jobs = [job, *self._more()]
            ended = None in jobs
            answers: list[_Answer] = []
            try:
                connection = connection or self._engine.connect().execution_options(reading=True)
                with connection.begin():
                    self._answer(connection, [job for job in jobs if job is not None], answers)
            except exc.SQLAlchemyError:
                log.exception("%d reads found no database", len(jobs) - len(answers))
                away = Refusal(Code.UNAVAILABLE, "The database can't be read right now.", retry_after=1.0)
                answers += [(job[1], None, away) for job in jobs[len(answers) :] if job is not None]
                if connection is not None:
                    connection.invalidate()  # the next reads begin on a new one
                    connection.close()
                    connection = None
            self._loop.call_soon_threadsafe(_resolve, answers)
        if connection is not None:
            connection.close()

    def _more(self) -> list[_Job | None]:
        """What else waits: one turn of the loop answers it all."""
        jobs: list[_Job | None] = []
        try:
            while len(jobs) < READS_AT_ONCE and None not in jobs:
                jobs.append(self._reads.get_nowait())
        except Empty:
            pass
        return jobs

    def _answer(self, connection: Connection, jobs: list[_Job], answers: list[_Answer]) -> None:
        for fn, future in jobs:
            try:
                answers.append((future, fn(SqlTransaction(connection, self._clock())), None))
            except exc.OperationalError:
                raise  # the database itself, which is found out by the first statement and not by BEGIN
            except Exception as error:  # its caller's to handle
                answers.append((future, None, error))


def _resolve(answers: list[_Answer]) -> None:
    for future, answer, error in answers:
        if future.cancelled():
            continue
        if error is None:
            future.set_result(answer)
        else:
            future.set_exception(error)
