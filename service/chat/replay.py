"""Entering a room on a connection: one state of the log, from which the live events go on without gap or overlap."""

from __future__ import annotations

from dataclasses import dataclass

from service.chat import standing
from service.chat.events import Event
from service.chat.policy import Action, Standing
from service.chat.ports import Transaction
from service.chat.records import Asker, Message, ReadState

REPLAY_MAX = 1_000  # events; who is further behind begins anew
LATEST = 50  # messages that a beginning shows


@dataclass(frozen=True, slots=True)
class Entrance:
    """A room at one moment: either all events after the position asked from, or (``events`` is None) a beginning."""

    standing: Standing
    events: list[Event] | None
    messages: list[Message]
    read: ReadState | None = None

    @property
    def seq(self) -> int:
        """The last event that this state has seen."""
        return self.standing.room.seq


@dataclass(frozen=True, slots=True)
class EnterRoom:
    """See a room from ``since`` on. It only reads; becoming a member is ``members.JoinRoom``."""

    room: str
    since: int | None = None
    epoch: str | None = None

    def run(self, tx: Transaction, asker: Asker) -> Entrance:
        """A position that can't be continued (too old, of another epoch, from the future) is a beginning, never a
        silent hole."""
        now = standing.of_asker(tx, asker, self.room)
        standing.require(tx, Action.JOIN, now)
        room = now.room
        read = tx.members.reads(asker.user.id, room.id).get(room.id)
        known = self.epoch is None or self.epoch == room.epoch
        if self.since is None or not known or not 0 <= room.seq - self.since <= REPLAY_MAX:
            return Entrance(now, None, tx.log.messages(room, LATEST), read)
        return Entrance(now, tx.log.events(room, self.since, REPLAY_MAX, until=room.seq), [], read)


@dataclass(frozen=True, slots=True)
class Type:
    """Whether somebody may show that they are typing: who may not post has nothing to type."""

    room: str

    def run(self, tx: Transaction, asker: Asker) -> None:
        """Refuses as posting would."""
        standing.require(tx, Action.POST, standing.of_asker(tx, asker, self.room))


@dataclass(frozen=True, slots=True)
class ReadOn:
    """What the log has after a position. For the server itself, which feeds those who have been let in already."""

    room: str
    after: int
    limit: int

    def read(self, tx: Transaction) -> list[Event]:
        """In order; empty if there is nothing more."""
        room = tx.rooms.by_slug(self.room)
        return [] if room is None else tx.log.events(room, self.after, self.limit)
