"""How long a room keeps what was said there, and taking it away when that time is over.

A message that has expired stays in its place, as one that ``system`` deleted; its text, what it said before, reactions,
pin, mentions and files are gone for good, and so is what it had in the search index. For each message that was still
shown there is a ``message.deleted``: it costs the log a short row once, and without it whoever holds an earlier state,
a client or the index, would go on showing what is no more.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.chat.deeds import UNDO_SECONDS
from service.chat.ports import Transaction
from service.chat.records import Room

DAY_MS = 86_400_000
RETENTION_MAX = 36_500  # days: a hundred years
SPAN = 200  # seqs in one transaction: some milliseconds, in which nobody can post


@dataclass(frozen=True, slots=True)
class Retention:
    """What the operator has set, in days: for rooms that say nothing (0: for ever), and the longest that any room keeps
    (0: no limit)."""

    default_days: int = 0
    most_days: int = 0

    def days(self, room: Room) -> int:
        """How long that room keeps what is said; 0 is for ever."""
        wanted = room.retention_days or self.default_days
        if self.most_days and (not wanted or wanted > self.most_days):
            return self.most_days
        return wanted


def _stands(tx: Transaction, room: Room) -> bool:
    """Whether what the room keeps can't be undone any more. Sooner nothing is taken away: somebody may have mistyped a
    year, and undoing that would bring back the number, and none of the messages."""
    setter = tx.rooms.setter(room.id, "retention_days")
    return setter is None or setter.at + UNDO_SECONDS * 1000 < tx.now


@dataclass(frozen=True, slots=True)
class Due:
    """The messages of a room up to a seq are over, and have not all been taken away yet."""

    room_id: int
    upto: int


@dataclass(frozen=True, slots=True)
class FindDue:
    """Which of the next ``limit`` rooms behind the id ``after`` have something that is over."""

    retention: Retention
    after: int
    limit: int

    def read(self, tx: Transaction) -> tuple[list[Due], int | None]:
        """Those, and behind which room to go on; None at the end."""
        rooms = tx.expiry.rooms(self.after, self.limit)
        found = []
        for room in rooms:
            days = self.retention.days(room)
            if not days:
                continue
            reached = tx.expiry.reached(room)
            upto = tx.log.seq_at(room, tx.now - days * DAY_MS, reached)
            if upto > reached and _stands(tx, room):
                found.append(Due(room.id, upto))
        return found, rooms[-1].id if len(rooms) == self.limit else None


@dataclass(frozen=True, slots=True)
class Expire:
    """Take away the next span of what is due in a room."""

    due: Due
    retention: Retention

    def apply(self, tx: Transaction) -> bool:
        """Whether there is more. What the room keeps is asked again: somebody may have just changed it."""
        room = tx.rooms.get(self.due.room_id)
        days = 0 if room is None else self.retention.days(room)
        if room is None or not days or not _stands(tx, room):
            return False
        after = tx.expiry.reached(room)
        due = min(self.due.upto, tx.log.seq_at(room, tx.now - days * DAY_MS, after))
        if after >= due:
            return False
        upto = min(after + SPAN, due)
        seqs = tx.expiry.said(room, after, upto)
        if not room.deleted:  # its log has come to its end, and nobody reads it
            shown = [message for _, message in sorted(tx.log.messages_at(room, seqs).items()) if not message.deleted]
            if shown:
                tx.log.delete(room, shown, None)
        tx.files.release(room, seqs)
        tx.expiry.erase(room, seqs)
        tx.expiry.advance(room, upto)
        return upto < due
