"""Posting into a long log: whole batches through the journal, as they come from the sockets."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator

from scripts.scale.reads import World
from scripts.scale.town import HUGE, ROOMS, TALKERS, signed_in
from service.chat.messages import PostMessage, Ruling
from service.storage.database import SqlDatabase
from service.storage.engine import open_engine

BATCH = 50  # messages: one of each talker, half of them in the huge room
TEXT = "the words of one message, about as long as a person's message is on most days"

_HEADS = "SELECT seq, at, said, room_id FROM heads"
_TAKE_BACK = "DELETE FROM events WHERE room_id = ? AND seq > ?"
_HEAD = "UPDATE heads SET seq = ?, at = ?, said = ? WHERE room_id = ?"
_TALKER_IN = (
    "SELECT users.username FROM members JOIN users ON users.id = members.user_id"
    " JOIN rooms ON rooms.id = members.room_id WHERE rooms.slug = ? AND users.username LIKE 'user-%'"
    " ORDER BY users.username LIMIT 1"
)


class Posting:
    """Batches of posts into one log."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._count = itertools.count()
        with world.engine.connect().execution_options(reading=True) as connection, connection.begin():
            run = connection.exec_driver_sql
            self._heads = [tuple(row) for row in run(_HEADS)]
            rooms = [f"room-{number:03d}" for number in range(1, ROOMS)][: BATCH // 2]
            talkers = [(slug, run(_TALKER_IN, (slug,)).scalar_one()) for slug in rooms]
        talkers += [(HUGE, f"user-{TALKERS - 1 - number:04d}") for number in range(BATCH - len(talkers))]
        self._talkers = [(slug, signed_in(world.engine, name, world.now)) for slug, name in talkers]
        self._rulings: dict[int, Ruling | None] = {}

    async def batches(self, count: int) -> list[int]:
        """How long each of so many batches took (ns), on a new connection."""
        self._rulings.clear()
        engine = open_engine(self._world.engine.url.render_as_string(hide_password=False))
        database = SqlDatabase(engine, lambda: self._world.now, lambda *_: None)
        database.start(lambda events, changes, told: None)
        try:
            await database.write(lambda tx: tx.authority.version())  # the connection is there, and knows the schema
            return [await self._batch(database) for _ in range(count)]
        finally:
            await database.stop()

    async def _batch(self, database: SqlDatabase) -> int:
        posts = list(self._posts())
        began = time.perf_counter_ns()
        outcomes = await asyncio.gather(*map(database.posted, posts))
        took = time.perf_counter_ns() - began
        assert all(not outcome.duplicate for outcome in outcomes)  # noqa: S101
        self._rulings = {place: post.ruling for place, post in enumerate(posts)}
        return took

    def _posts(self) -> Iterator[PostMessage]:
        for place, (slug, credential) in enumerate(self._talkers):
            nonce = f"{self._world.now:x}-{next(self._count):06x}"
            yield PostMessage(credential, slug, TEXT, nonce, ruling=self._rulings.get(place))

    def take_back(self) -> None:
        """Take out of the log what was posted."""
        with self._world.engine.begin() as connection:
            for seq, at, said, room_id in self._heads:
                connection.exec_driver_sql(_TAKE_BACK, (room_id, seq))
                connection.exec_driver_sql(_HEAD, (seq, at, said, room_id))
