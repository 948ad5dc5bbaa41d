"""What a request may bring in: how much, how slowly, and of what kind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from service.api.intake import HEAD_BYTES_MAX, URL_BYTES_MAX
from tests.api.framed import BODY_BYTES, client_of, small_app

pytestmark = pytest.mark.anyio

JSON = {"Content-Type": "application/json"}


async def test_a_body_up_to_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    async with client_of(small_app()) as client:
        most = await client.post("/oauth/token", content=b"x" * BODY_BYTES)
        more = await client.post("/oauth/token", content=b"x" * (BODY_BYTES + 1))
    assert most.json() == {"read": BODY_BYTES}
    assert (more.status_code, more.json()["code"]) == (413, "too_large")
    assert more.headers["connection"] == "close", "the rest of the body must not be taken for a request"


async def test_a_body_that_does_not_say_how_long_it_is_is_cut_off_at_the_limit() -> None:
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        for _ in range(1_000):
            given += 1
            yield b"x" * 100

    async with client_of(small_app()) as client:
        answer = await client.post("/oauth/token", content=endless())
    assert answer.status_code == 413
    assert given <= BODY_BYTES / 100 + 1, "nothing beyond the limit was read"


@pytest.mark.parametrize("length", ["99999999999999999999", "-1", "many", "1" * 5_000])
async def test_a_length_that_is_none_is_refused(length: str) -> None:
    async with client_of(small_app()) as client:
        answer = await client.post("/oauth/token", content=b"x", headers={"Content-Length": length})
    assert answer.status_code == 413


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    never = asyncio.Event()

    async def silent() -> AsyncIterator[bytes]:
        yield b"x"
        await never.wait()

    async with client_of(small_app()) as client:
        answer = await client.post("/oauth/token", content=silent())
    assert answer.status_code == 408
    assert answer.headers["connection"] == "close"


async def test_who_was_not_listened_to_is_hung_up_on() -> None:
    """A body that no route reads could go on for ever, one byte now and then."""
    async with client_of(small_app()) as client:
        unread = await client.post("/api/nothing", content=b"x", headers=JSON)
        read = await client.post("/oauth/token", content=b"x")
        none = await client.post("/oauth/token")
    assert unread.headers["connection"] == "close"
    assert "connection" not in read.headers
    assert "connection" not in none.headers


async def test_where_nothing_is_a_body_is_not_looked_at() -> None:
    async with client_of(small_app()) as client:
        answer = await client.post("/api/nothing", content=b"not json", headers=JSON)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/jsonp"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
async def test_a_body_of_another_kind_is_not_read_as_json(headers: dict[str, str]) -> None:
    async with client_of(small_app()) as client:
        answer = await client.post("/api/rooms/lobby", content=b'{"slug": "a"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "bad_frame")


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=UTF-8", "application/ld+json"])
async def test_json_by_its_names_is_read(kind: str) -> None:
    async with client_of(small_app()) as client:
        answer = await client.post("/api/rooms/lobby", content=b'{"slug": "a"}', headers={"Content-Type": kind})
    assert answer.status_code == 201


@pytest.mark.parametrize("body", [b"{", b'{"slug": NaN}', rb'{"slug": "\ud800"}', b"\xff", b'{"slug":"a","slug":"b"}'])
async def test_what_is_not_json_is_400_as_in_a_frame(body: bytes) -> None:
    async with client_of(small_app()) as client:
        answer = await client.post("/api/rooms/lobby", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_frame")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null"])
async def test_json_that_is_no_object_is_invalid(body: bytes) -> None:
    async with client_of(small_app()) as client:
        answer = await client.post("/api/rooms/lobby", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_long_address_is_refused() -> None:
    async with client_of(small_app()) as client:
        path = await client.get("/" + "a" * URL_BYTES_MAX)
        query = await client.get("/healthz?" + "a" * URL_BYTES_MAX)
    assert (path.status_code, query.status_code) == (414, 414)


async def test_long_headers_are_refused() -> None:
    async with client_of(small_app()) as client:
        answer = await client.get("/healthz", headers={"X-Much": "a" * HEAD_BYTES_MAX})
    assert (answer.status_code, answer.json()["code"]) == (431, "too_large")


@pytest.mark.parametrize(
    "path", ["/api/rooms/a%00b", "/api/rooms/%0d%0aSet-Cookie:x", "/api/rooms/%ff", "/%2e%2e/%2e%2e/etc/passwd", "//"]
)
async def test_a_path_that_nobody_would_type_leads_nowhere(path: str) -> None:
    async with client_of(small_app()) as client:
        answer = await client.get(path)
    assert answer.status_code == 404


async def test_a_nul_in_a_query_never_reaches_a_database() -> None:
    async with client_of(small_app()) as client:
        answer = await client.get("/api/rooms/lobby?cursor=a%00b")
    assert answer.status_code == 400
