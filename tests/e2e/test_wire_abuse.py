"""Requests that no client sends by accident, to a real server on a real socket: each gets a 4xx or is hung up on,
within a bounded time, and nothing of it stands in the log."""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Iterator

import httpx
import pytest
import websockets.sync.client
from websockets.exceptions import InvalidStatus

from tests.e2e.programs import Server

PATIENCE_SECONDS = 20.0  # a bound for what takes milliseconds; nothing waits for it to pass
BODY_BYTES_MAX = 131_072


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all; what one request did to it the next would notice."""
    with Server(tmp_path_factory.mktemp("abuse") / "data", "--demo") as started:
        yield started


def _send(server: Server, request: bytes) -> bytes:
    """All that comes back until the server closes, or the client's half of the connection has been answered."""
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE_SECONDS) as connection:
        answer = b""
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while block := connection.recv(65_536):
                answer += block
        except ConnectionError:
            pass  # hung up on in the middle of what was sent, which is an answer
        return answer


HOST = b"Host: 127.0.0.1\r\nConnection: close\r\n"
ABUSES = {
    "100 KB in one header": (b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 100_000 + b"\r\n\r\n", {400, 431}),
    "5,000 headers": (b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: aaaaaaaa\r\n" * 5_000 + b"\r\n", {400, 431}),
    "a URL of 64 KB": (b"GET /" + b"a" * 65_536 + b" HTTP/1.1\r\n" + HOST + b"\r\n", {400, 414}),
    "a URL of 20 KB": (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", {414}),
    "a NUL in the path": (b"GET /a\x00b HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "an encoded NUL": (b"GET /api/rooms/a%00b HTTP/1.1\r\n" + HOST + b"\r\n", {404}),
    "an encoded NUL in the query": (b"GET /api/rooms?cursor=%00 HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "bytes that are not UTF-8": (b"GET /\xff\xfe HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "encoded bytes that are not UTF-8": (b"GET /api/rooms/%ff%fe HTTP/1.1\r\n" + HOST + b"\r\n", {404}),
    "dots": (b"GET /web/../../pyproject.toml HTTP/1.1\r\n" + HOST + b"\r\n", {404}),
    "encoded dots": (b"GET /web/%2e%2e/%2e%2e/pyproject.toml HTTP/1.1\r\n" + HOST + b"\r\n", {404}),
    "two slashes": (b"GET //evil.example/ HTTP/1.1\r\n" + HOST + b"\r\n", {404}),
    "no host": (b"GET /api/rooms HTTP/1.1\r\n\r\n", {400}),
    "two hosts": (b"GET /api/rooms HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n\r\n", {400}),
    "a foreign host": (b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", {421}),
    "a foreign host behind a forwarded one": (
        b"GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: 127.0.0.1\r\nConnection: close\r\n\r\n",
        {421},
    ),
    "two lengths": (
        b"POST /oauth/token HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        {400},
    ),
    "a length and chunks": (
        b"POST /oauth/token HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        {400},
    ),
    "a length of a terabyte": (
        b"POST /oauth/token HTTP/1.1\r\n" + HOST + b"Content-Length: 1000000000000\r\n\r\n",
        {413},
    ),
    "a smuggled line": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\rSet-Cookie: b\r\n\r\n", {400}),
    "a method that is none": (b"BREW /api/rooms HTTP/1.1\r\n" + HOST + b"\r\n", {400, 405}),
    "another protocol": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400}),
    "a token of 1 MB": (
        b"GET /api/me HTTP/1.1\r\n" + HOST + b"Authorization: Bearer " + b"a" * 1_000_000 + b"\r\n\r\n",
        {400, 401, 431},
    ),
    "a token that is not ASCII": (
        b"GET /api/me HTTP/1.1\r\n" + HOST + b"Authorization: Bearer \xc3\xbc\r\n\r\n",
        {401},
    ),
}


@pytest.mark.parametrize("abuse", ABUSES)
def test_what_no_client_sends_is_refused(server: Server, abuse: str) -> None:
    request, statuses = ABUSES[abuse]
    answer = _send(server, request)
    assert answer.startswith(b"HTTP/1.1 "), f"there was no answer, but {answer[:80]!r}"
    assert int(answer.split(b" ", 2)[1]) in statuses
    assert b"Traceback" not in answer


def test_a_body_without_end_is_cut_off(server: Server) -> None:
    """The client goes on until it is hung up on; that it is, soon after the limit, is the test."""
    head = (
        b"POST /api/setup HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"1000\r\n" + b"a" * 4_096 + b"\r\n"
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE_SECONDS) as connection:
        connection.sendall(head)
        try:
            while sent < 1_000 * BODY_BYTES_MAX:
                connection.sendall(chunk)
                sent += len(chunk)
        except ConnectionError:
            pass
    assert BODY_BYTES_MAX <= sent < 200 * BODY_BYTES_MAX, "buffers of the system hold a few megabytes at the most"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 50_000 + b"]" * 50_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b'{"token": NaN}',
        b'{"token": ' + b"9" * 5_000 + b"}",
        rb'{"token": "\ud800"}',
        rb'{"token": "\u0000"}',
        b"\xff\xfe",
    ],
    ids=["lists", "objects", "NaN", "digits", "surrogate", "NUL", "bytes"],
)
def test_json_that_breaks_parsers_breaks_nothing(server: Server, body: bytes) -> None:
    answer = httpx.post(f"{server.url}/api/setup", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_frame")


def test_after_all_this_the_server_is_well_and_its_log_is_clean(server: Server) -> None:
    """Every way to bring a credential is used once, and with it every line that a server would like to write."""
    form = {"grant_type": "password", "username": "bob", "password": "folkmoot-demo"}
    tokens = httpx.post(f"{server.url}/oauth/token", data=form).json()
    access, refresh = tokens["access_token"], tokens["refresh_token"]
    wrong = secrets.token_urlsafe(24)
    bearer = {"Authorization": f"Bearer {access}"}
    ticket = httpx.post(f"{server.url}/api/tickets", headers=bearer).json()["ticket"]
    httpx.post(f"{server.url}/oauth/token", data={**form, "password": wrong})
    httpx.post(f"{server.url}/oauth/token?password={wrong}", data=form)
    httpx.post(f"{server.url}/oauth/token", data={"grant_type": "refresh_token", "refresh_token": refresh})
    httpx.get(f"{server.url}/nothing?token={wrong}", headers=bearer)
    said = f"the secret word is {wrong}"
    socket_url = server.url.replace("http", "ws") + "/chat/lobby"
    for query in (f"?token={access}", f"?ticket={ticket}"):
        with websockets.sync.client.connect(socket_url + query) as connection:
            connection.send(json.dumps({"type": "send", "id": "1", "text": said}))
            connection.recv(PATIENCE_SECONDS)
    with pytest.raises(InvalidStatus):
        websockets.sync.client.connect(f"{socket_url}?token={wrong}")
    log = server.log()
    assert "route=/oauth/token" in log, "there is a log to look at"
    for secret in (access, refresh, ticket, wrong, said, "folkmoot-demo"):
        assert secret not in log
    assert "Traceback" not in log
    assert "status=500" not in log
    assert httpx.get(f"{server.url}/readyz").status_code == 200
