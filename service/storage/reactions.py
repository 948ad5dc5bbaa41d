"""Reactions, in the database. How they are shown with a message is in ``attachments``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, String, bindparam, case, delete, func, insert, select

from service.storage.tables import reactions
from service.storage.unit import Unit

_OF_MESSAGE = (reactions.c.room_id == bindparam("of_room"), reactions.c.seq == bindparam("of_seq"))
_MINE = (*_OF_MESSAGE, reactions.c.emoji == bindparam("of_emoji"), reactions.c.user_id == bindparam("of_user"))
_IS_MINE = select(reactions.c.at).where(*_MINE)
_latest = select(func.max(reactions.c.at)).where(*_OF_MESSAGE).scalar_subquery()
# Later than all that is there, also within one millisecond and after the clock went back: the time is their order.
_ADD = insert(reactions).from_select(
    ("room_id", "seq", "emoji", "user_id", "at"),
    select(
        bindparam("of_room", type_=BigInteger),
        bindparam("of_seq", type_=BigInteger),
        bindparam("of_emoji", type_=String),
        bindparam("of_user", type_=BigInteger),
        case((_latest >= bindparam("now"), _latest + 1), else_=bindparam("now", type_=BigInteger)),
    ),
)
_REMOVE = delete(reactions).where(*_MINE)
_KINDS = select(reactions.c.emoji).where(*_OF_MESSAGE).distinct()
_COUNT = select(func.count()).where(*_OF_MESSAGE, reactions.c.emoji == bindparam("of_emoji"))


class SqlReactions:
    """Who put which emoji under which message, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._run = unit.connection.execute
        self._now = unit.now

    def has(self, room_id: int, seq: int, emoji: str, user_id: int) -> bool:
        """Whether somebody put that one there."""
        return self._run(_IS_MINE, _row(room_id, seq, emoji, user_id)).first() is not None

    def kinds(self, room_id: int, seq: int) -> set[str]:
        """The emoji under a message."""
        return set(self._run(_KINDS, {"of_room": room_id, "of_seq": seq}).scalars())

    def count(self, room_id: int, seq: int, emoji: str) -> int:
        """How many have put that one there."""
        return int(self._run(_COUNT, {"of_room": room_id, "of_seq": seq, "of_emoji": emoji}).scalar_one())

    def add(self, room_id: int, seq: int, emoji: str, user_id: int) -> None:
        """One more."""
        self._run(_ADD, _row(room_id, seq, emoji, user_id) | {"now": self._now})

    def remove(self, room_id: int, seq: int, emoji: str, user_id: int) -> None:
        """One less."""
        self._run(_REMOVE, _row(room_id, seq, emoji, user_id))


def _row(room_id: int, seq: int, emoji: str, user_id: int) -> dict[str, Any]:
    return {"of_room": room_id, "of_seq": seq, "of_emoji": emoji, "of_user": user_id}
