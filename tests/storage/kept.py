"""A database in a file, as the server opens it: with its threads, its journal and its clock, which the test sets.

The cast is in it, with a session each (``s-ann`` …), and the rooms lobby, staff, news and den, which ann owns and
where everybody who may be is a member.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.chat.errors import Refusal
from service.chat.events import AuthorityChanged, Event
from service.chat.members import enter
from service.chat.messages import Posted, PostMessage
from service.chat.ports import Transaction
from service.chat.records import Asker, Credential, Room, Session, User
from service.chat.roles import SCOPES_OF, Role, RoomRole, Visibility
from service.chat.rooms import CreateRoom
from service.storage.database import SqlDatabase
from service.storage.engine import open_engine
from service.storage.schema import migrate
from service.storage.transaction import SqlTransaction
from tests.stage import CAST, STARTED_AT

HOUR_MS = 3_600_000
ROOMS = (
    CreateRoom("lobby", join_role=Role.GUEST, post_role=Role.GUEST),
    CreateRoom("staff", join_role=Role.MODERATOR),
    CreateRoom("news", join_role=Role.GUEST, post_role=Role.MODERATOR),
    CreateRoom("den", visibility=Visibility.PRIVATE),
)
INSIDE = {
    "lobby": ("mo", "bob", "cyn", "gus"),
    "staff": ("mo",),
    "news": ("mo", "bob", "cyn", "gus"),
    "den": ("bob",),
}


def seed(path: Path) -> None:
    """Make the database that each test begins with a copy of."""
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    with engine.begin() as connection:
        tx = SqlTransaction(connection, STARTED_AT)
        users = {
            name: tx.users.add(name, name.capitalize(), role, bot=False, password_hash=None)
            for name, role in CAST.items()
        }
        for user in users.values():
            tx.sessions.add(session_of(user))
        for wanted in ROOMS:
            room = wanted.make(tx, users["ann"])
            for name in INSIDE[wanted.slug]:
                enter(tx, room, users[name], RoomRole.MEMBER)
    engine.dispose()


def session_of(user: User, sid: str | None = None, at: int = STARTED_AT) -> Session:
    """A login of that user's."""
    allowed = SCOPES_OF[user.role]
    return Session(sid or f"s-{user.username}", user.id, "folkmoot", "", "", allowed, at, at, at + HOUR_MS, 0, at, None)


@dataclass
class Kept:
    """The running database. ``heard`` is what the live side was told, commit by commit."""

    path: Path
    database: SqlDatabase
    now: int = STARTED_AT
    heard: list[tuple[list[Event], list[AuthorityChanged]]] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)  # entries in each commit
    users: dict[str, User] = field(default_factory=dict)

    @property
    def events(self) -> list[Event]:
        """All events, in the order in which the live side was told of them."""
        return [event for events, _ in self.heard for event in events]

    def post(self, username: str, text: str, room: str = "lobby", **more: Any) -> PostMessage:
        """Something that somebody says."""
        user = self.users[username]
        until = (STARTED_AT + HOUR_MS) // 1000
        credential = Credential(user.uid, f"s-{username}", "folkmoot", SCOPES_OF[user.role], until)
        return PostMessage(credential, room, text, **more)

    async def say(self, username: str, text: str, room: str = "lobby", **more: Any) -> Posted:
        """Say it, and wait for it."""
        return await self.database.posted(self.post(username, text, room, **more))

    async def outcomes(self, *posts: PostMessage) -> list[Posted | Exception]:
        """What becomes of several posts of one turn of the loop: they stand in one batch."""
        answers = await asyncio.gather(*map(self.database.posted, posts), return_exceptions=True)
        return [answer for answer in answers if isinstance(answer, Posted | Exception)]

    async def do(self, username: str, command: Any) -> Any:
        """Run a command as a user with all that their role allows."""
        user = self.users[username]

        def fn(tx: Transaction) -> Any:
            now = tx.users.get(user.id)
            assert now is not None
            return command.run(tx, Asker(now, session_of(now), SCOPES_OF[now.role]))

        return await self.database.write(fn)

    async def room(self, slug: str = "lobby") -> Room:
        """The room as it is now."""
        found = await self.database.read(lambda tx: tx.rooms.by_slug(slug))
        assert found is not None
        return found

    async def log(self, slug: str = "lobby", after: int = 0) -> list[Event]:
        """A room's log, as it stands on the disk."""
        room = await self.room(slug)
        return await self.database.read(lambda tx: tx.log.events(room, after, 1_000))

    async def hold(self) -> Callable[[], None]:
        """Keep the writing thread busy, until what is answered is called: what comes in meanwhile waits together."""
        begun, ended = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        def busy(_: Transaction) -> None:
            loop.call_soon_threadsafe(begun.set)
            ended.wait()

        writing = asyncio.ensure_future(self.database.write(busy))
        await begun.wait()

        def release() -> None:
            ended.set()
            writing.add_done_callback(lambda done: done.result())

        return release


def code_of(outcome: object) -> str:
    """The code of a refusal, or ``ok``."""
    if isinstance(outcome, Refusal):
        return str(outcome.code.value)
    assert not isinstance(outcome, BaseException), outcome
    return "ok"


@asynccontextmanager
async def opened(seeded: Path, folder: Path) -> AsyncIterator[Kept]:
    """A copy of the seeded database, running."""
    path = folder / "folkmoot.db"
    if not path.exists():
        shutil.copy(seeded, path)
    engine = open_engine(f"sqlite:///{path}")
    kept: Kept

    def observe(entries: int, *_: float) -> None:
        kept.batches.append(entries)

    kept = Kept(path, SqlDatabase(engine, lambda: kept.now, observe))
    kept.database.start(lambda events, changes, told: kept.heard.append((list(events), list(changes))))
    names = tuple(CAST)
    found = await kept.database.read(lambda tx: [tx.users.by_username(name) for name in names])
    kept.users = {user.username: user for user in found if user is not None}
    try:
        yield kept
    finally:
        await kept.database.stop()
