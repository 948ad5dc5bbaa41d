"""A stage for use cases that await: the same database behind the door, each transaction run at once and in turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from service.chat.door import Answer, Door
from service.chat.limits import Buckets
from service.chat.messages import Posted, PostMessage
from service.chat.ports import Transaction
from service.chat.records import Credential, Session
from service.chat.roles import SCOPES_OF, Scope
from tests.stage import Stage

T = TypeVar("T")

HOUR_MS = 3_600_000
REQUESTS_PER_SECOND = 1_000_000  # so many that no test meets the limit by accident


class StageDatabase:
    """The stage's database as ``chat.ports`` has it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    async def read(self, fn: Callable[[Transaction], T]) -> T:
        """What ``fn`` answers."""
        return self.stage.run(fn)

    async def write(self, fn: Callable[[Transaction], T]) -> T:
        """What ``fn`` answers."""
        return self.stage.run(fn)


class NoPosts:
    """Nobody says anything here."""

    def post(self, post: PostMessage, answer: Answer) -> None:
        """Never called."""
        raise AssertionError

    async def posted(self, post: PostMessage) -> Posted:
        """Never called."""
        raise AssertionError


def door(stage: Stage) -> Door:
    """The door to the stage."""
    return Door(StageDatabase(stage), NoPosts(), Buckets(REQUESTS_PER_SECOND, lambda: 0.0))


def sign_in(stage: Stage, username: str, scope: frozenset[Scope] | None = None, device: str = "laptop") -> Credential:
    """A session of the user's, and what its access token would say."""
    user = stage.who(username)
    allowed = SCOPES_OF[user.role] if scope is None else scope
    sid = f"s-{username}-{device}"
    until = stage.now + HOUR_MS
    session = Session(
        sid, user.id, "folkmoot", device, "192.0.2.1", allowed, stage.now, stage.now, until, 0, stage.now, None
    )
    stage.run(lambda tx: tx.sessions.add(session))
    return Credential(user.uid, sid, "folkmoot", allowed, until // 1000)


def open_sessions(stage: Stage, username: str) -> list[str]:
    """The devices on which a user is signed in."""
    user = stage.who(username)
    return sorted(session.client for session in stage.run(lambda tx: tx.sessions.of_user(user.id, tx.now)))
