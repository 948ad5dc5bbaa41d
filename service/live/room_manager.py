"""A room on this node: it owns the order in which its events reach whoever listens.

Nothing else writes events to a room's listeners. It delivers the log in seq order, sees a hole, has it read from the
database, and drops a listener at exactly the event that takes their place away. Nothing here awaits but the reading of
the log.

A listener is **live** (gets every event as it comes), **ahead** (its snapshot was newer than what has come here yet),
or **behind** (fed from the log until it has caught up).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from service.chat.errors import Refusal
from service.chat.events import Event, MemberLeft, RoomDeleted
from service.live.audience import Audience
from service.live.encoder import Encoder
from service.live.outbox import Tick
from service.live.presence import Presence
from service.live.subscription import Subscription
from service.watch.metrics import Metrics
from service.wire import frames

RECENT_MAX = 256  # events kept for who joins while they pass
FEED_PAGE = 200  # events read from the log at once
TYPING_SECONDS = 1.0  # between two typing notices of one connection

Read = Callable[[str, int, int], Awaitable[list[Event]]]
"""``(slug, after, limit)`` → what the log has after a seq."""

Spawn = Callable[[Coroutine[Any, Any, None]], None]
"""Runs something beside, and sees to its errors."""

News = Callable[["RoomManager"], None]
"""Told that somebody came or went, so that ``tell_presence`` is called soon."""


class RoomManager:
    """The listeners of one room. ``head`` is the last seq delivered; None until the first position is known."""

    def __init__(self, slug: str, read: Read, spawn: Spawn, news: News, tick: Tick, metrics: Metrics) -> None:
        self.slug = slug
        self.room_id: int | None = None
        self.epoch: str | None = None  # of the log that its listeners hear
        self.mixed = False  # whether some of them may hear another one
        self.head: int | None = None
        self.presence = Presence()
        self.opening = 0  # joins under way: a manager that somebody is about to use does not retire
        self._read = read
        self._spawn = spawn
        self._news = news
        self._metrics = metrics
        self._live = Audience(tick)
        self._ahead: dict[Subscription, None] = {}
        self._behind: dict[Subscription, None] = {}
        self._recent: deque[Event] = deque(maxlen=RECENT_MAX)
        self._repairing = False

    @property
    def idle(self) -> bool:
        """Whether nobody listens and nobody is about to."""
        return not self.opening and not self._behind and not self._ahead and not self._live

    def subscriptions(self) -> list[Subscription]:
        """Everybody who listens, in any state."""
        return [*self._live, *self._ahead, *self._behind]

    def user_ids(self) -> frozenset[int]:
        """Who listens, by the ids of their accounts."""
        return frozenset(sub.listener.user_id for sub in self.subscriptions())

    # Events

    def deliver(self, events: Sequence[Event]) -> None:
        """Take events in seq order: what was delivered is passed over, what is missing before them is read first."""
        head = self.head
        if head is None:
            # The first joiner reads its snapshot right now, and goes on from it. What another process appended between
            # has not come this way: then only what came after it is whole.
            if self._recent and events[0].seq != self._recent[-1].seq + 1:
                self._recent.clear()
            self._recent.extend(events)
            return
        if events[0].seq <= head:
            events = [event for event in events if event.seq > head]
            if not events:
                return
        if events[0].seq != head + 1:
            self.repair()
            return
        self._recent.extend(events)
        start = 0
        for at, event in enumerate(events, 1):
            if isinstance(event, MemberLeft | RoomDeleted):
                self._fan_out(events[start:at])
                self._end(event)
                start = at
        if start < len(events):
            self._fan_out(events[start:] if start else events)

    def repair(self) -> None:
        """Read from the log what has not come, and deliver it."""
        if not self._repairing and self.head is not None:
            self._repairing = True
            self._spawn(self._repair())

    async def _repair(self) -> None:
        try:
            while self.head is not None:
                events = await self._read(self.slug, self.head, FEED_PAGE)
                if not events:
                    return
                self.deliver(events)
        except Refusal:
            pass  # there is no database right now: ``compare`` comes back to it
        finally:
            self._repairing = False

    def _fan_out(self, events: Sequence[Event]) -> None:
        self.head = head = events[-1].seq
        self._metrics.deliveries += len(events) * self._live.offer(lambda encoder: encoder.events(events))
        if self._ahead:
            for sub in [sub for sub in self._ahead if sub.position <= head]:
                del self._ahead[sub]
                self._hand(sub, [event for event in events if event.seq > sub.position])

    def _end(self, event: MemberLeft | RoomDeleted) -> None:
        """Take their place from those who lose it by ``event``, which they have been given."""
        for sub in self.subscriptions():
            if sub in self._behind or sub.position >= event.seq:
                continue  # meets the event in the log, in its order; or came back after it
            if isinstance(event, RoomDeleted) or sub.listener.user_id == event.user_id:
                self._dismiss(sub, event)

    def _dismiss(self, sub: Subscription, event: MemberLeft | RoomDeleted) -> None:
        self.detach(sub, left=True)
        if isinstance(event, MemberLeft):
            sub.listener.removed(self.slug, event)
        else:
            sub.listener.room_deleted(self.slug)

    # Listeners

    def attach(self, sub: Subscription, room_id: int) -> None:
        """Let a connection listen on from its position."""
        self.room_id = room_id
        self.epoch = self.epoch or sub.epoch
        self.mixed = self.mixed or sub.epoch != self.epoch
        if self.head is None:
            self.head = max(sub.position, self._recent[-1].seq if self._recent else 0)
        if self.presence.came(sub.listener.username):
            self._news(self)
        self._place(sub)

    def detach(self, sub: Subscription, left: bool = False) -> None:
        """Let it listen no more; ``left`` if an event has told so."""
        if sub.ended:
            return
        sub.ended = True
        self._live.discard(sub)
        self._ahead.pop(sub, None)
        self._behind.pop(sub, None)
        if self.presence.went(sub.listener.username, left):
            self._news(self)

    def resume(self, sub: Subscription) -> None:
        """The connection reads again: go on feeding it."""
        if sub in self._behind and not sub.feeding:
            sub.feeding = True
            self._spawn(self._feed(sub))

    def slowed(self, sub: Subscription) -> None:
        """The connection does not read: feed it from the log later. What it was offered so far is still written."""
        if sub in self._live:
            self._fall_behind(sub, self.head or 0)

    def is_behind(self, sub: Subscription) -> bool:
        """Whether events wait for it in the log."""
        return sub in self._behind

    def lag(self, sub: Subscription) -> int:
        """How many events wait for it in the log."""
        return max(0, (self.head or 0) - sub.position) if sub in self._behind else 0

    def _place(self, sub: Subscription) -> None:
        head = self.head or 0
        if sub.position > head:
            self._ahead[sub] = None
        elif sub.position == head:
            self._go_live(sub)
        elif self._recent and self._recent[0].seq <= sub.position + 1:
            self._hand(sub, [event for event in self._recent if event.seq > sub.position])
        else:
            self._behind[sub] = None
            self.resume(sub)

    def _go_live(self, sub: Subscription) -> None:
        self._behind.pop(sub, None)
        if sub.outbox.slow:
            self._fall_behind(sub, self.head or 0)
        else:
            self._live.add(sub)

    def _hand(self, sub: Subscription, events: Sequence[Event]) -> None:
        """Give the last missing events to one listener, who is then live or dismissed by one of them."""
        if not events or self._give(sub, events):
            if not sub.ended:
                self._go_live(sub)
        else:
            self._fall_behind(sub, sub.position)

    def _give(self, sub: Subscription, events: Sequence[Event]) -> bool:
        """Write events for one listener, to the one that ends its place at most; False if it is slow."""
        end = next((at for at, event in enumerate(events, 1) if self._ends(sub, event)), None)
        given = events if end is None else events[:end]
        blob = sub.listener.encoder.events(given)
        if blob and not sub.outbox.offer(blob):
            return False
        self._metrics.deliveries += len(given)
        sub.position = given[-1].seq
        if end is not None:
            self._dismiss(sub, given[-1])  # type: ignore[arg-type]
        return True

    @staticmethod
    def _ends(sub: Subscription, event: Event) -> bool:
        if isinstance(event, MemberLeft):
            return event.user_id == sub.listener.user_id
        return isinstance(event, RoomDeleted)

    def _fall_behind(self, sub: Subscription, position: int) -> None:
        sub.position = position
        self._metrics.slow_readers += 1
        self._live.discard(sub)
        self._behind[sub] = None
        sub.outbox.push(sub.listener.encoder.notice(frames.lagging(self.slug, position)))

    async def _feed(self, sub: Subscription) -> None:
        """Feed a listener from the log until it is live, slow again, or gone."""
        try:
            while sub in self._behind and not sub.outbox.slow:
                if self._recent and self._recent[0].seq <= sub.position + 1:
                    events = [event for event in self._recent if event.seq > sub.position]
                elif sub.position >= (self.head or 0):
                    events = []
                else:
                    events = await self._read(self.slug, sub.position, FEED_PAGE)
                    if sub.ended:
                        return
                if events and not self._give(sub, events):
                    return
                if not sub.ended and sub.position >= (self.head or 0):
                    del self._behind[sub]
                    self._place(sub)
                await asyncio.sleep(0)
        except Refusal:
            pass  # there is no database right now: ``compare`` comes back to it
        finally:
            sub.feeding = False

    # Notices

    def tell(self, user: str, make: Callable[[Encoder], bytes]) -> None:
        """Offer a notice about ``user`` to everybody else. Whoever is slow does without."""
        self._live.offer_but({user}, lambda encoder, listener: b"" if listener == user else make(encoder))

    def tell_presence(self) -> None:
        """Tell who came and went since the last time."""
        changes = self.presence.changes()

        def make(encoder: Encoder, listener: str | None) -> bytes:
            told = (change for change in changes if change[0] != listener)
            return b"".join([encoder.presence(self.slug, *change) for change in told])

        if changes:
            self._live.offer_but({user for user, _, _ in changes}, make)

    # Now and then

    def compare(self, seq: int) -> None:
        """Hear where the log stands in the database: what another process appended is read, and what only a join under
        way could still need is forgotten. Who could not be fed while the database was away is fed now."""
        for sub in [sub for sub in self._behind if not sub.outbox.slow]:
            self.resume(sub)
        if self.head is not None and self.head < seq:
            self.repair()
        elif not self.opening:
            self._recent.clear()

    def misled(self, epoch: str) -> list[Subscription]:
        """Who listens to another log than the one of that epoch, which the room has now."""
        self.epoch, self.mixed = epoch, False
        return [sub for sub in self.subscriptions() if sub.epoch != epoch]
