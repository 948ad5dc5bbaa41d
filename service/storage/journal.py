"""The journal: every change goes through it, in one order, and everything that waits is committed together.

One thread writes. While it commits a batch, what comes in waits in a list; when the commit is done, the next batch is
handed over first and only then are the answers given and the events delivered, so that the disk and the sockets work
at the same time. An answer means that the transaction is on disk (``synchronous=FULL``).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, exc

from service.chat.door import Answer
from service.chat.errors import Code, Refusal
from service.chat.events import AuthorityChanged, Event, Told
from service.chat.messages import Posted, PostMessage
from service.chat.ports import Clock, Transaction
from service.chat.screening import Screen
from service.storage import posting
from service.storage.transaction import SqlTransaction

T = TypeVar("T")

BATCH_MAX = 1_000  # entries in one transaction
WAITING_MAX = 20_000  # entries that may wait; beyond that the answer is `unavailable`
RETRY_SECONDS = 1.0  # when to come back after `unavailable`

log = logging.getLogger("folkmoot.journal")

Deliver = Callable[[list[Event], list[AuthorityChanged], list[Told]], None]
"""Takes what a commit appended, changed and told, on the event loop, in the order of the commits."""

Observe = Callable[[int, int, float], None]
"""Takes note of a commit: how many entries it had, how many messages it stored, and how many seconds it took."""


@dataclass(slots=True)
class _Post:
    """A message to be stored, and who wants to know."""

    post: PostMessage
    answer: Answer


@dataclass(slots=True)
class _Write:
    """A function to be run in the transaction, and who awaits its answer."""

    fn: Callable[[Transaction], Any]
    future: asyncio.Future[Any]
    then: Callable[[Any], None] | None = None


@dataclass(slots=True)
class _Committed:
    """What became of a batch: an outcome for each entry, and what is to be delivered."""

    entries: list[_Post | _Write]
    outcomes: list[Any]
    events: list[Event] = field(default_factory=list)
    changes: list[AuthorityChanged] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    posts: int = 0
    seconds: float = 0.0


def _unavailable() -> Refusal:
    return Refusal(Code.UNAVAILABLE, "The database can't be written to right now.", retry_after=RETRY_SECONDS)


class Journal:
    """The one writer of a database."""

    def __init__(self, engine: Engine, clock: Clock, observe: Observe, screen: Screen | None) -> None:
        self._engine = engine
        self._clock = clock
        self._observe = observe
        self._screen = screen
        self._deliver: Deliver = lambda events, changes, told: None
        self._waiting: list[_Post | _Write] = []
        self._batches: SimpleQueue[list[_Post | _Write] | None] = SimpleQueue()
        self._busy = False
        self._scheduled = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, deliver: Deliver) -> None:
        """Begin to write, on behalf of the running loop; ``deliver`` takes what is committed."""
        self._loop = asyncio.get_running_loop()
        self._deliver = deliver
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Commit what waits, and end the thread."""
        while self._busy or self._waiting:
            await asyncio.sleep(0)
            with contextlib.suppress(Refusal):  # full, or not to be committed: then that was the answer to what waited
                await self.write(lambda tx: None)
        thread, self._thread = self._thread, None
        if thread is not None:
            self._batches.put(None)
            await asyncio.to_thread(thread.join)

    @property
    def alive(self) -> bool:
        """Whether the writing thread runs."""
        return self._thread is not None and self._thread.is_alive()

    # On the event loop

    def post(self, post: PostMessage, answer: Answer) -> None:
        """Store a message; ``answer`` is called with what became of it."""
        if len(self._waiting) >= WAITING_MAX or self._thread is None:
            # Not at once: whoever sends the next post from the answer to this one would never come to an end.
            asyncio.get_running_loop().call_soon(answer, post, _unavailable())
            return
        self._take(_Post(post, answer))

    async def posted(self, post: PostMessage) -> Posted:
        """Store a message, and wait for it."""
        future: asyncio.Future[Posted] = asyncio.get_running_loop().create_future()

        def answer(_: PostMessage, outcome: Posted | Exception) -> None:
            if future.cancelled():
                return
            if isinstance(outcome, Posted):
                future.set_result(outcome)
            else:
                future.set_exception(outcome)

        self.post(post, answer)
        return await future

    async def write(self, fn: Callable[[Transaction], T], then: Callable[[T], None] | None = None) -> T:
        """Run ``fn`` in a transaction; what it answers when that is committed. An exception undoes all it did.

        Whoever awaits this goes on in a later turn of the loop, when the events have been delivered; ``then`` is called
        with the answer before they are.
        """
        if len(self._waiting) >= WAITING_MAX or self._thread is None:
            raise _unavailable()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._take(_Write(fn, future, then))
        return await future

    def _take(self, entry: _Post | _Write) -> None:
        self._waiting.append(entry)
        if not self._busy and not self._scheduled:
            # Not at once: what else arrives in this turn of the loop goes into the same transaction.
            self._scheduled = True
            assert self._loop is not None  # noqa: S101  set by start
            self._loop.call_soon(self._hand_over)

    def _hand_over(self) -> None:
        self._scheduled = False
        if self._busy or not self._waiting:
            return
        if len(self._waiting) <= BATCH_MAX:
            batch, self._waiting = self._waiting, []
        else:
            batch, self._waiting = self._waiting[:BATCH_MAX], self._waiting[BATCH_MAX:]
        self._busy = True
        self._batches.put(batch)

    def _committed(self, done: _Committed) -> None:
        self._busy = False
        self._hand_over()
        self._observe(len(done.entries), done.posts, done.seconds)
        for entry, outcome in zip(done.entries, done.outcomes, strict=True):
            if isinstance(entry, _Post):
                _answer(entry, outcome)
            elif not entry.future.cancelled():
                if isinstance(outcome, _Failed):
                    entry.future.set_exception(outcome.error)
                else:
                    _hear(entry, outcome)
                    entry.future.set_result(outcome)
        if done.events or done.changes or done.told:
            self._deliver(done.events, done.changes, done.told)

    # On the writing thread

    def _write(self) -> None:
        assert self._loop is not None  # noqa: S101  set by start
        connection: Connection | None = None
        while (batch := self._batches.get()) is not None:
            started = time.perf_counter()
            try:
                connection = connection or self._engine.connect()
                done = self._commit(connection, batch)
            except Exception as error:  # whatever it is, the thread must go on and everyone must get an answer
                if connection is not None:
                    connection.invalidate()  # the next batch begins on a new one
                    connection = None
                log.exception("a batch of %d was not committed", len(batch))
                away = isinstance(error, exc.SQLAlchemyError | self._engine.dialect.loaded_dbapi.Error)
                refusal = _unavailable() if away else Refusal(Code.INTERNAL)
                done = _Committed(batch, [refusal if isinstance(entry, _Post) else _Failed(refusal) for entry in batch])
            done.seconds = time.perf_counter() - started
            self._loop.call_soon_threadsafe(self._committed, done)
        if connection is not None:
            connection.close()

    def _commit(self, connection: Connection, batch: list[_Post | _Write]) -> _Committed:
        done = _Committed(batch, [])
        with connection.begin():
            now = self._clock()
            at = 0
            while at < len(batch):
                entry = batch[at]
                if isinstance(entry, _Write):
                    done.outcomes.append(self._run(connection, now, entry, done))
                    at += 1
                else:
                    posts = self._posts_from(batch, at)
                    tx = SqlTransaction(connection, now)
                    done.outcomes += posting.store(tx, posts, self._screen)
                    done.events += tx.appended
                    done.told += tx.told
                    done.posts += len(tx.appended)
                    at += len(posts)
        return done

    @staticmethod
    def _posts_from(batch: list[_Post | _Write], at: int) -> list[PostMessage]:
        """The posts that stand together from ``at`` on: order is kept across posts and writes."""
        posts = []
        for entry in batch[at:]:
            if not isinstance(entry, _Post):
                break
            posts.append(entry.post)
        return posts

    @staticmethod
    def _run(connection: Connection, now: int, entry: _Write, done: _Committed) -> Any:
        savepoint = connection.begin_nested()
        tx = SqlTransaction(connection, now)
        try:
            answer = entry.fn(tx)
        except exc.OperationalError:
            raise  # the database itself: the whole transaction is in doubt
        except Exception as error:
            savepoint.rollback()
            return _Failed(error)
        savepoint.commit()
        done.events += tx.appended
        done.told += tx.told
        change = tx.authority.change()
        if change is not None:
            done.changes.append(change)
        return answer


def _answer(entry: _Post, outcome: Posted | Exception) -> None:
    try:
        entry.answer(entry.post, outcome)
    except Exception:  # one connection's trouble must not keep the others from their answers, and all from the events
        log.exception("the answer to a post was not taken")


def _hear(entry: _Write, outcome: Any) -> None:
    if entry.then is None:
        return
    try:
        entry.then(outcome)
    except Exception:  # as above
        log.exception("the answer to a write was not taken")


@dataclass(slots=True)
class _Failed:
    """A write that raised; its caller gets the exception."""

    error: Exception
