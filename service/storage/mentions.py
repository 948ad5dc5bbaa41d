"""Mentions, in the database: who was called in which message."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import and_, bindparam, insert, select

from service.chat.records import Mention, Message
from service.storage.history import SqlHistory
from service.storage.rooms import ROOM_COLUMNS, room_of
from service.storage.tables import events, heads, members, mentions, rooms
from service.storage.unit import Unit

ID_MAX = 2**63 - 1  # above every id

# Who has left a room has left its calls too. The two kinds are asked for one after the other: each is found by one end
# of an index, which no condition for both would be.
_CALLED = (
    select(mentions.c.id, mentions.c.seq, mentions.c.user_id, *ROOM_COLUMNS)
    .select_from(mentions)
    .join(rooms, rooms.c.id == mentions.c.room_id)
    .join(heads, heads.c.room_id == rooms.c.id)
    .join(events, and_(events.c.room_id == mentions.c.room_id, events.c.seq == mentions.c.seq))
    .join(members, and_(members.c.room_id == mentions.c.room_id, members.c.user_id == bindparam("of_user")))
    .where(mentions.c.id < bindparam("before"), events.c.deleted_at.is_(None))
    .order_by(mentions.c.id.desc())
    .limit(bindparam("most"))
)
BY_NAME = _CALLED.where(mentions.c.user_id == bindparam("of_user"))
# A call to the whole room is for who was in it then.
WITH_ALL = _CALLED.where(
    mentions.c.user_id.is_(None), members.c.joined_at <= mentions.c.at, events.c.actor_id != bindparam("of_user")
)


class SqlMentions:
    """The mentions, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, room_id: int, message: Message, user_ids: Iterable[int], everybody: bool) -> None:
        """These users are called in a message; one row stands for everybody in its room."""
        place = {"room_id": room_id, "seq": message.seq, "at": message.at}
        called: list[int | None] = [*sorted(user_ids), *([None] if everybody else [])]
        self._unit.connection.execute(insert(mentions), [{**place, "user_id": user_id} for user_id in called])

    def of_user(self, user_id: int, before: int | None, limit: int) -> list[Mention]:
        """In which messages somebody was called, newest first, below the id ``before``."""
        wanted = {"of_user": user_id, "before": ID_MAX if before is None else before, "most": limit}
        history, run = SqlHistory(self._unit), self._unit.connection.execute
        rows = [*run(BY_NAME, wanted), *run(WITH_ALL, wanted)]
        found = []
        for id_, seq, called, *room_row in sorted(rows, key=lambda row: -int(row[0]))[:limit]:
            message = history.message(room_of(room_row), seq)
            if message is not None:
                found.append(Mention(id_, message, called is None))
        return found
