"""Looking again at those whose rights have changed: who has lost the right to be here is closed, and the others are
told what is new about them.

The events of a change take people out of rooms, at their seq. What is left are the connections themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

from service.chat.errors import Refusal
from service.chat.events import AuthorityChanged
from service.chat.ports import Database, Transaction
from service.chat.records import Session, User
from service.live.admissions import Admissions
from service.live.connection import Connection
from service.live.registry import Registry
from service.watch.metrics import Metrics
from service.wire.closes import Close

RETRY_SECONDS = 1.0  # between two tries to read from a database that is away

T = TypeVar("T")


class Reviews:
    """``count`` says how often rights have changed: who was let in meanwhile is looked at again. ``version`` is that of
    everybody's rights up to which all that changed has been looked at."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        admissions: Admissions,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        metrics: Metrics,
        now: Callable[[], int],
    ) -> None:
        self.count = 0
        self.version = 0
        self._database = database
        self._registry = registry
        self._admissions = admissions
        self._spawn = spawn
        self._metrics = metrics
        self._now = now

    def heard(self, change: AuthorityChanged) -> None:
        """A commit of this process changed somebody's rights. Of a session that ended nothing more has to be asked,
        unless something has become of its user, too: then they hear of that."""
        if change.version == self.version + 1:  # else another process made one between, which the beacon will see
            self.version = change.version
        for connection in self._registry.of((), change.sessions):
            if connection.user_id not in change.users:
                self.revoke(connection, Close.SESSION_REVOKED, change.at)
        self.review(change.users, change.sessions, change.at)

    def review(self, users: Iterable[int], sessions: Iterable[str], since: int | None = None) -> None:
        """Look again at the connections of these, whose rights changed at ``since`` (Unix ms; now, if nobody knows)."""
        users, sessions = frozenset(users), frozenset(sessions)
        self.count += 1
        self._admissions.forget(users, sessions)
        concerned = self._registry.of(users, sessions)
        if concerned:
            self.look_again(concerned, since)

    def look_again(self, concerned: set[Connection], since: int | None = None) -> None:
        """Ask whether these may still be here."""
        self._spawn(self._look_again(concerned, self._now() if since is None else since))

    async def _look_again(self, concerned: set[Connection], since: int) -> None:
        keys = {(connection.user_id, connection.sid) for connection in concerned}

        def read(tx: Transaction) -> dict[tuple[int, str], tuple[User | None, Session | None]]:
            return {(user_id, sid): (tx.users.get(user_id), tx.sessions.get(sid)) for user_id, sid in keys}

        now = await self._insist(read)
        for connection in concerned:
            user, session = now.get((connection.user_id, connection.sid), (None, None))
            if user is not None and user.suspended:
                self.revoke(connection, Close.SUSPENDED, since)
            elif user is None or user.deleted or session is None or session.ended_at is not None:
                self.revoke(connection, Close.SESSION_REVOKED, since)
            elif not connection.closed:
                connection.user_changed(user)

    def revoke(self, connection: Connection, why: Close, since: int) -> None:
        """Close a connection that lost its right to be here at ``since`` (Unix ms), and count how long that took."""
        if connection.closed:
            return
        connection.close(why)
        self._metrics.revocation_seconds.observe(max(0, self._now() - since) / 1000)

    async def _insist(self, read: Callable[[Transaction], T]) -> T:
        """What the database says, as soon as it says something: a revocation must not be lost because it was away."""
        while True:
            try:
                return await self._database.read(read)
            except Refusal:
                await asyncio.sleep(RETRY_SECONDS)
