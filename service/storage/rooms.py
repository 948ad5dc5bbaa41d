"""Rooms, in the database. Who may see or change them is decided in ``chat``; here they are only kept and found.

Whatever can take a right away moves the authority's version, here, where no caller can forget it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, insert, select, union_all, update
from sqlalchemy.exc import IntegrityError

from service.chat.errors import Code, Refusal
from service.chat.ports import Page
from service.chat.records import SYSTEM, Room, Setter, User
from service.chat.roles import Role, RoomRole, Visibility
from service.storage.tables import heads, members, room_rules, rooms, users
from service.storage.unit import Unit

AT_ONCE = 500  # room ids or slugs in one statement: databases bound its parameters

ROOM_COLUMNS = (
    rooms.c.id,
    rooms.c.slug,
    rooms.c.name,
    rooms.c.topic,
    rooms.c.visibility,
    rooms.c.join_role,
    rooms.c.post_role,
    rooms.c.locked,
    rooms.c.slow_mode,
    rooms.c.epoch,
    heads.c.seq,
    heads.c.members,
    rooms.c.created_at,
    rooms.c.deleted_at,
    rooms.c.receipts,
    rooms.c.retention_days,
)

_ROOM = select(*ROOM_COLUMNS).join_from(rooms, heads, heads.c.room_id == rooms.c.id)
GET = _ROOM.where(rooms.c.id == bindparam("room_id"))
BY_SLUG = _ROOM.where(rooms.c.slug == bindparam("slug"))
DIRECT = _ROOM.where(rooms.c.direct_key == bindparam("key"))
_SET_KEY = update(rooms).where(rooms.c.id == bindparam("of")).values(direct_key=bindparam("key"))
_WITH_ROLE = (
    select(*ROOM_COLUMNS, members.c.role.label("held"))
    .join_from(rooms, heads, heads.c.room_id == rooms.c.id)
    .outerjoin(members, and_(members.c.room_id == rooms.c.id, members.c.user_id == bindparam("user_id")))
)
# Asked at the beginning of whatever is done in a room: one statement.
SEEN_BY = _WITH_ROLE.where(rooms.c.slug == bindparam("slug"))
SEEN_AMONG = _WITH_ROLE.where(rooms.c.slug.in_(bindparam("keys", expanding=True)))


def _listed(*shown: Visibility) -> Select[Any]:
    """By slug, the rooms that everybody may see, and those that a user is in. Each kind is found by its own end of an
    index: walking along all slugs would read past the direct rooms of everybody else."""
    after, here = rooms.c.slug > bindparam("after"), rooms.c.deleted_at.is_(None)
    kinds = [select(rooms.c.id).where(rooms.c.visibility == one.value, after, here) for one in shown]
    own = select(rooms.c.id).join_from(members, rooms, rooms.c.id == members.c.room_id)
    kinds.append(own.where(members.c.user_id == bindparam("user_id"), after, here))
    firsts = (kind.order_by(rooms.c.slug).limit(bindparam("most")).subquery() for kind in kinds)
    found = union_all(*(select(first.c.id) for first in firsts))
    return _WITH_ROLE.where(rooms.c.id.in_(found)).order_by(rooms.c.slug).limit(bindparam("most"))


PAGE = _listed(Visibility.PUBLIC)
PAGE_FOR_ADMINS = _listed(Visibility.PUBLIC, Visibility.PRIVATE)
HEADS = select(heads.c.room_id, heads.c.seq).where(heads.c.room_id.in_(bindparam("keys", expanding=True)))
_EPOCHS = select(rooms.c.id, rooms.c.epoch).where(rooms.c.id.in_(bindparam("keys", expanding=True)))
_EVERY = (
    _ROOM.where(rooms.c.deleted_at.is_(None), rooms.c.id > bindparam("after"))
    .order_by(rooms.c.id)
    .limit(bindparam("most"))
)
_SET_EPOCH = update(rooms).where(rooms.c.id == bindparam("of")).values(epoch=bindparam("to_epoch"))
_SAVE = (
    update(rooms)
    .where(rooms.c.id == bindparam("key"))
    .values(
        name=bindparam("to_name"),
        topic=bindparam("to_topic"),
        visibility=bindparam("to_visibility"),
        join_role=bindparam("to_join_role"),
        post_role=bindparam("to_post_role"),
        locked=bindparam("to_locked"),
        slow_mode=bindparam("to_slow_mode"),
        receipts=bindparam("to_receipts"),
        retention_days=bindparam("to_retention_days"),
    )
)
SETTER = (
    select(users.c.username, room_rules.c.at, room_rules.c.reason)
    .join_from(room_rules, users, users.c.id == room_rules.c.by_id, isouter=True)
    .where(room_rules.c.room_id == bindparam("room_id"), room_rules.c.rule == bindparam("rule"))
)
_FORGET_SETTER = delete(room_rules).where(
    room_rules.c.room_id == bindparam("of_room"), room_rules.c.rule == bindparam("of_rule")
)
_DELETE = update(rooms).where(rooms.c.id == bindparam("key")).values(deleted_at=bindparam("now"))
_EMPTY = delete(members).where(members.c.room_id == bindparam("key"))
_COUNT_NONE = update(heads).where(heads.c.room_id == bindparam("key")).values(members=0)


class SqlRooms:
    """The rooms, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection
        self._authority = unit.authority
        self._now = unit.now

    def get(self, room_id: int) -> Room | None:
        """The room, also a deleted one."""
        row = self._connection.execute(GET, {"room_id": room_id}).one_or_none()
        return None if row is None else room_of(row)

    def by_slug(self, slug: str) -> Room | None:
        """The room, also a deleted one."""
        row = self._connection.execute(BY_SLUG, {"slug": slug}).one_or_none()
        return None if row is None else room_of(row)

    def seen_by(self, slug: str, user_id: int) -> tuple[Room, RoomRole | None] | None:
        """The room and what the user is in it; also one that they may not see, or that is deleted."""
        row = self._connection.execute(SEEN_BY, {"slug": slug, "user_id": user_id}).one_or_none()
        return None if row is None else _with_role(row)

    def seen_among(self, slugs: Iterable[str], user_id: int) -> list[tuple[Room, RoomRole | None]]:
        """``seen_by`` for many slugs; those that there are."""
        rows = self._of_each(SEEN_AMONG, slugs, user_id=user_id)
        return [_with_role(row) for row in rows]

    def direct(self, key: bytes) -> Room | None:
        """The direct room with that key."""
        row = self._connection.execute(DIRECT, {"key": key}).one_or_none()
        return None if row is None else room_of(row)

    def add_direct(self, room: Room, key: bytes) -> Room:
        """A direct room, which is found by its key from now on."""
        made = self.add(room)
        self._connection.execute(_SET_KEY, {"of": made.id, "key": key})
        return made

    def add(self, room: Room) -> Room:
        """The room with its id and an empty log; ``conflict`` if the slug is or was in use."""
        row = {
            "slug": room.slug,
            "name": room.name,
            "topic": room.topic,
            "visibility": room.visibility.value,
            "join_role": room.join_role.value,
            "post_role": room.post_role.value,
            "locked": room.locked,
            "slow_mode": room.slow_mode,
            "epoch": room.epoch,
            "created_at": room.created_at,
            "deleted_at": None,
            "version": 0,
            "receipts": room.receipts,
            "retention_days": room.retention_days,
        }
        try:
            room_id = self._connection.execute(insert(rooms).returning(rooms.c.id), row).scalar_one()
        except IntegrityError as taken:
            message = f"The slug {room.slug} is taken, or was: a slug is given out once, for links to it stay about."
            raise Refusal(Code.CONFLICT, message) from taken
        self._connection.execute(
            insert(heads), {"room_id": room_id, "seq": room.seq, "at": room.created_at, "members": room.members}
        )
        return replace(room, id=room_id)

    def save(self, room: Room) -> None:
        """Store the settings (name, topic, visibility, gates, locked, slow mode)."""
        row = {
            "key": room.id,
            "to_name": room.name,
            "to_topic": room.topic,
            "to_visibility": room.visibility.value,
            "to_join_role": room.join_role.value,
            "to_post_role": room.post_role.value,
            "to_locked": room.locked,
            "to_slow_mode": room.slow_mode,
            "to_receipts": room.receipts,
            "to_retention_days": room.retention_days,
        }
        self._connection.execute(_SAVE, row)
        self._authority.room_changed(room.id)

    def delete(self, room_id: int) -> None:
        """The room can no longer be used and has no members; its row and its slug stay."""
        self._connection.execute(_DELETE, {"key": room_id, "now": self._now})
        self._connection.execute(_EMPTY, {"key": room_id})
        self._connection.execute(_COUNT_NONE, {"key": room_id})
        self._authority.room_changed(room_id)

    def page(self, user_id: int, all_private: bool, page: Page) -> list[tuple[Room, RoomRole | None]]:
        """By slug: public rooms, those of the user, and all private ones for admins; and what the user is in each."""
        wanted = {"user_id": user_id, "after": page.cursor or "", "most": page.limit}
        rows = self._connection.execute(PAGE_FOR_ADMINS if all_private else PAGE, wanted)
        return [_with_role(row) for row in rows]

    def every(self, after: int, limit: int) -> list[Room]:
        """All rooms that are not deleted, direct ones too, behind an id."""
        return [room_of(row) for row in self._connection.execute(_EVERY, {"after": after, "most": limit})]

    def set_epoch(self, room_id: int, epoch: str) -> None:
        """The room's log is another one from now on, whatever it says."""
        self._connection.execute(_SET_EPOCH, {"of": room_id, "to_epoch": epoch})
        self._authority.room_changed(room_id)

    def note_setter(self, room_id: int, rule: str, by: User | None, reason: str | None) -> None:
        """Remember who set a rule of the room to what it is."""
        self._connection.execute(_FORGET_SETTER, {"of_room": room_id, "of_rule": rule})
        by_id = None if by is None else by.id
        row = {"room_id": room_id, "rule": rule, "by_id": by_id, "at": self._now, "reason": reason}
        self._connection.execute(insert(room_rules), row)

    def setter(self, room_id: int, rule: str) -> Setter | None:
        """Who set a rule of the room to what it is."""
        row = self._connection.execute(SETTER, {"room_id": room_id, "rule": rule}).one_or_none()
        return None if row is None else Setter(row[0] or SYSTEM, row[1], row[2])

    def heads(self, room_ids: Iterable[int]) -> dict[int, int]:
        """The last seq of each of these rooms."""
        return dict(self._of_each(HEADS, room_ids))

    def epochs(self, room_ids: Iterable[int]) -> dict[int, str]:
        """The epoch of each of these rooms."""
        return dict(self._of_each(_EPOCHS, room_ids))

    def _of_each(self, statement: Select[Any], keys: Iterable[Any], **more: Any) -> Iterator[Any]:
        wanted = list(keys)
        for start in range(0, len(wanted), AT_ONCE):
            yield from self._connection.execute(statement, {"keys": wanted[start : start + AT_ONCE], **more})


def room_of(row: Sequence[Any]) -> Room:
    """The room whose columns these are."""
    return Room(
        id=row[0],
        slug=row[1],
        name=row[2],
        topic=row[3],
        visibility=Visibility(row[4]),
        join_role=Role(row[5]),
        post_role=Role(row[6]),
        locked=bool(row[7]),
        slow_mode=row[8],
        epoch=row[9],
        seq=row[10],
        members=row[11],
        created_at=row[12],
        deleted=row[13] is not None,
        receipts=bool(row[14]),
        retention_days=row[15],
    )


def _with_role(row: Sequence[Any]) -> tuple[Room, RoomRole | None]:
    *columns, held = row
    return room_of(columns), None if held is None else RoomRole(held)
