"""Filters, in the database. Who may set one is decided in ``chat.filters``; here they are only kept.

One that is added or taken away moves the authority's version, here, where no caller can forget it: an earlier decision
that somebody may post did not know of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from service.chat.ids import new_uid
from service.chat.records import SYSTEM, Filter, FilterAction, FilterKind, Room, User
from service.storage.tables import filters, rooms, users
from service.storage.unit import Unit

_COLUMNS = (
    filters.c.id,
    filters.c.uid,
    rooms.c.slug,
    filters.c.kind,
    filters.c.pattern,
    filters.c.action,
    users.c.username,
    filters.c.at,
    filters.c.reason,
)
# Asked whenever the policy is asked about a post: nearly always empty, and found so by one look at a small index.
OF_ROOM = (
    select(*_COLUMNS)
    .join_from(filters, rooms, rooms.c.id == filters.c.room_id)
    .outerjoin(users, users.c.id == filters.c.by_id)
    .where(filters.c.room_id == bindparam("of_room"))
    .order_by(filters.c.id)
)
_ADD = insert(filters).returning(filters.c.id)
_DELETE = delete(filters).where(filters.c.id == bindparam("of"))


class SqlFilters:
    """The filters, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection
        self._authority = unit.authority
        self._now = unit.now

    def of_room(self, room_id: int) -> tuple[Filter, ...]:
        """In the order in which they were made."""
        return tuple(_filter(row) for row in self._connection.execute(OF_ROOM, {"of_room": room_id}))

    def add(
        self, room: Room, kind: FilterKind, pattern: str, action: FilterAction, by: User, reason: str | None
    ) -> Filter:
        """A new one."""
        uid = new_uid("f", self._now)
        row = {
            "uid": uid,
            "room_id": room.id,
            "kind": kind.value,
            "pattern": pattern,
            "action": action.value,
            "by_id": by.id,
            "at": self._now,
            "reason": reason,
        }
        id = int(self._connection.execute(_ADD, row).scalar_one())
        self._authority.room_changed(room.id)
        return Filter(id, uid, room.slug, kind, pattern, action, by.username, self._now, reason)

    def delete(self, found: Filter, room_id: int) -> None:
        """Take it away."""
        self._connection.execute(_DELETE, {"of": found.id})
        self._authority.room_changed(room_id)


def _filter(row: Sequence[Any]) -> Filter:
    id, uid, slug, kind, pattern, action, by, at, reason = row
    return Filter(id, uid, slug, FilterKind(kind), pattern, FilterAction(action), by or SYSTEM, at, reason)
