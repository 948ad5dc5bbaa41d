"""The version of everybody's rights.

One counter for the whole server, moved in the transaction that changes a right, and the new value stamped on the row
concerned. So a batch of posts checks all its authors, sessions and rooms by reading one number: where it is the one at
which the policy was asked, nothing has changed. Who made the change, this process or another on the same database,
makes no difference.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, select, update

from service.chat.events import AuthorityChanged
from service.storage import tables

_VERSION = select(tables.authority.c.version)
_NEXT = update(tables.authority).values(version=tables.authority.c.version + 1).returning(tables.authority.c.version)


class SqlAuthority:
    """The counter, and what this transaction changed."""

    def __init__(self, connection: Connection, now: int) -> None:
        self._connection = connection
        self._now = now
        self._moved_to: int | None = None
        self._users: set[int] = set()
        self._sessions: set[str] = set()
        self._rooms: set[int] = set()

    def version(self) -> int:
        """The version as this transaction sees it."""
        return int(self._connection.execute(_VERSION).scalar_one())

    def user_changed(self, user_id: int) -> None:
        """A user's role, name or state is another one now."""
        self._users.add(user_id)
        self._stamp(tables.users, tables.users.c.id, user_id)

    def session_changed(self, sid: str) -> None:
        """A session ended."""
        self._sessions.add(sid)
        self._stamp(tables.sessions, tables.sessions.c.sid, sid)

    def room_changed(self, room_id: int) -> None:
        """A room's gates, state or members' rights are other ones now."""
        self._rooms.add(room_id)
        self._stamp(tables.rooms, tables.rooms.c.id, room_id)

    def changed_since(self, version: int) -> tuple[set[int], set[str], set[int]]:
        """The users, sessions and rooms whose rights changed after ``version``."""
        users, sessions, rooms = (
            {key for (key,) in self._connection.execute(select(column).where(table.c.version > version))}
            for table, column in (
                (tables.users, tables.users.c.id),
                (tables.sessions, tables.sessions.c.sid),
                (tables.rooms, tables.rooms.c.id),
            )
        )
        return users, sessions, rooms

    def change(self) -> AuthorityChanged | None:
        """What this transaction changed, if it did."""
        if self._moved_to is None:
            return None
        return AuthorityChanged(
            self._moved_to, frozenset(self._sessions), frozenset(self._users), frozenset(self._rooms), self._now
        )

    def _stamp(self, table: Table, column: ColumnElement[Any], key: object) -> None:
        if self._moved_to is None:
            self._moved_to = int(self._connection.execute(_NEXT).scalar_one())
        statement = update(table).where(column == bindparam("key")).values(version=bindparam("to"))
        self._connection.execute(statement, {"key": key, "to": self._moved_to})
