"""The link does on a real socket what the conversation decides, against a server that follows a script."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from itertools import count
from typing import Any

import httpx
import pytest
from websockets.asyncio.server import Request, Response, ServerConnection, serve
from websockets.datastructures import Headers

from service.cli.account import SignInFailed
from service.cli.chat.backoff import Backoff
from service.cli.chat.conversation import Conversation
from service.cli.chat.lines import Line
from service.cli.chat.link import Link
from tests.cli.chat.room import EPOCH, NOON, hello, message, posted, room

Scene = Callable[[ServerConnection], Awaitable[None]]


class Ann:
    """An account whose tokens are numbered."""

    def __init__(self, tokens: int = 9) -> None:
        self.access_token = "t1"
        self._left = iter(range(2, tokens + 1))

    async def sign_in(self) -> None:
        """Signed in already."""

    async def renew(self) -> None:
        number = next(self._left, None)
        if number is None:
            raise SignInFailed("The session has ended.")
        self.access_token = f"t{number}"

    async def sign_out(self) -> None:
        """Nothing is kept."""


class Stage:
    """A server that plays one scene for each connection, and what was said to it."""

    def __init__(self, *scenes: Scene | Response) -> None:
        self._scenes = list(scenes)
        self.bearers: list[str | None] = []
        self.shown: list[Line] = []
        self.asked: list[str] = []
        self.pages: list[dict[str, Any]] = []
        self._mistakes: list[Exception] = []
        self.link: Link | None = None
        self.talk = Conversation(
            "lobby",
            now=lambda: 0,
            wall=lambda: NOON,
            new_nonce=map("n{}".format, count(1)).__next__,
            backoff=Backoff(lambda: 0.0),
        )

    async def play(self, account: Ann) -> int:
        """Run the client until it stops; its exit status."""
        async with self._served() as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            self.link = Link(self.talk, account, http, self.shown.append)
            status = await self.link.run()
        assert not self._mistakes, "the script was followed"
        return status

    @asynccontextmanager
    async def _served(self) -> AsyncIterator[int]:
        async with serve(self._play, "127.0.0.1", 0, process_request=self._admit) as server:
            yield next(iter(server.sockets)).getsockname()[1]

    def _admit(self, _connection: ServerConnection, request: Request) -> Response | None:
        if request.path != "/ws":
            self.asked.append(request.path)
            return Response(HTTPStatus.OK, "", Headers(), json.dumps(self.pages.pop(0)).encode())
        self.bearers.append(request.headers.get("Authorization"))
        if not self._scenes:  # the client came once too often: send it away, or it would come for ever
            self._mistakes.append(AssertionError("one connection too many"))
            return Response(HTTPStatus.GONE, "", Headers(), b"")
        if isinstance(self._scenes[0], Response):
            return self._scenes.pop(0)  # type: ignore[return-value]
        return None

    async def _play(self, connection: ServerConnection) -> None:
        scene = self._scenes.pop(0)
        assert not isinstance(scene, Response)
        try:
            await scene(connection)
        except Exception as mistake:
            self._mistakes.append(mistake)
            raise


async def tell(connection: ServerConnection, frame: dict[str, Any]) -> None:
    await connection.send(json.dumps(frame))


async def heard(connection: ServerConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(await connection.recv())
    return frame


async def let_in(connection: ServerConnection, **answer: Any) -> dict[str, Any]:
    """Greet, and answer the join; the join."""
    await tell(connection, hello())
    join = await heard(connection)
    answer = {"reset": True, "messages": [message(3, "three")], "seq": 3} | answer
    await tell(connection, {"type": "ok", "id": join["id"], "room": room(), "epoch": EPOCH, "online": [], **answer})
    return join


def texts(stage: Stage) -> list[str]:
    return [line.text for line in stage.shown]


@pytest.mark.anyio
async def test_an_expiring_token_is_replaced_on_the_open_socket() -> None:
    async def scene(connection: ServerConnection) -> None:
        await let_in(connection)
        await tell(connection, {"type": "auth.expiring", "expires_at": "2026-11-03T14:06:00.000Z"})
        frame = await heard(connection)
        assert (frame["type"], frame["token"]) == ("auth", "t2")
        await tell(connection, {"type": "ok", "id": frame["id"]})
        await connection.close(4203)

    stage = Stage(scene)
    assert await stage.play(Ann()) == 1
    assert stage.bearers == ["Bearer t1"]
    assert texts(stage)[-1] == "The room was deleted."


@pytest.mark.anyio
async def test_an_expired_token_is_renewed_before_the_room_is_resumed() -> None:
    async def first(connection: ServerConnection) -> None:
        await let_in(connection)
        await connection.close(4100)

    async def second(connection: ServerConnection) -> None:
        join = await let_in(connection, events=[posted(4, "four")], seq=4)
        assert (join["since"], join["epoch"]) == (3, EPOCH)
        await tell(connection, {"type": "removed", "room": "lobby", "code": "left"})
        await connection.wait_closed()

    stage = Stage(first, second)
    assert await stage.play(Ann()) == 0
    assert stage.bearers == ["Bearer t1", "Bearer t2"]
    assert texts(stage) == ["three", "You are in lobby as bob", "four", "You left lobby."]


@pytest.mark.anyio
async def test_a_refused_token_is_renewed_and_a_session_without_another_ends() -> None:
    refusal = Response(HTTPStatus.UNAUTHORIZED, "", Headers(), b'{"detail": "The token expired."}')
    stage = Stage(refusal, refusal)
    assert await stage.play(Ann(tokens=2)) == 1
    assert stage.bearers == ["Bearer t1", "Bearer t2"]
    assert texts(stage)[-1] == "The session has ended."


@pytest.mark.anyio
async def test_a_refusal_is_told_in_the_servers_words() -> None:
    stage = Stage(Response(HTTPStatus.FORBIDDEN, "", Headers(), b'{"detail": "Not from here."}'))
    assert await stage.play(Ann()) == 1
    assert texts(stage) == ["Not from here."]


@pytest.mark.anyio
async def test_a_broken_connection_is_made_again_and_what_was_typed_arrives_once() -> None:
    async def first(connection: ServerConnection) -> None:
        await let_in(connection)
        assert stage.link is not None
        stage.link.tell(lambda: stage.talk.typed("hello"))
        assert (await heard(connection))["nonce"] == "n1"
        connection.transport.abort()

    async def second(connection: ServerConnection) -> None:
        await let_in(connection, events=[], seq=3)
        send = await heard(connection)
        assert (send["nonce"], send["text"]) == ("n1", "hello")
        await tell(connection, {"type": "ok", "id": send["id"], "message": message(4, "hello", "bob")})
        await tell(connection, posted(4, "hello", "bob"))
        await connection.close(4203)

    stage = Stage(first, second)
    await stage.play(Ann())
    assert texts(stage).count("hello") == 1
    assert stage.talk.waiting == 0


@pytest.mark.anyio
@pytest.mark.parametrize("nonsense", ["{", "[]", '"x"', '{"type": "hello"}', '{"type": "hello", "user": 1}'])
async def test_a_server_that_speaks_something_else_is_a_sentence(nonsense: str) -> None:
    async def scene(connection: ServerConnection) -> None:
        await connection.send(nonsense)
        await connection.wait_closed()

    stage = Stage(scene)
    assert await stage.play(Ann()) == 1
    assert texts(stage)[-1].startswith("The server sent something that is not of this protocol.")


@pytest.mark.anyio
async def test_what_is_to_be_lifted_is_looked_for_on_every_page() -> None:
    async def scene(connection: ServerConnection) -> None:
        await let_in(connection)
        await tell(connection, {"type": "auth.expiring", "expires_at": "2026-11-03T14:06:00.000Z"})
        assert (await heard(connection))["type"] == "auth", "so it has heard that it is in the room"
        assert stage.link is not None
        stage.link.tell(lambda: stage.talk.typed("/unban cyn"))
        frame = await heard(connection)
        assert (frame["type"], frame["sanction"]) == ("lift", "s2")
        await tell(connection, {"type": "ok", "id": frame["id"]})
        await connection.close(4203)

    stage = Stage(scene)
    stage.pages = [
        {"items": [{"id": "s1", "user": "gus", "kind": "ban"}], "next": "c1"},
        {"items": [{"id": "s2", "user": "cyn", "kind": "ban"}], "next": None},
    ]
    await stage.play(Ann())
    assert stage.asked == [f"/api/rooms/lobby/sanctions?limit=200{more}" for more in ("", "&cursor=c1")]
    assert texts(stage)[-2] == "The ban of cyn is lifted."
