"""How far people have read: one position for each member and room, from which what is unread is a difference."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from service.chat import standing
from service.chat.errors import Code, Refusal, Why
from service.chat.events import ReadChanged, Told
from service.chat.located import located
from service.chat.policy import Action, Standing
from service.chat.ports import Page, Transaction
from service.chat.records import Asker, ReadState, User
from service.chat.roles import Scope


@dataclass(frozen=True, slots=True)
class ReadRoom:
    """Have read a room up to ``seq``; or, with an earlier one than before, have it unread again from there. With
    ``told``, the user's connections hear of it."""

    room: str
    seq: int
    told: bool = False

    def run(self, tx: Transaction, asker: Asker) -> ReadState:
        """For members: who is none has nothing to come back to. Beyond the log's end is its end."""
        reader = standing.of_asker(tx, asker, self.room)
        standing.require(tx, Action.READ, reader)
        if reader.room_role is None:
            raise Refusal(Code.NOT_JOINED, "Join the room, to have a place in it.", why=Why("membership"))
        room, user = reader.room, asker.user
        seq = min(self.seq, room.seq)
        if tx.members.read(room.id, user.id, seq, tx.log.said(room, seq)) and self.told:
            tx.tell(Told(frozenset({user.id}), room.slug, Scope.READ, ReadChanged(room.slug, seq)))
        return tx.members.reads(user.id, room.id)[room.id]


@dataclass(frozen=True, slots=True)
class KeepReads:
    """Remember how far some users have read, where that is further than before. For the server itself: who says
    something has read what stands above it."""

    reads: Mapping[tuple[str, int], Collection[int]]
    """``(slug, seq)`` → the ids of who has read so far there: those who read along are many at one seq."""

    def apply(self, tx: Transaction) -> None:
        """Of rooms that they are not in any more, nothing is remembered."""
        rooms = {slug: tx.rooms.by_slug(slug) for slug in {slug for slug, _ in self.reads}}
        for (slug, seq), user_ids in self.reads.items():
            room = rooms[slug]
            if room is not None:
                to = min(seq, room.seq)
                tx.members.read_on(room.id, to, tx.log.said(room, to), user_ids)


@dataclass(frozen=True, slots=True)
class ListReaders:
    """Who has read a message, by username, where the room shows it."""

    message: str
    page: Page

    def run(self, tx: Transaction, asker: Asker) -> list[User]:
        """For members."""
        reader, message = located(tx, asker, self.message)
        _require_receipts(reader)
        return tx.members.readers(reader.room.id, message.seq, message.at, self.page)


def _require_receipts(reader: Standing) -> None:
    if reader.room_role is None:
        raise Refusal(Code.NOT_JOINED, "Only members see who has read.", why=Why("membership"))
    if not reader.room.receipts:
        raise Refusal(Code.FORBIDDEN, "This room does not show who has read.", why=Why("receipts"))
