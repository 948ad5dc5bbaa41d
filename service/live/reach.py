"""What some events would touch if they were committed: how much, and which of the connections that are open here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from service.chat.events import AuthorityChanged, Event, MemberLeft, MessageDeleted, MessageRestored, RoomDeleted
from service.live.registry import Registry
from service.live.room_manager import RoomManager


class Here(Protocol):
    """What is asked of the hub."""

    registry: Registry

    def room(self, slug: str) -> RoomManager | None: ...


@dataclass(frozen=True, slots=True)
class Reach:
    """Numbers of what is touched; ``connections`` would be closed, or lose a room."""

    messages: int
    rooms: int
    members: int
    connections: int


def reach(here: Here, events: Sequence[Event], change: AuthorityChanged | None) -> Reach:
    """Count it."""
    connections: set[object] = set()
    if change is not None:
        connections |= here.registry.of((), change.sessions)
    for event in events:
        manager = here.room(event.room)
        if manager is not None and isinstance(event, MemberLeft | RoomDeleted):
            connections |= {sub.listener for sub in manager.subscriptions() if _loses(sub.listener.user_id, event)}
    return Reach(
        messages=sum(isinstance(event, MessageDeleted | MessageRestored) for event in events),
        rooms=len({event.room_id for event in events}),
        members=sum(isinstance(event, MemberLeft) for event in events),
        connections=len(connections),
    )


def _loses(user_id: int, event: MemberLeft | RoomDeleted) -> bool:
    return isinstance(event, RoomDeleted) or event.user_id == user_id
