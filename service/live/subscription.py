"""One connection's place in one room's log."""

from __future__ import annotations

from typing import Protocol

from service.chat.events import MemberLeft
from service.live.encoder import Encoder
from service.live.outbox import Outbox


class Listener(Protocol):
    """What a room manager knows of a connection."""

    outbox: Outbox
    encoder: Encoder

    @property
    def username(self) -> str: ...
    @property
    def user_id(self) -> int: ...

    def removed(self, room: str, event: MemberLeft) -> None:
        """The user is out of the room: its last event has just been written."""
        ...

    def room_deleted(self, room: str) -> None:
        """The room is gone: its last event has just been written."""
        ...


class Subscription:
    """``position`` is the last seq that was written for it, while it is not among the live ones; ``epoch`` names the
    log that it was shown."""

    __slots__ = ("ended", "epoch", "feeding", "listener", "outbox", "position", "typed_at")

    def __init__(self, listener: Listener, position: int, epoch: str) -> None:
        self.listener = listener
        self.epoch = epoch
        self.outbox = listener.outbox
        self.position = position
        self.typed_at = 0.0
        self.feeding = False
        self.ended = False
