"""Members, in the database: who is in which room, as what. Who may be is decided in ``chat``.

A membership that ends and a role that changes move the authority's version, here, where no caller can forget it. So
does the count of members: it stands in the room's head and is changed with the row that it counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    SmallInteger,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from service.chat.ports import Page
from service.chat.records import Member, ReadState, Room, User
from service.chat.roles import Role, RoomRole
from service.storage.rooms import ROOM_COLUMNS, room_of
from service.storage.sanctions import muted_until
from service.storage.tables import events, followers, heads, members, mentions, rooms, users
from service.storage.unit import Unit
from service.storage.user_row import USER_COLUMNS, user_of

CALLED_MAX = 100  # unread calls of a room: counting goes no further, however long somebody has stayed away
NEVER = 0  # the time of the last post of who has not posted yet

_MEMBER_COLUMNS = (
    members.c.room_id,
    members.c.role,
    members.c.joined_at,
    members.c.last_posted_at,
    muted_until(bindparam("of_room")).label("muted_until"),
)
_MEMBER = select(*_MEMBER_COLUMNS, *USER_COLUMNS).join_from(members, users, users.c.id == members.c.user_id)
_THE_ONE = (members.c.room_id == bindparam("of_room"), members.c.user_id == bindparam("of_user"))

GET = _MEMBER.where(*_THE_ONE)
BY_USERNAME = _MEMBER.where(users.c.username == bindparam("username"), members.c.room_id == bindparam("of_room"))
ROLE = select(members.c.role).where(*_THE_ONE)
PAGE = (
    _MEMBER.where(members.c.room_id == bindparam("of_room"), members.c.user_id > bindparam("after"))
    .order_by(members.c.user_id)
    .limit(bindparam("most"))
)
OF_USER = (
    select(*_MEMBER_COLUMNS[:-1], muted_until(members.c.room_id).label("muted_until"), *USER_COLUMNS, *ROOM_COLUMNS)
    .join_from(members, users, users.c.id == members.c.user_id)
    .join(rooms, rooms.c.id == members.c.room_id)
    .join(heads, heads.c.room_id == rooms.c.id)
    .where(members.c.user_id == bindparam("of_user"))
    .order_by(members.c.room_id)
)
BELOW = _MEMBER.where(members.c.room_id == bindparam("of_room"), users.c.role < bindparam("gate")).order_by(
    members.c.user_id
)
OWNERS = (
    select(func.count())
    .select_from(members)
    .where(members.c.room_id == bindparam("of_room"), members.c.role == RoomRole.OWNER.value)
)
AMONG = (
    select(users.c.username, users.c.id)
    .join_from(members, users, users.c.id == members.c.user_id)
    .where(members.c.room_id == bindparam("of_room"), users.c.username.in_(bindparam("usernames", expanding=True)))
)
IDS = select(members.c.user_id).where(members.c.room_id == bindparam("of_room"))


def _called(whom: ColumnElement[bool]) -> ScalarSelect[int]:
    """In how many messages that a member has not read somebody is called; deleted ones call nobody."""
    found = (
        select(mentions.c.id)
        .join(events, and_(events.c.room_id == mentions.c.room_id, events.c.seq == mentions.c.seq))
        .where(
            whom,
            mentions.c.room_id == members.c.room_id,
            mentions.c.seq > members.c.read_seq,
            events.c.deleted_at.is_(None),
            events.c.actor_id != members.c.user_id,
        )
        .limit(CALLED_MAX)
        .correlate(members)
        .subquery()
    )
    return select(func.count()).select_from(found).scalar_subquery()


_CALLED = _called(mentions.c.user_id == members.c.user_id) + _called(mentions.c.user_id.is_(None))
READS = (
    select(members.c.room_id, members.c.read_seq, heads.c.said - members.c.read_said, _CALLED)
    .join_from(members, heads, heads.c.room_id == members.c.room_id)
    .where(members.c.user_id == bindparam("of_user"))
)
READ_OF_ROOM = READS.where(members.c.room_id == bindparam("of_room"))
READERS = (
    select(*USER_COLUMNS)
    .join_from(members, users, users.c.id == members.c.user_id)
    .where(
        members.c.room_id == bindparam("of_room"),
        members.c.read_seq >= bindparam("seq"),
        members.c.joined_at <= bindparam("at"),
        users.c.username > bindparam("after"),
    )
    .order_by(users.c.username)
    .limit(bindparam("most"))
)
_READ = update(members).where(*_THE_ONE).values(read_seq=bindparam("to_seq"), read_said=bindparam("to_said"))
_READ_ON = _READ.where(members.c.read_seq < bindparam("to_seq"))
_READ_BACK = _READ.where(members.c.read_seq != bindparam("to_seq"))
# Whoever comes has read what there is: nothing of before they came is news to them.
_ADD = insert(members).from_select(
    ("room_id", "user_id", "role", "joined_at", "last_posted_at", "read_seq", "read_said"),
    select(
        heads.c.room_id,
        bindparam("of_user", type_=BigInteger),
        bindparam("role", type_=SmallInteger),
        bindparam("joined_at", type_=BigInteger),
        literal(NEVER),
        heads.c.seq,
        heads.c.said,
    ).where(heads.c.room_id == bindparam("of_room")),
)
# So it is with the threads that they follow, from when they were here before.
_FOLLOW_ON = (
    update(followers)
    .where(followers.c.user_id == bindparam("of_user"), followers.c.room_id == bindparam("of_room"))
    .values(read_seq=select(heads.c.seq).where(heads.c.room_id == bindparam("of_room")).scalar_subquery())
)
_REMOVE = delete(members).where(*_THE_ONE)
_SET_ROLE = update(members).where(*_THE_ONE).values(role=bindparam("to_role"))
_POSTED = update(members).where(*_THE_ONE).values(last_posted_at=bindparam("now"))
_COUNT = (
    update(heads).where(heads.c.room_id == bindparam("of_room")).values(members=heads.c.members + bindparam("more"))
)


class SqlMembers:
    """The memberships, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection
        self._authority = unit.authority
        self._now = unit.now

    def get(self, room_id: int, user_id: int) -> Member | None:
        """The user as a member of the room, if they are one."""
        row = self._connection.execute(GET, self._wanted(room_id, of_user=user_id)).one_or_none()
        return None if row is None else _member_of(row)

    def by_username(self, room_id: int, username: str) -> Member | None:
        """The member of that name."""
        row = self._connection.execute(BY_USERNAME, self._wanted(room_id, username=username)).one_or_none()
        return None if row is None else _member_of(row)

    def role(self, room_id: int, user_id: int) -> RoomRole | None:
        """What the user is in the room; None for who is no member."""
        role = self._connection.execute(ROLE, {"of_room": room_id, "of_user": user_id}).scalar_one_or_none()
        return None if role is None else RoomRole(role)

    def add(self, room_id: int, user_id: int, role: RoomRole, now: int) -> None:
        """A new member."""
        row = {"of_room": room_id, "of_user": user_id, "role": role.value, "joined_at": now}
        self._connection.execute(_ADD, row)
        self._connection.execute(_FOLLOW_ON, {"of_room": room_id, "of_user": user_id})
        self._connection.execute(_COUNT, {"of_room": room_id, "more": 1})

    def remove(self, room_id: int, user_id: int) -> None:
        """End a membership, if there is one."""
        if self._connection.execute(_REMOVE, {"of_room": room_id, "of_user": user_id}).rowcount == 0:
            return
        self._connection.execute(_COUNT, {"of_room": room_id, "more": -1})
        self._authority.room_changed(room_id)

    def set_role(self, room_id: int, user_id: int, role: RoomRole) -> None:
        """Another room role."""
        self._connection.execute(_SET_ROLE, {"of_room": room_id, "of_user": user_id, "to_role": role.value})
        self._authority.room_changed(room_id)

    def posted(self, room_id: int, user_id: int, now: int) -> None:
        """Remember when the member last posted (kept in slow mode only)."""
        self._connection.execute(_POSTED, {"of_room": room_id, "of_user": user_id, "now": now})

    def page(self, room_id: int, after: int, limit: int) -> list[Member]:
        """The members whose user id is above ``after``, in that order."""
        rows = self._connection.execute(PAGE, self._wanted(room_id, after=after, most=limit))
        return [_member_of(row) for row in rows]

    def of_user(self, user_id: int) -> list[tuple[Room, Member]]:
        """The rooms that a user is in, by room id."""
        width = len(_MEMBER_COLUMNS) + len(USER_COLUMNS)
        rows = self._connection.execute(OF_USER, {"of_user": user_id, "now": self._now})
        return [(room_of(row[width:]), _member_of(row[:width])) for row in rows]

    def _wanted(self, room_id: int, **more: Any) -> dict[str, Any]:
        return {"of_room": room_id, "now": self._now, **more}

    def below(self, room_id: int, role: Role) -> list[Member]:
        """The members whose server-wide role is lower than ``role``."""
        rows = self._connection.execute(BELOW, self._wanted(room_id, gate=role.value))
        return [_member_of(row) for row in rows]

    def among(self, room_id: int, usernames: Iterable[str]) -> dict[str, int]:
        """The ids of those of these users who are members, by username."""
        wanted = {"of_room": room_id, "usernames": sorted(usernames)}
        return {row.username: row.id for row in self._connection.execute(AMONG, wanted)}

    def ids(self, room_id: int) -> set[int]:
        """The ids of all members."""
        return set(self._connection.execute(IDS, {"of_room": room_id}).scalars())

    def read(self, room_id: int, user_id: int, seq: int, said: int) -> bool:
        """Remember that a member has read up to ``seq``, where the room had ``said`` messages; also if they had read
        further before. False if that is nothing new."""
        row = {"of_room": room_id, "of_user": user_id, "to_seq": seq, "to_said": said}
        return self._connection.execute(_READ_BACK, row).rowcount == 1

    def read_on(self, room_id: int, seq: int, said: int, user_ids: Iterable[int]) -> None:
        """Remember that these members have read up to ``seq``, those who had not read so far."""
        rows = [{"of_room": room_id, "of_user": user_id, "to_seq": seq, "to_said": said} for user_id in user_ids]
        self._connection.execute(_READ_ON, rows)

    def reads(self, user_id: int, room_id: int | None = None) -> dict[int, ReadState]:
        """How far a user has read, by room; in all rooms that they are in, or in one."""
        if room_id is None:
            rows = self._connection.execute(READS, {"of_user": user_id})
        else:
            rows = self._connection.execute(READ_OF_ROOM, {"of_user": user_id, "of_room": room_id})
        return {row[0]: ReadState(row[1], max(0, row[2]), min(row[3], CALLED_MAX)) for row in rows}

    def readers(self, room_id: int, seq: int, at: int, page: Page) -> list[User]:
        """The members who have read what was said at ``seq``, at the time ``at``, by username. Who came later has a
        position behind it, and has not seen it for that."""
        wanted = {"of_room": room_id, "seq": seq, "at": at, "after": page.cursor or "", "most": page.limit}
        return [user_of(row) for row in self._connection.execute(READERS, wanted)]

    def owners(self, room_id: int) -> int:
        """How many owners the room has."""
        return int(self._connection.execute(OWNERS, {"of_room": room_id}).scalar_one())


def _member_of(row: Sequence[Any]) -> Member:
    room_id, role, joined_at, last_posted_at, muted_until, *user = row
    return Member(room_id, user_of(user), RoomRole(role), joined_at, last_posted_at, muted_until or 0)
