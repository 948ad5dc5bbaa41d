"""The town that talks in the generated log: the same rooms and people however much they have said.

Only the length of the log may differ between two towns. So the people whose reads are measured have the same life in
each: as many rooms, as much unread, as many threads that they follow.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections import deque
from dataclasses import dataclass, field

from sqlalchemy import Engine

from service.chat.records import Credential, Session, User
from service.chat.roles import SCOPES_OF, Role, RoomRole
from service.chat.rooms import CreateRoom
from service.storage.kinds import Kind
from service.storage.transaction import SqlTransaction

ROOMS = 200
HUGE = "room-000"  # where half of everything is said
TALKERS = 1_000  # all of them in the huge room
IN_A_ROOM = 45  # of them, in each of the others
RECENT = 32  # events of a room's end that are remembered, to be read up to
ROOTS = 32  # messages of a room's end that may still be answered
CLIENT = "folkmoot"
LOGIN_MS = 30 * 86_400_000

# Nobody of these says anything. They are in every room: one reads along, one has never read, one has just come.
READER, LURKER, NEWCOMER = "reader", "lurker", "newcomer"
OWNER = "ann"

_JOIN = "INSERT INTO events (room_id, seq, at, kind, actor_id, subject_id, data, said) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_MEMBER = (
    "INSERT INTO members (room_id, user_id, role, joined_at, last_posted_at, read_seq, read_said)"
    " VALUES (?, ?, ?, ?, 0, ?, ?)"
)
_HEAD = "UPDATE heads SET seq = ?, at = ?, said = ?, members = members + ? WHERE room_id = ?"
_BEHIND = "UPDATE members SET read_seq = ?, read_said = ? WHERE room_id = ? AND user_id = ?"


@dataclass(slots=True)
class Place:
    """A room while its log is made: where it stands, who talks there, and what was said last."""

    id: int
    slug: str
    seq: int
    said: int = 0
    talkers: list[int] = field(default_factory=list)
    roots: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=ROOTS))  # seq and id
    recent: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=RECENT))  # seq and said


@dataclass(frozen=True, slots=True)
class Town:
    """Rooms, and the ids of people by username."""

    places: list[Place]
    people: dict[str, int]

    @property
    def huge(self) -> Place:
        """The room in which half of everything is said."""
        return self.places[0]


def found(engine: Engine, at: int) -> Town:
    """Make the accounts, their logins and the rooms, as the server itself makes them, at the time ``at`` (Unix ms)."""
    names = (OWNER, READER, LURKER, NEWCOMER, *(f"user-{number:04d}" for number in range(TALKERS)))
    with engine.begin() as connection:
        tx = SqlTransaction(connection, at)
        people = {
            name: tx.users.add(name, name, Role.ADMIN if name == OWNER else Role.MEMBER, bot=False, password_hash=None)
            for name in names
        }
        places = []
        for number in range(ROOMS):
            room = CreateRoom(f"room-{number:03d}").make(tx, people[OWNER])
            places.append(Place(room.id, room.slug, tx.appended[-1].seq))
    return Town(places, {name: user.id for name, user in people.items()})


def settle(town: Town, database: sqlite3.Connection, at: int) -> None:
    """Those who talk, and two of those who do not, come to their rooms."""
    fate = random.Random(2)
    talkers = [town.people[f"user-{number:04d}"] for number in range(TALKERS)]
    for place in town.places:
        place.talkers = talkers if place is town.huge else fate.sample(talkers, IN_A_ROOM)
        enter(place, database, [*place.talkers, town.people[READER], town.people[LURKER]], at)


def enter(place: Place, database: sqlite3.Connection, user_ids: list[int], at: int) -> None:
    """Make members of them, who have read what there is."""
    role = json.dumps({"role": RoomRole.MEMBER.word})
    comers = list(enumerate(user_ids, place.seq + 1))
    database.executemany(
        _JOIN,
        [(place.id, seq, at, Kind.JOINED.value, user_id, user_id, role, place.said) for seq, user_id in comers],
    )
    database.executemany(
        _MEMBER, [(place.id, user_id, RoomRole.MEMBER.value, at, seq, place.said) for seq, user_id in comers]
    )
    place.seq += len(comers)
    place.recent.append((place.seq, place.said))
    database.execute(_HEAD, (place.seq, at, place.said, len(comers), place.id))


def read(town: Town, database: sqlite3.Connection) -> None:
    """Everybody has read the log to somewhere near its end, but who never reads; the reader is a little behind, in all
    of their rooms."""
    fate = random.Random(3)
    lurker, reader = town.people[LURKER], town.people[READER]
    for place in town.places:
        ends = list(place.recent)
        reads = [(*fate.choice(ends), place.id, user_id) for user_id in place.talkers]
        reads += [(*ends[0], place.id, reader), (0, 0, place.id, lurker)]
        database.executemany(_BEHIND, reads)


def signed_in(engine: Engine, username: str, now: int) -> Credential:
    """A credential of somebody of the town, with all that their role allows."""
    with engine.begin() as connection:
        tx = SqlTransaction(connection, now)
        user = tx.users.by_username(username)
        if user is None:
            raise LookupError(f"there is nobody called {username} in this database")
        session = _session(user, now)
        if tx.sessions.get(session.sid) is None:
            tx.sessions.add(session)
    return Credential(user.uid, session.sid, CLIENT, SCOPES_OF[user.role], session.expires_at // 1000)


def _session(user: User, now: int) -> Session:
    sid = f"scale-{user.username}-{now}"
    return Session(sid, user.id, CLIENT, "", "", SCOPES_OF[user.role], now, now, now + LOGIN_MS, 0, now, None)
