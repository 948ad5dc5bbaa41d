"""What the rules need to have kept of erasures: who is being erased, how far that has come, what is left of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from service.chat.records import Room, User


class Messages(StrEnum):
    """What becomes of the messages of somebody who is erased."""

    DELETE = "delete"
    DETACH = "detach"


@dataclass(frozen=True, slots=True)
class Erasure:
    """Somebody who was erased, or is being erased until ``finished_at`` is set.

    It goes through the rooms by their ids, and in each by its seqs: it stands in ``room_id`` at ``seq``. ``looked``
    counts events, of ``whole`` that there were when it began, and ``changed`` their messages so far.
    """

    id: int
    uid: str
    user: User
    messages: Messages
    at: int
    room_id: int = 0
    seq: int = 0
    looked: int = 0
    whole: int = 0
    changed: int = 0
    finished_at: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """What somebody has to do with the events of a room with ``after < seq <= upto``.

    ``said`` are the seqs of their messages; ``shown_in`` those of others' messages in which they are shown, by a
    reaction, a pin or as who deleted it; ``about`` those of events that tell why something was done to them.
    """

    room: Room
    after: int
    upto: int
    said: tuple[int, ...] = ()
    shown_in: tuple[int, ...] = ()
    about: tuple[int, ...] = ()


class Erasures(Protocol):
    """Erasures, and all that is kept about a person outside of the log."""

    def begin(self, user_id: int, messages: Messages) -> Erasure:
        """The erasure of a user, of whom their row is left."""
        ...

    def get(self, uid: str) -> Erasure | None: ...
    def unfinished(self) -> list[Erasure]:
        """Those that are not done, oldest first."""
        ...

    def page(self, before: int | None, limit: int) -> list[Erasure]:
        """Newest first, below the id ``before``."""
        ...

    def look(self, user_id: int, room: Room, after: int, upto: int, most: int) -> Span:
        """What a user has to do with a part of a room's log; a shorter part if that has to do with them more than
        ``most`` times."""
        ...

    def move(self, erasure: Erasure, room_id: int, seq: int, looked: int, changed: int) -> None:
        """It has come there; ``looked`` and ``changed`` are how many more."""
        ...

    def finish(self, erasure: Erasure) -> None:
        """It is done, and what was kept for its sake is gone too."""
        ...

    def forget(self, user_id: int, messages: Messages) -> None:
        """Take out what is kept about a user beside the log: blocks, reports that they made, and why something was done
        to them; where their messages go, also what others reported of those."""
        ...

    def forget_in(self, user_id: int, span: Span) -> None:
        """Take out what is kept about a user in a part of a room's log: reactions that they gave, calls of them,
        threads that they followed, the names by which their client sent something, why something was done to them."""
        ...

    def direct_rooms_named(self, username: str) -> Sequence[Room]:
        """The direct rooms that may have that name in theirs; also deleted ones."""
        ...

    def name_room(self, room: Room, name: str) -> None:
        """Give a room another name."""
        ...
