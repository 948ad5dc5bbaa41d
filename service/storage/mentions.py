"""Mentions, in the database: who was called in which message."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, insert, select

from service.chat.records import Mention, Message
from service.storage.rooms import ROOM_COLUMNS, room_of
from service.storage.scattered import messages_in
from service.storage.tables import events, heads, members, mentions, rooms
from service.storage.unit import Unit

ID_MAX = 2**63 - 1  # above every id

_call = mentions.alias("call")

# Who has left a room has left its calls too. The two kinds are asked for one after the other: each is found by one end
# of an index, which no condition for both would be.
BY_NAME = (
    select(mentions.c.id, mentions.c.seq, mentions.c.user_id, *ROOM_COLUMNS)
    .select_from(mentions)
    .join(rooms, rooms.c.id == mentions.c.room_id)
    .join(heads, heads.c.room_id == rooms.c.id)
    .join(events, and_(events.c.room_id == mentions.c.room_id, events.c.seq == mentions.c.seq))
    .join(members, and_(members.c.room_id == mentions.c.room_id, members.c.user_id == bindparam("of_user")))
    .where(
        mentions.c.user_id == bindparam("of_user"), mentions.c.id < bindparam("before"), events.c.deleted_at.is_(None)
    )
    .order_by(mentions.c.id.desc())
    .limit(bindparam("most"))
)


def _calls(room_id: ColumnElement[int]) -> Select[tuple[int]]:
    """The calls to the whole of a room, newest first, that are not the user's own; deleted messages call nobody."""
    return (
        select(_call.c.id)
        .join(events, and_(events.c.room_id == _call.c.room_id, events.c.seq == _call.c.seq))
        .where(
            _call.c.user_id.is_(None),
            _call.c.room_id == room_id,
            _call.c.id < bindparam("before"),
            events.c.deleted_at.is_(None),
            events.c.actor_id != bindparam("of_user"),
        )
        .order_by(_call.c.id.desc())
    )


# A call to the whole room is for who was in it then. All such calls of the server, newest first, would be looked
# through by who is in few rooms, or has just come. So each of the user's rooms is asked for its newest one, which tells
# below which id nothing can stand on the page; and then for those above.
_newest = (
    select(members.c.room_id, members.c.joined_at, mentions.c.id.label("newest"))
    .join_from(
        members, mentions, mentions.c.id == _calls(members.c.room_id).limit(1).correlate(members).scalar_subquery()
    )
    .where(members.c.user_id == bindparam("of_user"), mentions.c.at >= members.c.joined_at)
    .cte("newest")
)
_least = (
    select(_newest.c.newest).order_by(_newest.c.newest.desc()).limit(1).offset(bindparam("most") - 1).correlate(None)
)
WITH_ALL = (
    select(mentions.c.id, mentions.c.seq, mentions.c.user_id, *ROOM_COLUMNS)
    .select_from(_newest)
    .join(
        mentions,
        mentions.c.id.in_(
            _calls(_newest.c.room_id)
            .where(_call.c.id >= func.coalesce(_least.scalar_subquery(), 0))
            .limit(bindparam("most"))
            .correlate(_newest)
        ),
    )
    .join(rooms, rooms.c.id == _newest.c.room_id)
    .join(heads, heads.c.room_id == rooms.c.id)
    .where(mentions.c.at >= _newest.c.joined_at)
    .order_by(mentions.c.id.desc())
    .limit(bindparam("most"))
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
        run = self._unit.connection.execute
        calls = sorted([*run(BY_NAME, wanted), *run(WITH_ALL, wanted)], key=lambda row: -int(row[0]))[:limit]
        rows = [(room_of(row[3:]), *row[:3]) for row in calls]
        messages = messages_in(self._unit, ((room, seq) for room, _, seq, _ in rows))
        return [
            Mention(id_, message, called is None)
            for room, id_, seq, called in rows
            if (message := messages.get((room.id, seq))) is not None
        ]
