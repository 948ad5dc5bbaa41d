"""Who is let in to a socket: the four ways of a credential, every refusal, and what a browser is told instead. By plain
ASGI, as any server would carry it; our own protocol has its tests in ``tests/live`` and ``tests/e2e``."""

from __future__ import annotations

import logging
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgpack
import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse

from service.app import create_app
from service.config import Settings
from service.live.connection import Connection
from tests.api.house import House, open_house
from tests.api.plain_socket import HOST, ORIGIN, Socket, dialled

pytestmark = pytest.mark.anyio

V1, MSGPACK = "folkmoot.v1", "folkmoot.v1.msgpack"
BROWSER = (("Origin", ORIGIN),)


@pytest.fixture
async def house(furnished: Path, tmp_path: Path) -> AsyncIterator[House]:
    """A server with the demonstration's users and rooms."""
    folder = tmp_path / "data"
    shutil.copytree(furnished, folder)
    async with open_house(folder, cast=False) as running:
        yield running


async def ticket(house: House, username: str) -> str:
    answer = await house.ask(username, "POST", "/api/tickets")
    return str(answer.json()["ticket"])


async def test_a_credential_comes_in_one_of_four_ways(house: House) -> None:
    token = await house.token("bob")
    ways: list[dict[str, Any]] = [
        {"token": token},
        {"headers": (("Authorization", f"bearer   {token}"),)},
        {"offers": (V1, f"bearer.{token}")},
        {"query": f"token={token}"},
        {"query": f"ticket={await ticket(house, 'bob')}"},
    ]
    for way in ways:
        async with dialled(house.app, **way) as socket:
            assert socket.status == 101, way
            hello = await socket.next()
            assert (hello["type"], hello["user"]["username"]) == ("hello", "bob")
            assert socket.subprotocol == (V1 if "offers" in way else None)


async def test_a_refusal_is_an_http_answer_with_a_problem(house: House) -> None:
    token = await house.token("gus")
    used = await ticket(house, "gus")
    async with dialled(house.app, query=f"ticket={used}") as socket:
        assert socket.status == 101
    refused: list[tuple[dict[str, Any], int, str]] = [
        ({}, 401, "unauthenticated"),
        ({"headers": (("Authorization", "Basic Z3VzOng="),)}, 401, "unauthenticated"),
        ({"headers": (("Authorization", "Bearer "),)}, 401, "unauthenticated"),
        ({"token": token[:-2]}, 401, "unauthenticated"),
        ({"query": f"ticket={used}"}, 401, "unauthenticated"),
        ({"query": "token="}, 401, "unauthenticated"),
        ({"token": token, "query": f"token={token}"}, 400, "bad_frame"),
        ({"token": token, "headers": (("Authorization", f"Bearer {token}"),)}, 400, "bad_frame"),
        ({"query": f"token={token}&ticket=x"}, 400, "bad_frame"),
        ({"token": token, "query": "%ff%fe=%ff"}, 400, "bad_frame"),
        ({"token": token, "query": "codec=xml"}, 422, "invalid"),
        ({"token": token, "query": "codec=text"}, 422, "invalid"),
        ({"token": token, "query": "codec=json&codec=json"}, 422, "invalid"),
        ({"token": token, "path": "/chat/lobby", "query": "since=-1"}, 422, "invalid"),
        ({"token": token, "path": "/chat/lobby", "query": f"since={2**53}"}, 422, "invalid"),
        ({"token": token, "path": "/chat/lobby", "query": "since=1e3"}, 422, "invalid"),
        ({"token": token, "path": "/chat/lobby", "query": "since=" + "9" * 5_000}, 422, "invalid"),
        ({"token": token, "path": "/chat/staff"}, 403, "role_too_low"),
        ({"token": token, "path": "/chat/den"}, 404, "not_found"),
        ({"token": token, "path": "/chat/no-such-room"}, 404, "not_found"),
        ({"token": token, "path": "/chat/"}, 404, "not_found"),
        ({"token": token, "path": "/chat/lobby/more"}, 404, "not_found"),
        ({"token": token, "path": "/socket"}, 404, "not_found"),
        ({"token": token, "headers": (("Origin", "https://evil.example"),)}, 403, "forbidden_origin"),
        ({"token": token, "headers": (("Origin", "null"),)}, 403, "forbidden_origin"),
        ({"token": token, "headers": (*BROWSER, *BROWSER)}, 403, "forbidden_origin"),
    ]
    for dial, status, code in refused:
        async with dialled(house.app, **dial) as socket:
            assert (socket.status, socket.problem.get("code")) == (status, code), dial
            assert socket.response_headers["content-type"] == "application/problem+json"
            assert token not in str(socket.problem)
    assert house.app.parts.metrics.connections() == 0


async def test_a_challenge_says_whether_there_was_a_credential(house: House) -> None:
    async with dialled(house.app) as socket:
        assert socket.response_headers["www-authenticate"].startswith("Bearer")
        assert "error" not in socket.response_headers["www-authenticate"]
    async with dialled(house.app, token="nonsense") as socket:
        assert 'error="invalid_token"' in socket.response_headers["www-authenticate"]


async def test_a_private_room_and_no_room_are_refused_alike(house: House) -> None:
    token = await house.token("gus")
    problems = []
    for slug in ("den", "no-such-room"):
        async with dialled(house.app, f"/chat/{slug}", token=token) as socket:
            problems.append({key: value for key, value in socket.problem.items() if key != "request_id"})
    assert problems[0] == problems[1]


@pytest.mark.parametrize(
    ("dial", "code"),
    [
        ({}, 4101),
        ({"query": "token=nonsense"}, 4101),
        ({"query": "token=a&token=b"}, 4200),
        ({"query": "codec=xml&token={token}"}, 4200),
        ({"path": "/chat/staff", "query": "token={token}"}, 4202),
        ({"path": "/chat/den", "query": "token={token}"}, 4202),
        ({"path": "/chat/no-such-room", "offers": (V1, "bearer.{token}")}, 4202),
    ],
)
async def test_a_browser_is_let_in_to_be_told(house: House, dial: dict[str, Any], code: int) -> None:
    token = await house.token("gus")
    filled = {key: value.format(token=token) if isinstance(value, str) else value for key, value in dial.items()}
    if "offers" in dial:
        filled["offers"] = tuple(offer.format(token=token) for offer in dial["offers"])
    async with dialled(house.app, headers=BROWSER, **filled) as socket:
        assert socket.status == 101
        assert await socket.next() is None, "nothing is said before the end"
        assert socket.close_code == code
        assert socket.subprotocol == (V1 if "offers" in dial else None)


async def test_a_suspended_account_is_told_so(house: House) -> None:
    token = await house.token("gus")
    await house.ask("ann", "PATCH", "/api/users/gus", {"suspended": True})
    async with dialled(house.app, token=token) as socket:
        assert (socket.status, socket.problem["code"]) == (403, "suspended")
    async with dialled(house.app, query=f"token={token}", headers=BROWSER) as socket:
        assert await socket.next() is None
        assert socket.close_code == 4201


async def test_a_token_without_the_right_to_read_opens_no_socket(house: House) -> None:
    token = await house.token("bob", scope="chat:write")
    async with dialled(house.app, token=token) as socket:
        assert (socket.status, socket.problem["code"]) == (403, "insufficient_scope")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", None])
async def test_a_name_that_is_not_ours_is_not_answered_for(house: House, host: str | None) -> None:
    async with dialled(house.app, token=await house.token("bob"), host=host) as socket:
        assert socket.status == 421


async def test_tokens_in_the_query_can_be_turned_off(furnished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(furnished, folder)
    async with open_house(folder, cast=False, query_token=False) as house:
        async with dialled(house.app, query=f"token={await house.token('bob')}") as socket:
            assert socket.status == 401
        async with dialled(house.app, query=f"ticket={await ticket(house, 'bob')}") as socket:
            assert socket.status == 101


async def test_codecs_are_chosen_by_subprotocol_and_by_query(house: House) -> None:
    token = await house.token("bob")
    chosen: list[tuple[dict[str, Any], type, str | None]] = [
        ({"token": token}, str, None),
        ({"token": token, "offers": (MSGPACK,)}, bytes, MSGPACK),
        ({"offers": (MSGPACK, f"bearer.{token}")}, bytes, MSGPACK),
        ({"token": token, "query": "codec=msgpack"}, bytes, None),
        ({"token": token, "offers": (V1,), "query": "codec=msgpack"}, bytes, V1),
        ({"token": token, "offers": ("other", V1)}, str, V1),
        ({"token": token, "offers": ("other",)}, str, None),
    ]
    for dial, kind, subprotocol in chosen:
        async with dialled(house.app, **dial) as socket:
            hello = await socket.raw()
            assert isinstance(hello, kind), dial
            assert socket.subprotocol == subprotocol
            assert (msgpack.unpackb(hello) if kind is bytes else {"type": "hello"})["type"] == "hello"


async def test_one_socket_for_many_rooms(house: House) -> None:
    async with (
        dialled(house.app, token=await house.token("bob")) as bob,
        dialled(house.app, token=await house.token("cyn")) as cyn,
    ):
        for socket in (bob, cyn):
            assert (await socket.next())["type"] == "hello"
            socket.say(type="join", id="1", room="lobby")
            assert (await socket.next("ok"))["room"]["slug"] == "lobby"
        bob.say(type="send", id="2", room="lobby", text="hello", nonce="n1")
        ok = await bob.next("ok")
        assert (ok["id"], ok["duplicate"], ok["message"]["text"]) == ("2", False, "hello")
        event = await cyn.next("message.posted")
        assert event["message"] == ok["message"]
        assert await bob.next("message.posted") == event
        bob.say(type="typing", id="3", room="lobby")
        assert await cyn.next("typing") == {"type": "typing", "room": "lobby", "user": "bob"}
        bob.say(type="leave", id="4", room="lobby")
        bob.say(type="nonsense", id="5")
        bob.send("{")
        assert [(await bob.next("ok", "error"))["id"] for _ in range(4)] == ["3", "4", "5", None]


async def test_a_socket_for_one_room_in_lines(house: House) -> None:
    async with dialled(house.app, "/chat/lobby", token=await house.token("bob"), query="codec=text") as socket:
        socket.send("hello\nthere")
        assert await socket.raw() == "[lobby] bob: hello\n  there"
        socket.send(" ")
        assert (await socket.raw()).startswith("! ")


async def test_a_socket_for_one_room_goes_on_where_it_was(house: House) -> None:
    token = await house.token("bob")
    async with dialled(house.app, "/chat/lobby", token=token) as socket:
        joined = (await socket.next())["joined"]
        socket.say(type="send", id="1", text="missed")
        await socket.next("ok")
    resume = f"since={joined['seq']}&epoch={joined['epoch']}"
    async with dialled(house.app, "/chat/lobby", token=token, query=resume) as socket:
        again = (await socket.next())["joined"]
        assert [event["message"]["text"] for event in again["events"]] == ["missed"]
    async with dialled(house.app, "/chat/lobby", token=token, query=f"since={joined['seq']}&epoch=other") as socket:
        assert (await socket.next())["joined"]["reset"] is True


async def _closed(socket: Socket) -> int | None:
    while await socket.raw() is not None:
        pass
    return socket.close_code


@pytest.mark.parametrize(("frame", "code"), [(b"{}", 1003), ("\udcff", 1007), ('"' + "x" * 65_536 + '"', 1009)])
async def test_frames_that_no_client_sends_close_the_socket(house: House, frame: str | bytes, code: int) -> None:
    async with dialled(house.app, token=await house.token("bob")) as socket:
        socket.send(frame)
        assert await _closed(socket) == code


async def test_the_end_of_a_session_ends_its_socket(house: House) -> None:
    grant = (await house.sign_in("bob")).json()
    async with dialled(house.app, token=grant["access_token"]) as socket:
        await socket.next("hello")
        await house.http.post("/oauth/revoke", data={"token": grant["refresh_token"]})
        assert await _closed(socket) == 4101
    async with dialled(house.app, token=grant["access_token"]) as socket:
        assert socket.status == 401


async def test_a_removal_ends_a_socket_for_one_room(house: House) -> None:
    async with dialled(house.app, "/chat/lobby", token=await house.token("bob")) as socket:
        await socket.next("hello")
        assert (await house.ask("ann", "DELETE", "/api/rooms/lobby/members/bob")).is_success
        assert (await socket.next("removed"))["code"] == "kicked"
        assert await _closed(socket) == 4202


async def test_a_peer_that_vanishes_is_forgotten(house: House) -> None:
    async with dialled(house.app, "/chat/lobby", token=await house.token("bob")) as socket:
        await socket.next("hello")
        assert house.app.parts.metrics.connections() == 1
    assert house.app.parts.metrics.connections() == 0


async def test_there_are_so_many_sockets_of_one_user(furnished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(furnished, folder)
    async with open_house(folder, cast=False, connections_per_user=1) as house:
        token = await house.token("bob")
        async with dialled(house.app, token=token), dialled(house.app, token=token) as second:
            assert (second.status, second.problem["code"]) == (429, "rate_limited")
            assert int(second.response_headers["retry-after"]) > 0
            async with dialled(house.app, token=await house.token("cyn")) as cyns:
                assert cyns.status == 101


def test_starlettes_test_client_works_as_it_is(furnished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(furnished, folder)
    app = create_app(Settings(data=folder, _env_file=None))
    with TestClient(app, base_url=ORIGIN) as client:
        form = {"grant_type": "password", "username": "bob", "password": "folkmoot-demo"}
        token = client.post("/oauth/token", data=form).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Host": HOST}
        with client.websocket_connect("/chat/lobby", headers=headers) as socket:
            assert socket.receive_json()["type"] == "hello"
            socket.send_json({"type": "ping", "id": "1"})
            assert socket.receive_json() == {"type": "ok", "id": "1"}
        with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect("/ws", headers={"Host": HOST}):
            pass
        assert refused.value.status_code == 401


@pytest.mark.parametrize("broken", ["greet", "listen"])
async def test_what_goes_wrong_after_the_handshake_is_logged_and_closes_the_socket(
    house: House, broken: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The handshake is answered by then: a refusal would be a second answer, and an error of its own."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    token = await house.token("bob")
    with monkeypatch.context() as patch:
        patch.setattr(Connection, broken, fail)
        async with dialled(house.app, "/chat/lobby", token=token) as socket:
            assert socket.status == 101
            while await socket.raw() is not None:
                pass
            assert socket.close_code == 1011
    assert [record.getMessage() for record in caplog.records if record.exc_info] == ["a socket failed"]
    async with dialled(house.app, "/chat/lobby", token=token) as socket:
        joined = await socket.next("hello")
        assert joined["joined"]["online"] == ["bob"], "nobody is left behind where they are not"


async def test_who_goes_away_during_the_handshake_is_no_failure(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    token = await house.token("bob")

    async def gone(_message: object) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(Socket, "_send", lambda _, message: gone(message))
    await Socket(house.app, "/ws", "", [("Host", HOST), ("Authorization", f"Bearer {token}")], [])._task
    assert not [record for record in caplog.records if record.exc_info]


async def test_the_end_of_a_socket_is_a_line_for_who_looks_closely(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    token = await house.token("bob")
    for level in (logging.INFO, logging.DEBUG):
        caplog.set_level(level, "folkmoot.sockets")
        async with dialled(house.app, "/chat/lobby", token=token) as socket:
            await socket.next("hello")
    (line,) = [record for record in caplog.records if record.name == "folkmoot.sockets"]
    assert line.levelno == logging.DEBUG
    said = vars(line)
    assert (said["user"], said["address"], said["room"], said["code"]) == ("bob", "192.0.2.1", "lobby", None)
    assert said["seconds"] >= 0
    assert token not in str(said)
