"""Blocks, in the database: who does not want to hear from whom.

A block takes a right away from who is blocked, so it moves the authority's version, here, where no caller can forget
it.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, delete, func, insert, or_, select

from service.chat.ports import Page
from service.chat.records import User
from service.chat.roles import Visibility
from service.storage.tables import blocks, heads, members, rooms, users
from service.storage.unit import Unit
from service.storage.user_row import USER_COLUMNS, user_of

_THE_ONE = (blocks.c.user_id == bindparam("of_user"), blocks.c.blocked_id == bindparam("of_blocked"))
_HAS = select(blocks.c.at).where(*_THE_ONE)
_REMOVE = delete(blocks).where(*_THE_ONE)
_EITHER = select(blocks.c.at).where(
    or_(
        and_(blocks.c.user_id == bindparam("one"), blocks.c.blocked_id == bindparam("other")),
        and_(blocks.c.user_id == bindparam("other"), blocks.c.blocked_id == bindparam("one")),
    )
)


def _between(one: ColumnElement[int], other: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether one of both has blocked the other. Asked as two questions, each of which the key answers."""
    blocked = select(blocks.c.at).where(blocks.c.user_id == one, blocks.c.blocked_id == other)
    blocking = select(blocks.c.at).where(blocks.c.user_id == other, blocks.c.blocked_id == one)
    return or_(blocked.exists(), blocking.exists())


# Whether anybody in a room, other than the user, has blocked them or is blocked by them.
_ME = bindparam("of_user", type_=BigInteger)
IN_ROOM = (
    select(members.c.user_id)
    .where(members.c.room_id == bindparam("of_room"), members.c.user_id != _ME, _between(_ME, members.c.user_id))
    .limit(1)
)
# The same, for all direct rooms of a user at once.
_mine = members.alias("mine")
ROOMS = (
    select(_mine.c.room_id)
    .select_from(_mine)
    .join(rooms, rooms.c.id == _mine.c.room_id)
    .join(heads, heads.c.room_id == _mine.c.room_id)
    .join(members, and_(members.c.room_id == _mine.c.room_id, members.c.user_id != _mine.c.user_id))
    .where(
        _mine.c.user_id == _ME,
        rooms.c.visibility == Visibility.DIRECT.value,
        heads.c.members <= 2,
        _between(_ME, members.c.user_id),
    )
)
_COUNT = select(func.count()).select_from(blocks).where(blocks.c.user_id == bindparam("of_user"))
PAGE = (
    select(*USER_COLUMNS)
    .join_from(blocks, users, users.c.id == blocks.c.blocked_id)
    .where(blocks.c.user_id == bindparam("of_user"), users.c.username > bindparam("after"))
    .order_by(users.c.username)
    .limit(bindparam("most"))
)


class SqlBlocks:
    """The blocks, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._run = unit.connection.execute
        self._authority = unit.authority
        self._now = unit.now

    def has(self, user_id: int, blocked_id: int) -> bool:
        """Whether the one has blocked the other."""
        return self._run(_HAS, {"of_user": user_id, "of_blocked": blocked_id}).first() is not None

    def either(self, one: int, other: int) -> bool:
        """Whether one of both has blocked the other."""
        return self._run(_EITHER, {"one": one, "other": other}).first() is not None

    def in_room(self, room_id: int, user_id: int) -> bool:
        """Whether somebody else in a room has blocked a user, or is blocked by them."""
        return self._run(IN_ROOM, {"of_room": room_id, "of_user": user_id}).first() is not None

    def rooms(self, user_id: int) -> set[int]:
        """The ids of the direct rooms for two in which a user is blocked, or has blocked the other."""
        return set(self._run(ROOMS, {"of_user": user_id}).scalars())

    def count(self, user_id: int) -> int:
        """How many somebody has blocked."""
        return int(self._run(_COUNT, {"of_user": user_id}).scalar_one())

    def set(self, user_id: int, blocked_id: int, on: bool) -> None:
        """Block, or no longer."""
        if on:
            self._run(insert(blocks), {"user_id": user_id, "blocked_id": blocked_id, "at": self._now})
        else:
            self._run(_REMOVE, {"of_user": user_id, "of_blocked": blocked_id})
        for concerned in (user_id, blocked_id):
            self._authority.user_changed(concerned)

    def page(self, user_id: int, page: Page) -> list[User]:
        """Whom somebody has blocked, by username."""
        wanted = {"of_user": user_id, "after": page.cursor or "", "most": page.limit}
        return [user_of(row) for row in self._run(PAGE, wanted)]
