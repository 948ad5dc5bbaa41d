"""A stage for use cases that await: the same database behind the door, each transaction run at once and in turn."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

import pytest

from service.chat.door import Answer, Door
from service.chat.errors import Refusal
from service.chat.limits import Buckets
from service.chat.messages import Posted, PostMessage
from service.chat.ports import Transaction
from service.chat.records import Credential, Session
from service.chat.roles import SCOPES_OF, Scope
from service.storage import posting
from tests.stage import TICK, Stage

T = TypeVar("T")

_devices = count(1)

HOUR_MS = 3_600_000
SAYING_MS = 3 * TICK  # by the stage's clock, from before somebody speaks until it is stored
REQUESTS_PER_SECOND = 1_000_000  # so many that no test meets the limit by accident


class StageDatabase:
    """The stage's database as ``chat.ports`` has it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    async def read(self, fn: Callable[[Transaction], T]) -> T:
        """What ``fn`` answers."""
        return self.stage.run(fn)

    async def write(self, fn: Callable[[Transaction], T], then: Callable[[T], None] | None = None) -> T:
        """What ``fn`` answers, after ``then`` has heard it."""
        answer = self.stage.run(fn)
        if then is not None:
            then(answer)
        return answer


class NoPosts:
    """Nobody says anything here."""

    def post(self, post: PostMessage, answer: Answer) -> None:
        """Never called."""
        raise AssertionError

    async def posted(self, post: PostMessage) -> Posted:
        """Never called."""
        raise AssertionError


class PlainFormatter:
    """Leaves every text as it is."""

    def marked(self, text: str) -> bool:
        """Never."""
        return False

    async def html(self, text: str, whose: str) -> str | None:
        """Never called."""
        raise AssertionError


def door(stage: Stage) -> Door:
    """The door to the stage."""
    return Door(StageDatabase(stage), NoPosts(), Buckets(REQUESTS_PER_SECOND, lambda: 0.0), PlainFormatter())


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


def say(stage: Stage, username: str, text: str, room: str = "lobby", **more: Any) -> Posted:
    """What becomes of something that somebody says: stored, or the refusal raised."""
    credential = sign_in(stage, username, device=f"device {next(_devices)}")
    (outcome,) = stage.run(lambda tx: posting.store(tx, [PostMessage(credential, room, text, **more)]))
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def silenced(stage: Stage, username: str, room: str = "lobby") -> Refusal:
    """Why somebody may not speak in a room."""
    with pytest.raises(Refusal) as caught:
        say(stage, username, "hello?", room)
    return caught.value
