"""Messages that stand here and there in many rooms, read room by room and not one by one."""

from __future__ import annotations

from collections.abc import Iterable

from service.chat.records import Message, Room
from service.storage.history import SqlHistory
from service.storage.unit import Unit


def messages_in(unit: Unit, places: Iterable[tuple[Room, int]]) -> dict[tuple[int, int], Message]:
    """The messages at these seqs, by the id of the room and the seq; what is no message is left out."""
    seqs: dict[int, tuple[Room, list[int]]] = {}
    for room, seq in places:
        seqs.setdefault(room.id, (room, []))[1].append(seq)
    history = SqlHistory(unit)
    return {
        (room.id, seq): message
        for room, of_room in seqs.values()
        for seq, message in history.messages_at(room, of_room).items()
    }
