"""Everybody who is connected to this node: their rooms, their sessions, and what a commit means to them.

The journal hands over what was committed, in order; the hub gives each room's part to its manager, and looks again at
whoever's rights changed. A second process on the same database (the command line) is noticed by the beacon.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from service.chat.door import Door
from service.chat.errors import Code, Refusal
from service.chat.events import AuthorityChanged, Event, Told
from service.chat.ports import Database, Transaction
from service.chat.replay import ReadOn
from service.live.admissions import Admissions
from service.live.connection import Connection
from service.live.connections import Connections
from service.live.encoder import Encoder, JsonEncoder, LineEncoder
from service.live.heart import Heart
from service.live.outbox import Tick
from service.live.presence import TELL_SECONDS
from service.live.reads import Reads
from service.live.registry import RETRY_SECONDS, HubLimits, Registry
from service.live.reviews import Reviews
from service.live.room_manager import RoomManager
from service.live.subscription import Subscription
from service.live.terms import Terms
from service.watch.metrics import Metrics
from service.wire import codecs
from service.wire.closes import Close

BEACON_SECONDS = 1.0  # between two looks at what other processes did to the database
GIVE_UP_SECONDS = 30.0  # without a database, until sockets are closed
BEGIN_ANEW_SECONDS = 5.0  # over which the listeners of rooms are sent off whose log has become another one
DRAIN_BATCHES = 20  # in which sockets are sent off at a stop
RECONNECT_MIN_MS, RECONNECT_MAX_MS = 500, 5_000  # when they are told to come back: spread, so that they don't stampede

log = logging.getLogger("folkmoot.hub")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a look at the database found: the version of everybody's rights, whose have changed (users, sessions,
    rooms), where the rooms' logs stand, and, where something has changed, which logs those are."""

    version: int
    changed: tuple[set[int], set[str], set[int]] | None
    heads: dict[int, int]
    epochs: dict[int, str]


class Hub:
    """The live side of one node."""

    def __init__(self, database: Database, door: Door, terms: Terms, limits: HubLimits, metrics: Metrics) -> None:
        self.door = door
        self.terms = terms
        self.metrics = metrics
        self.encoders: dict[str, Encoder] = {
            "json": JsonEncoder(),
            "msgpack": Encoder(codecs.MSGPACK),
            "text": LineEncoder(),
        }
        self.draining = False
        self.admissions = Admissions(database, terms.now)
        self._database = database
        self.registry = Registry(limits)
        self.connections = Connections(self.registry, self.room, door, terms)
        self.reviews = Reviews(database, self.registry, self.admissions, self.spawn, metrics, terms.now)
        self.reads = Reads(database, door, self.registry, self.room, self.spawn)
        self._rooms: dict[str, RoomManager] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._news: set[RoomManager] = set()
        metrics.connections = lambda: len(self.registry)
        metrics.rooms = lambda: len(self._rooms)

    def start(self) -> None:
        """Begin to serve on the running loop."""
        self.loop = asyncio.get_running_loop()
        self.tick = Tick(self.loop)
        self.spawn(self._beacon())
        self.spawn(Heart(self.registry, self.terms).beat())

    async def stop(self) -> None:
        """Close what is still open, and end what runs beside."""
        for connection in self.registry:
            connection.close(Close.RESTART)
        await self.reads.stop()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside; what it raises is logged."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a task of the hub failed", exc_info=task.exception())

    # Connections

    def check_room_for(self, user_id: int, address: str) -> None:
        """Raise the refusal where one more socket would be one too many."""
        if self.draining:
            raise Refusal(Code.UNAVAILABLE, "The server is about to restart.", retry_after=RETRY_SECONDS)
        self.registry.check_room_for(user_id, address)

    def add(self, connection: Connection) -> None:
        """A connection was let in."""
        self.registry.add(connection)

    def remove(self, connection: Connection) -> None:
        """A connection is gone."""
        self.registry.remove(connection)

    def moved(self, connection: Connection, sid: str) -> None:
        """A connection belongs to another session from now on."""
        self.registry.moved(connection, sid)

    # Rooms

    def open(self, slug: str) -> RoomManager:
        """The manager of a room that somebody is about to enter; ``release`` it when they have, or have not."""
        manager = self._rooms.get(slug)
        if manager is None:
            manager = self._rooms[slug] = RoomManager(
                slug, self._read_on, self.spawn, self._told_of, self.tick, self.metrics
            )
        manager.opening += 1
        return manager

    def release(self, manager: RoomManager) -> None:
        """The entering that ``open`` began is over."""
        manager.opening -= 1
        self.retire(manager)

    def retire(self, manager: RoomManager) -> None:
        """Forget a room that nobody listens to."""
        if manager.idle and self._rooms.get(manager.slug) is manager:
            del self._rooms[manager.slug]

    def room(self, slug: str) -> RoomManager | None:
        """The manager of a room that somebody listens to."""
        return self._rooms.get(slug)

    async def _read_on(self, slug: str, after: int, limit: int) -> list[Event]:
        return await self._database.read(ReadOn(slug, after, limit).read)

    def _told_of(self, manager: RoomManager) -> None:
        if not self._news:
            self.loop.call_later(TELL_SECONDS, self._tell_presence)
        self._news.add(manager)

    def _tell_presence(self) -> None:
        news, self._news = self._news, set()
        for manager in news:
            manager.tell_presence()
            self.retire(manager)

    # What a commit means

    def deliver(self, events: list[Event], changes: list[AuthorityChanged], told: list[Told]) -> None:
        """Take what was committed: called by the journal, in the order of the commits."""
        for change in changes:  # before the events: whose session has ended need not wait until a full room was told
            self.reviews.heard(change)
        if len(events) == 1:
            manager = self._rooms.get(events[0].room)
            if manager is not None:
                manager.deliver(events)
        else:
            by_room: dict[str, list[Event]] = {}
            for event in events:
                if event.room in self._rooms:
                    by_room.setdefault(event.room, []).append(event)
            for slug, part in by_room.items():
                self._rooms[slug].deliver(part)
        for encoder in self.encoders.values():
            encoder.forget()
        for news in told:
            self._tell(news)

    def _tell(self, told: Told) -> None:
        """Say something to some users, on their connections; encoded once for each codec in use."""
        frames: dict[Encoder, bytes] = {}
        for connection in self.registry.of(told.users, ()):
            if connection.concerned(told):
                encoder = connection.encoder
                if encoder not in frames:
                    frames[encoder] = encoder.news(told.news)
                connection.tell(frames[encoder])

    def _begin_anew(self, misled: Sequence[Subscription]) -> None:
        """The log that these hear is another one than it was, and they may hold what is not in it: they connect again,
        and are shown what there is."""
        leaving = {sub.listener for sub in misled}
        if leaving:
            log.info("listeners of a room begin anew", extra={"connections": len(leaving)})
            connections = [connection for connection in self.registry if connection in leaving]
            self.spawn(self._send_off(connections, BEGIN_ANEW_SECONDS))

    async def drain(self, seconds: float) -> None:
        """Let nobody in any more, and send everybody off."""
        self.draining = True
        await self._send_off(list(self.registry), seconds)

    async def _send_off(self, leaving: Sequence[Connection], seconds: float) -> None:
        """Send connections off in batches, each told when to come back."""
        batches = max(1, min(DRAIN_BATCHES, len(leaving)))
        for number in range(batches):
            for connection in leaving[number::batches]:
                connection.restarting(random.randint(RECONNECT_MIN_MS, RECONNECT_MAX_MS))  # noqa: S311 - jitter
            if number + 1 < batches:
                await asyncio.sleep(seconds / batches)

    # What other processes do to the database

    async def _beacon(self) -> None:
        lost_at: float | None = None
        while True:
            try:
                await self._look_around()
                lost_at = None
            except Refusal:
                now = self.loop.time()
                lost_at = now if lost_at is None else lost_at
                self.admissions.forget_all()  # what others do can't be seen
                if now - lost_at > GIVE_UP_SECONDS:
                    for connection in self.registry:
                        connection.close(Close.OVERLOAD)
            except Exception:  # the beacon must not go out: without it nothing that others do is noticed
                log.exception("a look at the database failed")
            await asyncio.sleep(BEACON_SECONDS)

    async def _look_around(self) -> None:
        known = self.reviews.version
        rooms = {room.room_id: room for room in self._rooms.values() if room.room_id is not None}
        mixed = [room_id for room_id, room in rooms.items() if room.mixed]

        def read(tx: Transaction) -> _Seen:
            version = tx.authority.version()
            changed = tx.authority.changed_since(known) if known and version != known else None
            epochs = tx.rooms.epochs(rooms if version != known else mixed)
            return _Seen(version, changed, tx.rooms.heads(rooms), epochs)

        seen = await self._database.read(read)
        version, changed, heads = seen.version, seen.changed, seen.heads
        self.reviews.version = max(self.reviews.version, version)
        for room_id, epoch in seen.epochs.items():
            self._begin_anew(rooms[room_id].misled(epoch))
        if changed is not None:
            self.reviews.review(changed[0], changed[1])
        for room_id, seq in heads.items():
            rooms[room_id].compare(seq)
