"""One WebSocket that was let in: whose it is, which rooms it hears, and when it ends.

It knows no transport: a writer takes bytes and closes. What its client says is ``dialogue``'s. It runs on the event
loop and never waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from service.chat import names
from service.chat.door import Door
from service.chat.events import MemberLeft
from service.chat.records import Asker, Credential, User
from service.chat.replay import Entrance
from service.chat.roles import format_scope
from service.live.admissions import Admissions
from service.live.encoder import Encoder, LineEncoder
from service.live.outbox import Outbox, Tick
from service.live.room_manager import RoomManager
from service.live.subscription import Subscription
from service.watch.metrics import Metrics
from service.wire import frames, shapes
from service.wire.closes import CLOSES, Close

log = logging.getLogger("folkmoot.sockets")

EXPIRING_SECONDS = 60  # how long before its end a client hears that its token ends
MISSED_MAX = 2  # heartbeats without a sign of life


class Writer(Protocol):
    """Where a connection's bytes go. ``write`` takes whole frames and never waits."""

    def write(self, frames: bytes) -> None: ...
    def ping(self) -> None: ...
    def close(self, code: int, reason: str) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


class Reviewing(Protocol):
    """How often rights have changed, and looking again at who was let in meanwhile."""

    count: int

    def look_again(self, concerned: set[Connection]) -> None: ...


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
    def spawn(self, work: Coroutine[Any, Any, None]) -> None: ...
    def open(self, slug: str) -> RoomManager: ...
    def release(self, manager: RoomManager) -> None: ...
    def room(self, slug: str) -> RoomManager | None: ...
    def retire(self, manager: RoomManager) -> None: ...
    def moved(self, connection: Connection, sid: str) -> None: ...
    def remove(self, connection: Connection) -> None: ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What every connection is held to, and told in ``hello``."""

    verify: Callable[[str], Credential]
    now: Callable[[], int]
    rooms: int
    frame_bytes: int
    commands_per_second: int
    heartbeat_seconds: int
    slow_reader_seconds: float
    version: str
    node: str


class Connection:
    """A client that was let in. ``room`` is set on a socket that is for one room."""

    __slots__ = (
        "__weakref__",
        "_greeted",
        "_missed",
        "_node",
        "_since",
        "_timer",
        "_user",
        "_writer",
        "address",
        "alive",
        "behind_since",
        "closed",
        "credential",
        "crowded",
        "encoder",
        "outbox",
        "room",
        "sid",
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
        self._missed = 0
        self.subs: dict[str, Subscription] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._greeted = False
        self._since = node.loop.time()

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
        terms = self._node.terms
        hello: dict[str, Any] = {
            "type": "hello",
            "user": shapes.user(self._user),
            "session": self.sid,
            "scope": format_scope(self.credential.scope),
            "expires_at": shapes.time(self.credential.expires_at * 1000),
            "heartbeat": terms.heartbeat_seconds,
            "limits": {
                "text": names.TEXT_MAX,
                "frame": terms.frame_bytes,
                "nonce": names.NONCE_MAX,
                "rooms": terms.rooms,
                "commands_per_second": terms.commands_per_second,
            },
            "server": {"version": terms.version, "node": terms.node},
        }
        if self.closed:
            return
        self._greeted = True
        self._watch_expiry()
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
        sub = self.subs[manager.slug] = Subscription(self, entrance.seq)
        self.outbox.alone = len(self.subs) == 1
        manager.attach(sub, entrance.standing.room.id)
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
        self.outbox.push(self.encoder.notice(frames.removed(room, event.code, event.by, event.reason)))
        if self.room == room:
            self.close(Close.SUSPENDED if event.code == "suspended" else Close.NOT_ALLOWED)

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

    def beat(self) -> None:
        """One heartbeat: ask for a sign of life, unless there was none to the last two."""
        if self.alive or self.outbox.slow or self.crowded:  # what nobody reads here is no sign of death
            self._missed = 0
        else:
            self._missed += 1
            if self._missed >= MISSED_MAX:
                self.close(Close.NO_HEARTBEAT)
                return
        self.alive = False
        self._writer.ping()

    def check_pace(self, now: float) -> None:
        """Close a reader that has stayed behind for too long."""
        if self.behind_since is None:
            return
        if not self.outbox.slow and not any(self._is_behind(slug, sub) for slug, sub in self.subs.items()):
            self.behind_since = None
        elif now - self.behind_since > self._node.terms.slow_reader_seconds:
            self.close(Close.TOO_SLOW)

    def _is_behind(self, slug: str, sub: Subscription) -> bool:
        manager = self._node.room(slug)
        return manager is not None and manager.is_behind(sub)

    def renew(self, credential: Credential) -> None:
        """Go on with a new token of the same user; the connection belongs to its session now."""
        self.credential = credential
        self._node.moved(self, credential.sid)
        self._watch_expiry()

    def hold(self, crowded: bool) -> None:
        """Read no more while too much is unanswered, and on again when it is not."""
        self.crowded = crowded
        if crowded:
            self._writer.pause_reading()
        elif not self.outbox.slow:
            self._writer.resume_reading()

    def _watch_expiry(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        left = self.credential.expires_at - self._node.terms.now() / 1000
        first = max(0.0, left - EXPIRING_SECONDS)
        self._timer = self._node.loop.call_later(first, self._expiring)

    def _expiring(self) -> None:
        left = self.credential.expires_at - self._node.terms.now() / 1000
        if left <= 0:
            self.close(Close.TOKEN_EXPIRED)
            return
        self.outbox.push(self.encoder.notice(frames.auth_expiring(self.credential.expires_at)))
        self._timer = self._node.loop.call_later(left, self.close, Close.TOKEN_EXPIRED)

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
            seconds = round(self._node.loop.time() - self._since, 3)
            fields = {"user": self.username, "address": self.address, "room": self.room, "seconds": seconds}
            log.debug("a socket has ended", extra={**fields, "code": None if why is None else int(why)})
        self.outbox.parts.clear()  # nothing may follow a close frame
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        subs, self.subs = self.subs, {}
        for slug, sub in subs.items():
            self.detach(slug, sub)
        self._node.remove(self)
