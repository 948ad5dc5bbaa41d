"""The search index, for the event loop: one thread lets it follow the log, a few answer what is asked of it.

Nobody tells it what is said. It looks once a second, and whenever somebody searches, whether any log has gone on: so
posting pays nothing for being searchable but what the machine has left, and what another process writes is found too.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from service.chat.errors import Code, Refusal
from service.chat.stores.search import Excerpt, Hit, Wanted
from service.storage.search import file
from service.storage.search.building import Behind, Building
from service.storage.search.finding import Finding

T = TypeVar("T")

LOOK_SECONDS = 1.0  # between two looks at the log
AGAIN_SECONDS = 5.0  # until the next attempt, if the index could not be written
PATIENCE_SECONDS = 0.3  # that a search waits for what was said just before
ASKING = 3  # threads that ask: one more than one person can occupy
WAITING_MAX = 64  # questions that may wait; beyond that the answer is `unavailable`
RETRY_SECONDS = 1.0
NICENESS = 10  # of the thread that follows: who is talking comes first
TELL_EVERY = 0.1  # of the log: how often the building of an index is told of

log = logging.getLogger("folkmoot.search")


class SqliteSearchIndex:
    """The index in ``folder``, of the database at ``database``."""

    def __init__(self, folder: Path, database: Path) -> None:
        self._path = folder / file.SEARCH_FILE
        self._database = database
        self._missing = file.missing()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._follower: threading.Thread | None = None
        self._wake = threading.Condition()
        self._waiting: list[asyncio.Future[bool]] = []  # for the next look at the log
        self._stopping = False
        self._damaged = False
        self._generation = 0  # of the file: who asks opens a new one
        self._threads: ThreadPoolExecutor | None = None
        self._mine = threading.local()
        self._opened: list[Finding] = []
        self._asked = 0
        self._told = 1.0  # how much of the log the index had, when that was logged last

    def start(self) -> None:
        """Begin to follow the log, on behalf of the running loop."""
        self._loop = asyncio.get_running_loop()
        if self._missing is not None:
            log.warning("there is no search: %s", self._missing)
            return
        self._stopping = False
        self._threads = ThreadPoolExecutor(ASKING, thread_name_prefix="search")
        self._follower = threading.Thread(target=self._follow, name="search-index", daemon=True)
        self._follower.start()

    async def stop(self) -> None:
        """End the threads. What is not indexed yet is the next time."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._follower is not None:
            await asyncio.to_thread(self._follower.join)
        if self._threads is not None:
            await asyncio.to_thread(self._threads.shutdown)
        for finding in self._opened:
            finding.close()
        self._opened.clear()
        self._mine = threading.local()
        self._threads = self._follower = None

    # On the event loop

    async def caught_up(self) -> bool:
        """Wait a moment for what was committed before; whether all of the log is in the index."""
        if self._threads is None or self._loop is None:
            return False
        looked: asyncio.Future[bool] = self._loop.create_future()
        with self._wake:
            self._waiting.append(looked)
            self._wake.notify()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await looked
        except TimeoutError:
            return False

    async def newest(self, wanted: Wanted, below: int | None, limit: int) -> list[Hit]:
        """What fits, the latest first, with keys lower than ``below``."""
        return await self._ask(lambda finding: finding.newest(wanted, below, limit))

    async def best(self, wanted: Wanted, below: int | None, first: int, limit: int) -> tuple[list[Hit], int]:
        """What fits best among the latest that fit, ``first`` of them passed over; and a key above all of those."""
        return await self._ask(lambda finding: finding.best(wanted, below, first, limit))

    async def excerpts(self, wanted: Wanted, texts: Mapping[int, str]) -> dict[int, Excerpt]:
        """What to show of these texts; one that does not fit is left out."""
        return await self._ask(lambda finding: finding.excerpts(wanted, texts))

    async def _ask(self, question: Callable[[Finding], T]) -> T:
        if self._missing is not None:
            raise Refusal(Code.UNAVAILABLE, f"This server can't be searched: {self._missing}.")
        if self._threads is None or self._loop is None or self._asked >= WAITING_MAX:
            raise Refusal(Code.UNAVAILABLE, "Too many people are searching right now.", retry_after=RETRY_SECONDS)
        self._asked += 1
        try:
            return await self._loop.run_in_executor(self._threads, self._answer, question)
        finally:
            self._asked -= 1

    # On a thread that asks

    def _answer(self, question: Callable[[Finding], T]) -> T:
        try:
            return question(self._finding())
        except sqlite3.OperationalError as error:
            self._let_go()
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                sentence = "That would take too long: name a room with in:, or a time with after:."
                raise Refusal(Code.UNAVAILABLE, sentence) from None
            log.warning("the search index can't be read", exc_info=True)
            raise _not_now() from None
        except sqlite3.DatabaseError:
            self._let_go()
            log.warning("the search index is damaged", exc_info=True)
            with self._wake:
                self._damaged = True
                self._wake.notify()
            raise _not_now() from None

    def _finding(self) -> Finding:
        """This thread's way to the index, as long as that is the same file."""
        found: tuple[int, Finding] | None = getattr(self._mine, "finding", None)
        if found is not None and found[0] == self._generation:
            return found[1]
        self._let_go()
        generation = self._generation
        finding = Finding(file.open_to_read(self._path))
        self._mine.finding = generation, finding
        self._opened.append(finding)
        return finding

    def _let_go(self) -> None:
        found: tuple[int, Finding] | None = getattr(self._mine, "finding", None)
        self._mine.finding = None
        if found is not None:
            found[1].close()
            self._opened.remove(found[1])

    # On the thread that follows

    def _follow(self) -> None:
        _step_back()
        building: Building | None = None
        while not self._stopping:
            pause = LOOK_SECONDS
            try:
                if building is None or self._damaged:
                    building = self._reopened(building)
                pause = self._look(building)
            except (sqlite3.OperationalError, OSError):
                log.warning("the search index can't be written", exc_info=True)
                _close(building)
                building, pause = None, AGAIN_SECONDS
            except sqlite3.DatabaseError:
                log.warning("the search index is damaged, and is built anew", exc_info=True)
                self._damaged = True
                _close(building)
                building = None
            self._rest(pause)
        _close(building)
        self._resolve(self._taken(), complete=False)

    def _reopened(self, building: Building | None) -> Building:
        _close(building)
        if self._damaged:
            file.throw_away(self._path)
        opened = Building(file.open_to_write(self._path, self._database))
        self._damaged = False
        self._generation += 1
        return opened

    def _look(self, building: Building) -> float:
        """Take in one piece of what is missing; how long to rest after it."""
        waiting = self._taken()
        behind: list[Behind] = []
        erased = building.erased()  # before what is missing: who is erased by then is missing nowhere
        try:
            behind = building.behind()
            if behind:
                building.step(behind)
                behind = building.behind()
        finally:
            self._resolve(waiting, complete=not behind)
        self._tell(building, behind)
        if behind:
            return 0.0
        return LOOK_SECONDS if not erased or building.purge(erased) else 0.0

    def _tell(self, building: Building, behind: list[Behind]) -> None:
        """Say how far it has come, where a good part of the log was missing."""
        done = building.progress() if behind else 1.0
        if abs(done - self._told) >= TELL_EVERY or (self._told < done == 1.0):
            log.info("search index: %d%% of the log", int(done * 100))
            self._told = done

    def _rest(self, seconds: float) -> None:
        with self._wake:
            if not (self._waiting or self._stopping):
                self._wake.wait(seconds)

    def _taken(self) -> list[asyncio.Future[bool]]:
        with self._wake:
            waiting, self._waiting = self._waiting, []
        return waiting

    def _resolve(self, waiting: list[asyncio.Future[bool]], *, complete: bool) -> None:
        if waiting and self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                self._loop.call_soon_threadsafe(_answer_all, waiting, complete)


def _answer_all(waiting: list[asyncio.Future[bool]], complete: bool) -> None:
    for future in waiting:
        if not future.done():
            future.set_result(complete)


def _close(building: Building | None) -> None:
    if building is not None:
        building.close()


def _step_back() -> None:
    """Only Linux has a niceness for each thread; elsewhere it would be the whole server's."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _not_now() -> Refusal:
    return Refusal(Code.UNAVAILABLE, "The search index can't be read right now.", retry_after=RETRY_SECONDS)
