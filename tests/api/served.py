"""The routes of rooms as a client meets them: the real frame, real tokens, the real door and the real storage, over a
stage in memory and without a network."""

from __future__ import annotations

from functools import cache
from itertools import count
from types import SimpleNamespace
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp

from service.api import (
    acting,
    connections,
    direct,
    invites,
    members,
    messages,
    moderation,
    problems,
    reactions,
    reading,
    reports,
    rooms,
    sanctions,
    sessions,
    users,
)
from service.api.frame import surround
from service.api.parts import Choices
from service.chat.door import Answer, Door
from service.chat.errors import Refusal
from service.chat.keyring import Keyring, shared_key
from service.chat.limits import Buckets
from service.chat.messages import Posted, PostMessage
from service.chat.origins import Origins
from service.chat.reading import ReadRoom
from service.chat.records import Credential, ReadState, Session
from service.chat.roles import SCOPES_OF, Role, RoomRole, Scope, Visibility
from service.chat.tokens import Issuer, Verifier
from service.live.registry import HubLimits, Registry
from service.storage import posting
from service.watch.metrics import Metrics
from tests.stage import Stage
from tests.stage_door import HOUR_MS, REQUESTS_PER_SECOND, PlainFormatter, StageDatabase

ORIGIN = "http://127.0.0.1:8000"
BODY_BYTES = 131_072
BODY_SECONDS = 5.0
TOKEN_SECONDS = 900
LIMITS = HubLimits(connections=1, per_user=1, per_address=1)  # nobody is connected here


class StagePosts:
    """Posts, each stored in a transaction of its own."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def post(self, post: PostMessage, answer: Answer) -> None:
        """Store it, and tell."""
        answer(post, self._stage.run(lambda tx: posting.store(tx, [post])[0]))

    async def posted(self, post: PostMessage) -> Posted:
        """Store it, or raise why not."""
        outcome = self._stage.run(lambda tx: posting.store(tx, [post])[0])
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome


class NoReads:
    """Nobody reads along here."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def settle(self, user_uid: str) -> None:
        """Nothing waits."""

    async def place(self, credential: Credential, room: str, seq: int) -> ReadState:
        """So it can be written at once."""
        return await self._door.do(credential, ReadRoom(room, seq, told=True))


class Served:
    """A server of rooms, and the cast's tokens."""

    def __init__(self) -> None:
        self.stage = stage = Stage()
        keyring = Keyring([shared_key("k1", bytes(32))])
        database = StageDatabase(stage)
        self._issuer = Issuer(ORIGIN, keyring, TOKEN_SECONDS, lambda: stage.now)
        http, self._app = _framed()
        door = Door(database, StagePosts(stage), Buckets(REQUESTS_PER_SECOND, lambda: 0.0), PlainFormatter())
        http.state.parts = SimpleNamespace(
            choices=Choices(ORIGIN, query_token=True, password_grant=True),
            door=door,
            verifier=Verifier(ORIGIN, keyring, lambda: stage.now),
            hub=SimpleNamespace(reads=NoReads(door), registry=Registry(LIMITS), room=lambda slug: None),
        )
        self._ids = count(1)

    def furnish(self) -> None:
        """The rooms that everybody knows: lobby, staff, news, and den, where bob is."""
        self.stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
        self.stage.room("staff", join_role=Role.MODERATOR)
        self.stage.room("news", join_role=Role.GUEST, post_role=Role.MODERATOR)
        self.stage.room("den", visibility=Visibility.PRIVATE)
        self.stage.place("den", "bob", RoomRole.MEMBER)

    def token(self, username: str, scope: frozenset[Scope] | None = None) -> str:
        """A new session of the user's, and its access token."""
        stage, user = self.stage, self.stage.who(username)
        allowed = SCOPES_OF[user.role] if scope is None else scope
        now, sid = stage.now, f"s{next(self._ids)}"
        session = Session(sid, user.id, "folkmoot", "", "", allowed, now, now, now + HOUR_MS, 0, now, None)
        stage.run(lambda tx: tx.sessions.add(session))
        return self._issuer.issue(user, session, allowed).text

    async def ask(
        self,
        username: str | None,
        method: str,
        path: str,
        body: Any = None,
        *,
        scope: frozenset[Scope] | None = None,
        token: str | None = None,
    ) -> httpx.Response:
        """What the server answers to one of the cast, or to nobody (None); by a new token, unless there is one.
        ``path`` is below ``/api``."""
        headers = {} if username is None else {"Authorization": f"Bearer {token or self.token(username, scope)}"}
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
            if body is None:
                return await client.request(method, f"/api{path}")
            return await client.request(method, f"/api{path}", json=body)


PARTS = (
    rooms,
    members,
    messages,
    users,
    sessions,
    invites,
    sanctions,
    moderation,
    reports,
    connections,
    reactions,
    reading,
    direct,
)


@cache
def _framed() -> tuple[FastAPI, ASGIApp]:
    """One application for all servers, which stand one after another as their stages do."""
    http = FastAPI(redirect_slashes=False)
    problems.install(http)
    acting.install(http)
    for part in PARTS:
        http.include_router(part.router)
    framed = surround(
        http,
        origins=Origins.of("127.0.0.1", ORIGIN, (), ()),
        metrics=Metrics(),
        body_bytes=BODY_BYTES,
        body_seconds=BODY_SECONDS,
        https=False,
    )
    return http, framed


def code_of(answer: httpx.Response) -> str:
    """The code of a refusal, or ``ok``. A refusal is a whole problem document, of the status that it says."""
    if answer.is_success:
        return "ok"
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["detail"]
    return str(problem["code"])
