"""Pins: the messages of a room that everybody should find."""

from __future__ import annotations

from dataclasses import dataclass

from service.chat import standing
from service.chat.errors import Code, Refusal, Why
from service.chat.located import located, whole
from service.chat.policy import Action
from service.chat.ports import Transaction
from service.chat.records import Asker, Message

PINS_MAX = 100  # of a room


@dataclass(frozen=True, slots=True)
class PinMessage:
    """Pin a message, or (``on`` is false) take the pin off."""

    id: str
    on: bool

    def run(self, tx: Transaction, asker: Asker) -> Message:
        """By who moderates the room; in a direct room by who is in it. No change is no event. The pin of a deleted
        message can be taken off, so that it does not come back with it."""
        reader, message = whole(tx, asker, self.id) if self.on else located(tx, asker, self.id)
        standing.require(tx, Action.PIN, reader)
        room = reader.room
        if tx.pins.has(room.id, message.seq) is self.on:
            return message
        if self.on:
            if tx.pins.count(room.id) >= PINS_MAX:
                raise Refusal(
                    Code.LIMIT, f"A room has at most {PINS_MAX} pins: take one off first.", why=Why("pins_per_room")
                )
            tx.pins.add(room.id, message.seq, asker.user.id)
        else:
            tx.pins.remove(room.id, message.seq)
        tx.log.pinned(room, message, asker.user, self.on)
        now = tx.log.message(room, message.seq)
        return message if now is None else now


@dataclass(frozen=True, slots=True)
class ListPins:
    """A room's pinned messages, the latest pin first. Deleted ones are left out."""

    room: str

    def run(self, tx: Transaction, asker: Asker) -> list[Message]:
        """For whoever may read the room."""
        reader = standing.of_asker(tx, asker, self.room)
        standing.require(tx, Action.READ, reader)
        seqs = tx.pins.of_room(reader.room.id)
        found = tx.log.messages_at(reader.room, seqs)
        return [found[seq] for seq in seqs]
