"""Logins, in the database. What a session may do is decided in ``chat.sessions``; here it is only kept and found.

Whatever ends a session also moves the authority's version, so that its connections are closed on every node: that is
done here, where no caller can forget it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from service.chat.records import Session, User
from service.chat.roles import Scope, format_scope
from service.storage.tables import sessions, users
from service.storage.unit import Unit
from service.storage.user_row import USER_COLUMNS, user_of

_SESSION = (
    sessions.c.sid,
    sessions.c.user_id,
    sessions.c.client_id,
    sessions.c.client,
    sessions.c.address,
    sessions.c.scope,
    sessions.c.created_at,
    sessions.c.used_at,
    sessions.c.expires_at,
    sessions.c.generation,
    sessions.c.rotated_at,
    sessions.c.ended_at,
    sessions.c.rotated_before,
)
_GET = select(*_SESSION).where(sessions.c.sid == bindparam("sid"))
# Asked for each request: one statement, compiled once.
_WITH_USER = (
    select(*_SESSION, *USER_COLUMNS)
    .join_from(sessions, users, sessions.c.user_id == users.c.id)
    .where(sessions.c.sid == bindparam("sid"))
)
_OPEN = (
    select(*_SESSION)
    .where(
        sessions.c.user_id == bindparam("user_id"),
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > bindparam("now"),
    )
    .order_by(sessions.c.used_at.desc(), sessions.c.sid.desc())
)
_ADDRESSES = (
    select(sessions.c.address)
    .join_from(users, sessions, sessions.c.user_id == users.c.id)
    .where(users.c.username == bindparam("username"), sessions.c.used_at >= bindparam("since"))
    .distinct()
    .limit(bindparam("most"))
)
_ROTATE = (
    update(sessions)
    .where(sessions.c.sid == bindparam("of"), sessions.c.generation == bindparam("from_generation"))
    .values(
        generation=bindparam("to_generation"),
        rotated_at=bindparam("now"),
        rotated_before=sessions.c.rotated_at,
        used_at=bindparam("now"),
        expires_at=bindparam("until"),
        address=bindparam("from_address"),
    )
)
_END = (
    update(sessions)
    .where(sessions.c.sid == bindparam("of"), sessions.c.ended_at.is_(None))
    .values(ended_at=bindparam("now"))
)
_END_EVERY = (
    update(sessions)
    .where(sessions.c.ended_at.is_(None), sessions.c.expires_at > bindparam("now"))
    .values(ended_at=bindparam("now"))
)
_FORGET = delete(sessions).where(
    sessions.c.user_id == bindparam("of_user"), sessions.c.expires_at < bindparam("before")
)


class SqlSessions:
    """The sessions, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection
        self._authority = unit.authority

    def get(self, sid: str) -> Session | None:
        """The session, also one that has ended."""
        row = self._connection.execute(_GET, {"sid": sid}).one_or_none()
        return None if row is None else _session(row)

    def with_user(self, sid: str) -> tuple[Session, User] | None:
        """The session and whose it is, in one query; also one that has ended."""
        row = self._connection.execute(_WITH_USER, {"sid": sid}).one_or_none()
        return None if row is None else (_session(row), user_of(row[len(_SESSION) :]))

    def add(self, session: Session) -> None:
        """A new login."""
        self._connection.execute(
            insert(sessions),
            {
                "sid": session.sid,
                "user_id": session.user_id,
                "client_id": session.client_id,
                "client": session.client,
                "address": session.address,
                "scope": format_scope(session.scope),
                "created_at": session.created_at,
                "used_at": session.used_at,
                "expires_at": session.expires_at,
                "generation": session.generation,
                "rotated_at": session.rotated_at,
                "rotated_before": session.rotated_before,
                "ended_at": session.ended_at,
                "version": 0,
            },
        )

    def of_user(self, user_id: int, now: int) -> list[Session]:
        """The user's sessions that are neither ended nor expired, newest use first."""
        return [_session(row) for row in self._connection.execute(_OPEN, {"user_id": user_id, "now": now})]

    def addresses_of(self, username: str, since: int, most: int) -> list[str]:
        """The network addresses, ``most`` at most, from which that user had sessions in use after ``since``."""
        found = self._connection.execute(_ADDRESSES, {"username": username, "since": since, "most": most})
        return list(found.scalars())

    def rotate(self, sid: str, generation: int, now: int, expires_at: int, address: str) -> bool:
        """Move on from ``generation`` to the next one, unless somebody else has done so: then False."""
        done = self._connection.execute(
            _ROTATE,
            {
                "of": sid,
                "from_generation": generation,
                "to_generation": generation + 1,
                "now": now,
                "until": expires_at,
                "from_address": address,
            },
        )
        return done.rowcount == 1

    def end(self, sid: str, now: int) -> bool:
        """End a session; False if it is not there or had ended."""
        if self._connection.execute(_END, {"of": sid, "now": now}).rowcount != 1:
            return False
        self._authority.session_changed(sid)
        return True

    def end_all(self, user_id: int, now: int, but: str | None = None) -> int:
        """End all open sessions of a user, ``but`` one; how many they were."""
        return sum(self.end(session.sid, now) for session in self.of_user(user_id, now) if session.sid != but)

    def end_every(self, now: int) -> int:
        """End the open sessions of all users; how many they were. Where no server runs: nobody is told."""
        return self._connection.execute(_END_EVERY, {"now": now}).rowcount

    def forget(self, user_id: int, before: int) -> None:
        """Delete the user's sessions that expired before then: nobody asks for them any more."""
        self._connection.execute(_FORGET, {"of_user": user_id, "before": before})


def _session(row: Sequence[Any]) -> Session:
    return Session(
        sid=row[0],
        user_id=row[1],
        client_id=row[2],
        client=row[3],
        address=row[4],
        scope=frozenset(Scope(word) for word in row[5].split()),
        created_at=row[6],
        used_at=row[7],
        expires_at=row[8],
        generation=row[9],
        rotated_at=row[10],
        ended_at=row[11],
        rotated_before=row[12],
    )
