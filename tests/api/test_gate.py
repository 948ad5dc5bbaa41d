"""Hosts that are ours, and pages of other origins."""

from __future__ import annotations

import httpx
import pytest

from service.chat.origins import Origins
from tests.api.framed import HOST, client_of, small_app

pytestmark = pytest.mark.anyio

OWN = f"http://{HOST}"
FRIEND = "https://friend.example.org"
FOREIGN = "https://evil.example"


async def _send(method: str, path: str, **headers: str) -> httpx.Response:
    async with client_of(small_app()) as client:
        return await client.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.mark.parametrize(
    "host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "127.9.9.9", "chat.example.org", "LocalHost"]
)
async def test_our_hosts_are_answered(host: str) -> None:
    assert (await _send("GET", "/api/rooms/lobby", host=host)).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "chat.example.org.evil.example",
        "127.0.0.1.evil.example",
        "a@localhost",
        "localhost,evil",
        "",
        "::",
    ],
)
async def test_a_foreign_host_is_misdirected(host: str) -> None:
    """DNS rebinding: a stranger's name is pointed at a server that only this machine should reach."""
    answer = await _send("GET", "/api/rooms/lobby", host=host)
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff", "what the gate refuses is framed too"


async def test_two_hosts_are_one_too_many() -> None:
    async with client_of(small_app()) as client:
        answer = await client.get("/api/rooms/lobby", headers=[("host", HOST), ("host", "evil.example")])
    assert answer.status_code == 400


async def test_probes_are_answered_by_whatever_address_they_use() -> None:
    assert (await _send("GET", "/healthz", host="10.1.2.3:8000")).status_code == 200


@pytest.mark.parametrize("origin", [OWN, FRIEND, "https://chat.example.org"])
async def test_a_page_of_an_allowed_origin_may_read_the_answer(origin: str) -> None:
    answer = await _send("GET", "/api/rooms/lobby", origin=origin)
    assert answer.headers["access-control-allow-origin"] == origin
    assert "Retry-After" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers, "the cookie is for our own pages alone"


async def test_it_may_also_read_what_was_refused() -> None:
    answer = await _send("DELETE", "/api/rooms/lobby", origin=FRIEND)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (429, FRIEND)


LOOK_ALIKES = [
    FOREIGN,
    "null",
    "",
    f"{FRIEND}.evil.example",
    "http://friend.example.org",
    f"{FRIEND}:8443",
    "https://FRIEND.example.org",
    f"http://{HOST}0",
    "http://localhost:8000",
    f"https://{HOST}",
]


@pytest.mark.parametrize("origin", LOOK_ALIKES)
@pytest.mark.parametrize(("method", "path"), [("DELETE", "/api/rooms/lobby"), ("POST", "/oauth/token")])
async def test_a_page_of_a_foreign_origin_may_change_nothing(origin: str, method: str, path: str) -> None:
    answer = await _send(method, path, origin=origin)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden_origin")
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origin", LOOK_ALIKES)
async def test_a_page_of_a_foreign_origin_may_not_read(origin: str) -> None:
    answer = await _send("GET", "/api/rooms/lobby", origin=origin)
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers, "without it, a browser keeps the answer from the page"
    assert answer.headers["vary"] == "Origin"


async def test_two_origins_are_none() -> None:
    async with client_of(small_app()) as client:
        answer = await client.delete("/api/rooms/lobby", headers=[("origin", OWN), ("origin", FOREIGN)])
    assert answer.status_code == 403


async def test_a_browser_that_asks_first_is_told_what_it_may_send() -> None:
    asked = {"origin": FRIEND, "access_control_request_method": "PATCH"}
    answer = await _send("OPTIONS", "/api/rooms/lobby", **asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == FRIEND
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "Authorization" in answer.headers["access-control-allow-headers"]


async def test_a_foreign_page_that_asks_first_is_told_no() -> None:
    answer = await _send("OPTIONS", "/api/rooms/lobby", origin=FOREIGN, access_control_request_method="PATCH")
    assert answer.status_code == 403


async def test_programs_have_no_origin_and_are_let_in() -> None:
    assert (await _send("DELETE", "/api/rooms/lobby")).status_code == 429


async def test_other_addresses_are_not_for_other_origins() -> None:
    answer = await _send("GET", "/healthz", origin=FRIEND)
    assert "access-control-allow-origin" not in answer.headers


async def test_a_forwarded_host_from_a_stranger_is_not_looked_at() -> None:
    answer = await _send(
        "GET", "/api/rooms/lobby", host="evil.example", x_forwarded_host=HOST, forwarded=f"host={HOST}"
    )
    assert answer.status_code == 421
    assert Origins.of("127.0.0.1", "", (), ()).answers(HOST), "it would have been answered under that name"
