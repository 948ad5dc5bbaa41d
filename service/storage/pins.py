"""Pins, in the database. How they are shown with a message is in ``attachments``."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, func, insert, select

from service.storage.tables import events, pins
from service.storage.unit import Unit

_THE_ONE = (pins.c.room_id == bindparam("of_room"), pins.c.seq == bindparam("of_seq"))
_IS_PINNED = select(pins.c.at).where(*_THE_ONE)
_UNPIN = delete(pins).where(*_THE_ONE)
# A deleted message keeps its pin, for it may come back; meanwhile it takes nobody's place.
_SHOWN = (
    pins.c.room_id == bindparam("of_room"),
    select(events.c.seq)
    .where(events.c.room_id == pins.c.room_id, events.c.seq == pins.c.seq, events.c.deleted_at.is_(None))
    .exists(),
)
_COUNT_PINS = select(func.count()).select_from(pins).where(*_SHOWN)
PINS = select(pins.c.seq).where(*_SHOWN).order_by(pins.c.at.desc(), pins.c.seq.desc())


class SqlPins:
    """Which messages are pinned, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._run = unit.connection.execute
        self._now = unit.now

    def has(self, room_id: int, seq: int) -> bool:
        """Whether a message is pinned."""
        return self._run(_IS_PINNED, {"of_room": room_id, "of_seq": seq}).first() is not None

    def count(self, room_id: int) -> int:
        """How many a room has, without those of deleted messages."""
        return int(self._run(_COUNT_PINS, {"of_room": room_id}).scalar_one())

    def of_room(self, room_id: int) -> list[int]:
        """The seqs of the pinned messages, the latest pin first; without the deleted ones."""
        return list(self._run(PINS, {"of_room": room_id}).scalars())

    def add(self, room_id: int, seq: int, by_id: int) -> None:
        """Pin it."""
        self._run(insert(pins), {"room_id": room_id, "seq": seq, "by_id": by_id, "at": self._now})

    def remove(self, room_id: int, seq: int) -> None:
        """Take the pin off."""
        self._run(_UNPIN, {"of_room": room_id, "of_seq": seq})
