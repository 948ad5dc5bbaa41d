"""What hangs on messages, read for many of them at once: reactions, threads, pins, files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from service.chat.records import Pin, Reaction, Room, Thread
from service.storage import files
from service.storage.tables import pins, reactions, threads, users

USERS_SHOWN = 100  # who put an emoji under a message: the first ones are named
AT_ONCE = 500  # seqs in one statement: databases bound its parameters


def _seqs_of(table: Any, column: Any) -> tuple[Any, Any]:
    return table.c.room_id == bindparam("room_id"), column.in_(bindparam("seqs", expanding=True))


# A message that a thousand people like must not be a thousand rows each time that it is shown.
_ALIKE = (reactions.c.seq, reactions.c.emoji)
_of_messages = (
    select(
        reactions.c.seq,
        reactions.c.emoji,
        reactions.c.user_id,
        reactions.c.at,
        func.row_number().over(partition_by=_ALIKE, order_by=(reactions.c.at, reactions.c.user_id)).label("place"),
        func.count().over(partition_by=_ALIKE).label("alike"),
    )
    .where(*_seqs_of(reactions, reactions.c.seq))
    .subquery()
)
REACTIONS = (
    select(_of_messages.c.seq, _of_messages.c.emoji, users.c.username, _of_messages.c.alike)
    .join(users, users.c.id == _of_messages.c.user_id)
    .where(_of_messages.c.place <= bindparam("shown"))
    .order_by(_of_messages.c.seq, _of_messages.c.at, _of_messages.c.user_id, _of_messages.c.emoji)
)
THREADS = select(threads.c.root, threads.c.replies, threads.c.last_seq, threads.c.last_at).where(
    *_seqs_of(threads, threads.c.root)
)
PINS = (
    select(pins.c.seq, users.c.username, pins.c.at)
    .join(users, users.c.id == pins.c.by_id)
    .where(*_seqs_of(pins, pins.c.seq))
)


class Attachments:
    """Four looks at small tables, whatever the number of messages."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._run = connection.execute

    def of(self, room: Room, seqs: Sequence[int]) -> dict[int, dict[str, Any]]:
        """The fields of ``Message`` that hang on the messages at these seqs; those without any are left out."""
        hung: dict[int, dict[str, Any]] = {}
        for start in range(0, len(seqs), AT_ONCE):
            these = list(seqs[start : start + AT_ONCE])
            wanted = {"room_id": room.id, "seqs": these}
            for root, replies, last_seq, last_at in self._run(THREADS, wanted):
                hung.setdefault(root, {})["thread"] = Thread(replies, last_seq, last_at)
            for seq, by, at in self._run(PINS, wanted):
                hung.setdefault(seq, {})["pinned"] = Pin(by, at)
            for seq, found in self._reactions(wanted).items():
                hung.setdefault(seq, {})["reactions"] = found
            for seq, carried in files.of_messages(self._connection, room.id, these).items():
                hung.setdefault(seq, {})["files"] = carried
        return hung

    def _reactions(self, wanted: dict[str, Any]) -> dict[int, tuple[Reaction, ...]]:
        by_message: dict[int, dict[str, tuple[int, list[str]]]] = {}
        for seq, emoji, username, alike in self._run(REACTIONS, {**wanted, "shown": USERS_SHOWN}):
            by_message.setdefault(seq, {}).setdefault(emoji, (alike, []))[1].append(username)
        return {
            seq: tuple(Reaction(emoji, alike, tuple(names)) for emoji, (alike, names) in found.items())
            for seq, found in by_message.items()
        }
