"""One WebSocket that was let in: whose it is, which rooms it hears, and when it ends.

It knows no transport: a writer takes bytes and closes. What its client says is ``dialogue``'s. It runs on the event
loop and never waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Protocol

from service.chat.door import Door
from service.chat.events import MemberLeft, Told
from service.chat.records import Asker, Credential, User
from service.chat.replay import Entrance
from service.live import expiry
from service.live.admissions import Admissions
from service.live.encoder import Encoder, LineEncoder
from service.live.outbox import Outbox, Tick
from service.live.room_manager import RoomManager
from service.live.subscription import Subscription
from service.live.terms import Terms
from service.live.writer import Writer
from service.watch.metrics import Metrics
from service.wire import frames
from service.wire.closes import CLOSES, Close

log = logging.getLogger("folkmoot.sockets")

TOLD_WAITING_MAX = 1_048_576  # bytes that may wait for a peer that does not read, and is told something more


class Reviewing(Protocol):
    """How often rights have changed, and looking again at who was let in meanwhile."""

    count: int

    def revoke(self, connection: Connection, why: Close, since: int) -> None: ...
    def look_again(self, concerned: set[Connection]) -> None: ...


class Reading(Protocol):
    """How far people have read, on its way to the database."""

    async def read(self, connection: Connection, room: str, seq: int) -> None: ...
    def said(self, connection: Connection, room: str, seq: int) -> None: ...
    async def settle(self, user_uid: str) -> None: ...


class Node(Protocol):
    """What a connection needs of the hub."""

    loop: asyncio.AbstractEventLoop
    tick: Tick
    door: Door
    metrics: Metrics
    terms: Terms
    admissions: Admissions

    @property
    def reviews(self) -> Reviewing: ...
    @property
    def reads(self) -> Reading: ...
    def spawn(self, work: Coroutine[Any, Any, None]) -> None: ...
    def open(self, slug: str) -> RoomManager: ...
    def release(self, manager: RoomManager) -> None: ...
    def room(self, slug: str) -> RoomManager | None: ...
    def retire(self, manager: RoomManager) -> None: ...
    def moved(self, connection: Connection, sid: str) -> None: ...
    def remove(self, connection: Connection) -> None: ...


class Connection:
    """A client that was let in. ``room`` is set on a socket that is for one room; ``number`` is given by the registry,
    and counts those that were let in here."""

    __slots__ = (
        "__weakref__",
        "_greeted",
        "_node",
        "_user",
        "_writer",
        "address",
        "alive",
        "behind_since",
        "closed",
        "credential",
        "crowded",
        "encoder",
        "expiry",
        "missed",
        "number",
        "outbox",
        "room",
        "sid",
        "since",
        "subs",
    )

    def __init__(
        self,
        node: Node,
        writer: Writer,
        encoder: Encoder,
        asker: Asker,
        credential: Credential,
        address: str,
        room: str | None = None,
    ) -> None:
        self._node = node
        self._writer = writer
        self._user = asker.user
        self.encoder = encoder
        self.credential = credential
        self.sid = credential.sid
        self.address = address
        self.room = room
        self.outbox = Outbox(node.tick, writer.write)
        self.alive = True
        self.closed = False
        self.crowded = False
        self.behind_since: float | None = None
        self.missed = 0
        self.number = 0
        self.subs: dict[str, Subscription] = {}
        self.expiry: asyncio.TimerHandle | None = None
        self._greeted = False
        self.since = node.loop.time()

    @property
    def username(self) -> str:
        """Whose connection it is."""
        return self._user.username

    @property
    def user_id(self) -> int:
        """Whose connection it is."""
        return self._user.id

    def greet(self, joined: tuple[RoomManager, Entrance] | None) -> None:
        """Say hello; on a socket for one room with what joining it answered, after which it is live there."""
        if self.closed:
            return
        self._greeted = True
        expiry.watch(self, self._node.loop, self._node.terms.now)
        hello = self._node.terms.hello(self._user, self.credential)
        if joined is None:
            self.outbox.push(self.encoder.notice(hello))
            return
        manager, entrance = joined
        hello["joined"] = self.encoder.entrance(entrance, self.online_with_me(manager))
        self.outbox.push(self.encoder.notice(hello))
        if isinstance(self.encoder, LineEncoder):
            self.outbox.push(self.encoder.beginning(entrance))
        self.listen(manager, entrance)

    # Rooms

    def listen(self, manager: RoomManager, entrance: Entrance) -> None:
        """Hear a room from the state on that was just shown."""
        before = self.subs.pop(manager.slug, None)
        room = entrance.standing.room
        sub = self.subs[manager.slug] = Subscription(self, entrance.seq, room.epoch)
        self.outbox.alone = len(self.subs) == 1
        manager.attach(sub, room.id)
        if before is not None:
            manager.detach(before)

    def drop(self, slug: str) -> Subscription | None:
        """No longer count a room among those that are heard; what it was."""
        sub = self.subs.pop(slug, None)
        self.outbox.alone = len(self.subs) == 1
        return sub

    def online_with_me(self, manager: RoomManager) -> list[str]:
        """Who is in a room that this connection is about to hear."""
        return sorted({*manager.presence.online(), self.username})

    def detach(self, slug: str, sub: Subscription) -> None:
        """Hear a room no more."""
        manager = self._node.room(slug)
        if manager is not None:
            manager.detach(sub)
            self._node.retire(manager)

    # What happens to the client

    def removed(self, room: str, event: MemberLeft) -> None:
        """The user is no longer in the room, from the event on that was just written."""
        self.drop(room)
        self.outbox.push(self.encoder.removed(room, event))
        if self.room != room:
            return
        if event.code == "suspended":
            self._node.reviews.revoke(self, Close.SUSPENDED, event.at)
        else:
            self.close(Close.NOT_ALLOWED)

    def room_deleted(self, room: str) -> None:
        """The room is gone."""
        self.drop(room)
        if self.room == room:
            self.close(Close.ROOM_DELETED)

    def user_changed(self, user: User) -> None:
        """The user's account is another one than it was."""
        if user != self._user:
            self._user = user
            if self._greeted:  # else hello says it, which comes first
                self.outbox.push(self.encoder.notice(frames.you_changed(user)))

    def concerned(self, told: Told) -> bool:
        """Whether this connection of theirs is one on which its user is told that. Before ``hello``, which comes first,
        it is not: who connects asks for what there is."""
        here = self.room is None or self.room == told.room
        return self._greeted and not self.closed and here and told.scope in self.credential.scope

    def tell(self, frame: bytes) -> None:
        """A notice that is never dropped and that nobody here asked for: what waits for who does not read is bounded
        by closing, for who connects again asks for what there is."""
        if self.outbox.slow and self.queue > TOLD_WAITING_MAX:
            self.close(Close.TOO_SLOW)
        elif frame:
            self.outbox.push(frame)

    def slowed(self) -> None:
        """The peer does not read what was written: nothing more is read from it, so that no reply is owed to it."""
        self.outbox.slow = True
        if self.behind_since is None:
            self.behind_since = self._node.loop.time()
        self._writer.pause_reading()
        for slug, sub in self.subs.items():
            manager = self._node.room(slug)
            if manager is not None:
                manager.slowed(sub)

    def quickened(self) -> None:
        """The peer has read what was written."""
        self.outbox.slow = False
        if not self.crowded:
            self._writer.resume_reading()
        for slug, sub in self.subs.items():
            manager = self._node.room(slug)
            if manager is not None:
                manager.resume(sub)

    @property
    def behind(self) -> bool:
        """Whether the peer does not read, or events wait for it in the log of a room."""
        return self.outbox.slow or any(self._is_behind(slug, sub) for slug, sub in self.subs.items())

    def _is_behind(self, slug: str, sub: Subscription) -> bool:
        manager = self._node.room(slug)
        return manager is not None and manager.is_behind(sub)

    @property
    def queue(self) -> int:
        """The bytes that wait to be written."""
        return sum(map(len, self.outbox.parts)) + self._writer.waiting

    def ping(self) -> None:
        """Ask for a sign of life."""
        self._writer.ping()

    def renew(self, credential: Credential) -> None:
        """Go on with a new token of the same user; the connection belongs to its session now."""
        self.credential = credential
        self._node.moved(self, credential.sid)
        expiry.watch(self, self._node.loop, self._node.terms.now)

    def hold(self, crowded: bool) -> None:
        """Read no more while too much is unanswered, and on again when it is not."""
        self.crowded = crowded
        if crowded:
            self._writer.pause_reading()
        elif not self.outbox.slow:
            self._writer.resume_reading()

    def restarting(self, reconnect_in_ms: int) -> None:
        """The server goes away."""
        if self.closed:
            return
        self.outbox.push(self.encoder.notice(frames.restart(reconnect_in_ms)))
        self.close(Close.RESTART)

    def close(self, why: Close) -> None:
        """Say why, and go. Nothing reaches the client after this."""
        if self.closed:
            return
        self.outbox.flush()
        self._node.metrics.closes[int(why)] += 1
        self._gone(why)
        self._writer.close(int(why), CLOSES[why].text)

    def lost(self) -> None:
        """The transport is gone."""
        if not self.closed:
            self._gone(None)

    def _gone(self, why: Close | None) -> None:
        """``why`` is None where the client, or the network, has ended it."""
        self.closed = True
        if log.isEnabledFor(logging.DEBUG):  # one line of the log costs more than all else that an end does
            seconds = round(self._node.loop.time() - self.since, 3)
            fields = {"user": self.username, "address": self.address, "room": self.room, "seconds": seconds}
            log.debug("a socket has ended", extra={**fields, "code": None if why is None else int(why)})
        self.outbox.parts.clear()  # nothing may follow a close frame
        expiry.stop(self)
        subs, self.subs = self.subs, {}
        for slug, sub in subs.items():
            self.detach(slug, sub)
        self._node.remove(self)
