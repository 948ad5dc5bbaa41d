"""The cast before their rooms, on a database in memory, one transaction at a time and no loop: where the use cases of
rooms and members, and their storage, are tried out.

ann is an admin, mo a moderator, bob and cyn are members, gus is a guest. Time moves by a second with each transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Protocol, TypeVar

import pytest
from sqlalchemy import Engine, StaticPool, create_engine, event

from service.chat.errors import Refusal
from service.chat.events import AuthorityChanged, Event, Told
from service.chat.ports import Transaction
from service.chat.records import Asker, Room, Session, User
from service.chat.roles import SCOPES_OF, Role, RoomRole, Scope
from service.chat.rooms import CreateRoom
from service.storage.schema import migrate
from service.storage.transaction import SqlTransaction

T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)

STARTED_AT = 1_790_000_000_000  # Unix ms
TICK = 1_000  # ms
CAST = {"ann": Role.ADMIN, "mo": Role.MODERATOR, "bob": Role.MEMBER, "cyn": Role.MEMBER, "gus": Role.GUEST}


class Asked(Protocol[R_co]):
    """A command or a question."""

    def run(self, tx: Transaction, asker: Asker) -> R_co:
        """Its answer."""
        ...


class Stage:
    """A server without its loop: who is there, what they ask, what was appended."""

    def __init__(self, cast: Iterable[str] = tuple(CAST)) -> None:
        self.engine = _open()
        self.now = STARTED_AT
        self.events: list[Event] = []
        self.changes: list[AuthorityChanged] = []
        self.told: list[Told] = []
        for username in cast:
            self.user(username, CAST[username])

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        """One transaction, a second after the last one. What it appends is kept if it is committed."""
        self.now += TICK
        with self.engine.begin() as connection:
            tx = SqlTransaction(connection, self.now)
            yield tx
        self.events += tx.appended
        self.told += tx.told
        if (change := tx.authority.change()) is not None:
            self.changes.append(change)

    def run(self, fn: Callable[[SqlTransaction], T]) -> T:
        """What ``fn`` answers."""
        with self.transaction() as tx:
            return fn(tx)

    def user(self, username: str, role: Role) -> User:
        """A new account."""
        return self.run(lambda tx: tx.users.add(username, username, role, bot=False, password_hash=None))

    def who(self, username: str) -> User:
        """The user as they are now."""
        found = self.run(lambda tx: tx.users.by_username(username))
        assert found is not None
        return found

    def room(self, slug: str, owner: str = "ann", **settings: Any) -> Room:
        """A room with its owner, whoever may create one."""
        command = CreateRoom(slug, **settings)
        return self.run(lambda tx: command.make(tx, self._user(tx, owner)))

    def seen(self, slug: str) -> Room:
        """The room as it is now, deleted or not."""
        found = self.run(lambda tx: tx.rooms.by_slug(slug))
        assert found is not None
        return found

    def places(self, slug: str) -> dict[str, RoomRole]:
        """Who is in a room, as what."""
        room = self.seen(slug)
        found = self.run(lambda tx: tx.members.page(room.id, 0, 1_000))
        assert room.members == len(found), "the head's count is the number of rows"
        return {member.user.username: member.role for member in found}

    def place(self, slug: str, username: str, role: RoomRole) -> None:
        """Put somebody into a room, or into another room role, without an event."""
        room = self.seen(slug)

        def put(tx: SqlTransaction) -> None:
            user = self._user(tx, username)
            if tx.members.role(room.id, user.id) is None:
                tx.members.add(room.id, user.id, role, tx.now)
            else:
                tx.members.set_role(room.id, user.id, role)

        self.run(put)

    def do(self, username: str, command: Asked[T], scope: frozenset[Scope] | None = None) -> T:
        """What a user's command answers."""
        with self.transaction() as tx:
            return command.run(tx, self._asker(tx, username, scope))

    def refusal(self, username: str, command: Asked[Any], scope: frozenset[Scope] | None = None) -> Refusal:
        """Why a user's command is refused. Nothing is left of it: neither a row nor an event."""
        events, changes = len(self.events), len(self.changes)
        before = self.dump()
        with pytest.raises(Refusal) as caught:
            self.do(username, command, scope)
        assert (len(self.events), len(self.changes)) == (events, changes)
        assert self.dump() == before
        return caught.value

    def heard(self, fn: Callable[[], object]) -> list[Event]:
        """The events that ``fn`` appends."""
        before = len(self.events)
        fn()
        return self.events[before:]

    def dump(self) -> bytes:
        """Everything that is in the database."""
        with self.engine.connect() as connection:
            return _driver(connection).serialize()

    def _asker(self, tx: SqlTransaction, username: str, scope: frozenset[Scope] | None) -> Asker:
        user = self._user(tx, username)
        allowed = SCOPES_OF[user.role] if scope is None else scope
        session = Session(
            f"s-{username}", user.id, "folkmoot", "", "", allowed, self.now, self.now, self.now, 0, self.now, None
        )
        return Asker(user, session, allowed)

    @staticmethod
    def _user(tx: SqlTransaction, username: str) -> User:
        user = tx.users.by_username(username)
        assert user is not None
        return user


@cache
def _engine() -> Engine:
    """One engine for all stages, which stand one after another: statements are compiled once, not for each test."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False, "isolation_level": None}
    )
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = ON"))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


@cache
def _empty() -> bytes:
    """The migrated database without a row of anybody's: made once, copied for each test."""
    migrate(_engine())
    with _engine().connect() as connection:
        return _driver(connection).serialize()


def _open() -> Engine:
    empty = _empty()
    with _engine().connect() as connection:
        _driver(connection).rollback()
        _driver(connection).deserialize(empty)
    return _engine()


def _driver(connection: Any) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver
