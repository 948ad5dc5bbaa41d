"""The listeners of one room who get every event as it comes. None of them is slow: who becomes slow leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from service.live.encoder import Encoder
from service.live.outbox import Outbox, Tick
from service.live.subscription import Subscription


class Audience:
    """Live subscriptions by the codec they speak, so that each event is encoded once for each codec in use."""

    __slots__ = ("_live", "_outboxes", "_tick", "_turn")

    def __init__(self, tick: Tick) -> None:
        self._tick = tick
        self._live: dict[Encoder, dict[Subscription, None]] = {}
        self._outboxes: dict[Encoder, list[Outbox]] = {}  # of each codec's listeners, made anew when they change
        self._turn = 0

    def __contains__(self, sub: Subscription) -> bool:
        return sub in self._live.get(sub.listener.encoder, ())

    def __iter__(self) -> Iterator[Subscription]:
        for live in self._live.values():
            yield from live

    def __bool__(self) -> bool:
        return bool(self._live)

    def add(self, sub: Subscription) -> None:
        """One more."""
        encoder = sub.listener.encoder
        self._live.setdefault(encoder, {})[sub] = None
        self._outboxes.pop(encoder, None)

    def discard(self, sub: Subscription) -> None:
        """One less, if they were among them."""
        encoder = sub.listener.encoder
        live = self._live.get(encoder)
        if live is None or sub not in live:
            return
        del live[sub]
        self._outboxes.pop(encoder, None)
        if not live:
            del self._live[encoder]

    def offer(self, make: Callable[[Encoder], bytes]) -> int:
        """Give everybody the same frames in their codec; to how many. Where it starts moves on each time, so that
        nobody is always last."""
        given = 0
        self._turn += 1
        for encoder, live in list(self._live.items()):  # who turns out to be slow leaves while this goes on
            frames = make(encoder)
            if not frames:
                continue
            outboxes = self._outboxes.get(encoder)
            if outboxes is None:
                outboxes = self._outboxes[encoder] = [sub.outbox for sub in live]
            first = self._turn % len(outboxes)
            self._tick.offer_all(outboxes[first:] + outboxes[:first], frames)
            given += len(outboxes)
        return given

    def offer_but(self, users: set[str], make: Callable[[Encoder, str | None], bytes]) -> None:
        """Give everybody notices about some users, made without what concerns the listener: nobody hears of
        themselves. Each codec's frames are made once for all who are not concerned."""
        for encoder, live in self._live.items():
            frames = make(encoder, None)
            for sub in live:
                name = sub.listener.username
                told = make(encoder, name) if name in users else frames
                if told:
                    sub.outbox.offer(told)
