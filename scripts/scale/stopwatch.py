"""Taking the time of reads and of posts, with the logs in turn: whatever else the machine does then befalls both."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from scripts.benchmark.window import share_ms
from scripts.scale.posts import Posting
from scripts.scale.reads import Question, Read, World
from service.storage.transaction import SqlTransaction

PLACES = 40  # of a log that are read
ROUNDS = 5  # in which each place is read once; one more before them warms up
COLD = 20  # places that are read on a connection of their own
BATCHES = 60  # of posts
NEW_BATCHES = 10  # of posts, each the first of its connection


@dataclass(frozen=True, slots=True)
class Took:
    """How long something took, in ms."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was measured, for each log: again and again on one connection, and on new ones."""

    title: str
    warm: tuple[Took, ...]
    cold: tuple[Took, ...]


def time_read(read: Read, worlds: Sequence[World]) -> Line:
    """The same parts of each log are read."""
    fate = random.Random(4)
    places = [0.1 + 0.8 * fate.random() for _ in range(PLACES)]
    questions = [_prepared(read, world, places) for world in worlds]
    warm: list[list[int]] = [[] for _ in worlds]
    cold: list[list[int]] = [[] for _ in worlds]
    connections = [world.engine.connect().execution_options(reading=True) for world in worlds]
    try:
        for number in range(ROUNDS + 1):
            for world, connection, asked, took in zip(worlds, connections, questions, warm, strict=True):
                taken = [_time(world, connection, question) for question in asked]
                took += taken if number else []
    finally:
        for connection in connections:
            connection.close()
    for at in range(COLD):
        for world, asked, took in zip(worlds, questions, cold, strict=True):
            with _new_connection(world) as connection:
                took.append(_time(world, connection, asked[at]))
    return Line(read.title, _all_took(warm), _all_took(cold))


def time_posts(title: str, worlds: Sequence[World], posting: Callable[[World], Posting]) -> Line:
    """Batches through the journal. What they have added is taken out again."""
    postings = [posting(world) for world in worlds]
    warm: list[list[int]] = [[] for _ in worlds]
    cold: list[list[int]] = [[] for _ in worlds]
    for one, first, all_ in zip(postings, cold, warm, strict=True):
        try:
            first += [asyncio.run(one.batches(1))[0] for _ in range(NEW_BATCHES)]
            all_ += asyncio.run(one.batches(BATCHES + 1))[1:]
        finally:
            one.take_back()
    return Line(title, _all_took(warm), _all_took(cold))


def _prepared(read: Read, world: World, places: Sequence[float]) -> list[Question]:
    with world.engine.connect().execution_options(reading=True) as connection, connection.begin():
        tx = SqlTransaction(connection, world.now)
        return [read.prepare(world, tx, place) for place in places]


def _time(world: World, connection: Connection, question: Question) -> int:
    """One transaction, as a reading thread of the server makes it (ns)."""
    began = time.perf_counter_ns()
    with connection.begin():
        question(SqlTransaction(connection, world.now))
    return time.perf_counter_ns() - began


@contextmanager
def _new_connection(world: World) -> Iterator[Connection]:
    """One whose page cache is empty; only the schema has been read."""
    with world.engine.connect().execution_options(reading=True) as connection:
        connection.invalidate()
    with world.engine.connect().execution_options(reading=True) as connection:
        with connection.begin():
            SqlTransaction(connection, world.now).authority.version()
        yield connection


def _all_took(found: Sequence[Sequence[int]]) -> tuple[Took, ...]:
    return tuple(Took(share_ms(sorted(one), 0.5), share_ms(sorted(one), 0.95)) for one in found)
