"""Without a token nothing is told and nothing is done, on every route that the server itself describes and on every
socket; and with one, no more than its user's role and its scope allow."""

from __future__ import annotations

import re

import pytest

from tests.e2e.house import House
from tests.e2e.stranger import Stranger

# What is for everybody, as "METHOD /path": pages, keys and health beside the ways to get an account or a token.
OPEN = {
    "POST /api/setup",
    "POST /api/users",
    "POST /api/password-reset",
    "POST /oauth/token",
    "POST /oauth/revoke",
    "POST /oauth/introspect",
    "GET /.well-known/oauth-authorization-server",
    "GET /.well-known/jwks.json",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",  # to this machine, on which the test runs
}
PLACES = {"username": "bob", "slug": "lobby", "sid": "s0", "code": "c0", "id": "m0", "action": "a0", "emoji": "👍"}


def _routes(house: House) -> list[tuple[str, str]]:
    described = house.ask(None, "GET", "/openapi.json").json()["paths"]
    return [(method.upper(), path) for path, methods in described.items() for method in methods]


def test_every_route_wants_a_token_but_those_that_are_for_everybody(house: House) -> None:
    routes = _routes(house)
    assert len(routes) > 30
    for method, path in routes:
        filled = re.sub(r"\{(\w+)\}", lambda match: PLACES[match[1]], path)
        for headers in ({}, {"Authorization": "Basic Ym9iOmZvbGttb290LWRlbW8="}, {"Cookie": "folkmoot=rt_x"}):
            answer = house.ask(None, method, filled, headers=headers)
            if f"{method} {path}" in OPEN:
                assert answer.status_code < 500
                continue
            assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
            assert answer.headers["www-authenticate"].startswith("Bearer"), "and says what is missing"
            assert "error=" not in answer.headers["www-authenticate"], "which is no error of a token's"


def test_what_is_for_everybody_is_described(house: House) -> None:
    """Else the list above would excuse what is not there."""
    assert {f"{method} {path}" for method, path in _routes(house)} >= OPEN


@pytest.mark.parametrize("path", ["/ws", "/chat/lobby", "/chat/den", "/chat/none"])
def test_every_socket_wants_a_token_before_it_says_whether_there_is_such_a_room(house: House, path: str) -> None:
    with Stranger(house) as stranger:
        stranger.handshake(path)
        head = stranger.head().lower()
        assert head.startswith(b"http/1.1 401")
        assert b"www-authenticate: bearer" in head
        assert b"error=" not in head


@pytest.mark.parametrize(
    ("username", "path", "status"),
    [
        ("gus", "/chat/lobby", 101),
        ("gus", "/chat/staff", 403),
        ("gus", "/chat/den", 404),
        ("cyn", "/chat/den", 404),
        ("mo", "/chat/den", 404),
        ("bob", "/chat/den", 101),
        ("ann", "/chat/den", 101),
        ("mo", "/chat/staff", 101),
        ("bob", "/chat/news", 101),
    ],
)
def test_a_room_lets_in_whom_its_gate_lets_in(house: House, username: str, path: str, status: int) -> None:
    with Stranger(house) as stranger:
        stranger.handshake(path, house.token(username))
        assert stranger.status() == status


def test_nobody_makes_more_of_themselves(house: House) -> None:
    attempts = [
        ("PATCH", "/api/me", {"role": "admin", "name": "Bob"}),
        ("PATCH", "/api/users/bob", {"role": "admin"}),
        ("PATCH", "/api/users/ann", {"role": "guest"}),
        ("PATCH", "/api/users/ann", {"suspended": True}),
        ("DELETE", "/api/users/mo", None),
        ("POST", "/api/users/ann/password-reset", None),
        ("POST", "/api/invites", {"role": "admin"}),
        ("PUT", "/api/rooms/lobby/members/bob", {"role": "owner"}),
        ("PUT", "/api/rooms/den/members/cyn", {}),
        ("PATCH", "/api/rooms/lobby", {"join_role": "admin"}),
        ("DELETE", "/api/rooms/lobby", None),
        ("DELETE", "/api/rooms/lobby/members/ann", None),
    ]
    for method, path, body in attempts:
        answer = house.ask("bob", method, path, body)
        expected = {"/api/me": {200}, "/api/invites": {403, 422}}.get(path, {403})
        assert answer.status_code in expected, f"{method} {path}: {answer.status_code} {answer.text}"
    made = house.ask(None, "POST", "/api/users", {"username": "eve", "password": "an owl at the moot", "role": "admin"})
    assert made.status_code == 403, "by invitation only, whatever else is said"
    roles = {user["username"]: user["role"] for user in house.do("ann", "GET", "/api/users")["items"]}
    assert roles == {"ann": "admin", "mo": "moderator", "bob": "member", "cyn": "member", "gus": "guest"}


def test_a_token_of_little_scope_does_little(house: House) -> None:
    house.do("bob", "PUT", "/api/rooms/lobby/members/bob", {})
    reader = house.sign_in("bob", scope="chat:read")["access_token"]
    headers = {"Authorization": f"Bearer {reader}"}
    assert house.ask(None, "GET", "/api/rooms", headers=headers).status_code == 200
    for method, path, body in [
        ("POST", "/api/rooms/lobby/messages", {"text": "hello"}),
        ("POST", "/api/rooms", {"slug": "own"}),
        ("PATCH", "/api/me", {"name": "Robert"}),
    ]:
        answer = house.ask(None, method, path, body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope"), f"{method} {path}"
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    writer = house.sign_in("bob", scope="chat:write")["access_token"]
    with Stranger(house) as stranger:
        stranger.handshake("/ws", writer)
        assert stranger.status() == 403
