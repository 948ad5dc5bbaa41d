"""Every error is a problem document that says what to do, and never what was sent or what broke inside."""

from __future__ import annotations

import pytest

from service.api.problems import MEDIA_TYPE, TYPE_PREFIX, challenge_of, refused
from service.chat.errors import CODES, Code, Refusal
from service.chat.tokens import BadCredential, missing_credential
from tests.api.framed import client_of, small_app

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("code", Code)
def test_a_refusal_has_the_status_of_its_code_and_a_type_that_explains_it(code: Code) -> None:
    answer = refused(Refusal(code))
    assert answer.status_code == CODES[code].status
    assert answer.media_type == MEDIA_TYPE
    assert f'"type": "{TYPE_PREFIX}{code}"'.encode() in answer.body


async def test_a_refusal_carries_its_rule_and_when_to_come_back() -> None:
    async with client_of(small_app()) as client:
        answer = await client.delete("/api/rooms/lobby")
    assert answer.status_code == 429
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["retry-after"] == "2", "whole seconds, and never too early"
    assert answer.json() == {
        "type": "/docs/problems#slow_mode",
        "title": "The room is in slow mode.",
        "status": 429,
        "detail": "Wait.",
        "code": "slow_mode",
        "retry_after": 1.2,
        "why": {"rule": "slow_mode", "by": "mo", "until": "2026-09-21T14:13:20.000Z"},
    }


async def test_an_unknown_address_is_not_found() -> None:
    async with client_of(small_app()) as client:
        answer = await client.get("/api/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["content-type"] == MEDIA_TYPE


async def test_a_trailing_slash_is_another_address_and_leads_nowhere() -> None:
    """A redirect would be built from the Host header."""
    async with client_of(small_app()) as client:
        answer = await client.get("/api/rooms/lobby/")
    assert answer.status_code == 404
    assert "location" not in answer.headers


async def test_a_wrong_method_is_told_all_methods_of_the_address() -> None:
    """Three routes share this path; one of them alone would name only its own method."""
    async with client_of(small_app()) as client:
        answer = await client.put("/api/rooms/lobby")
    assert (answer.status_code, answer.json()["code"]) == (405, "unknown_type")
    assert answer.headers["allow"] == "GET, HEAD, POST, DELETE"


async def test_wrong_fields_are_named_one_by_one_and_never_repeated() -> None:
    async with client_of(small_app()) as client:
        answer = await client.post("/api/rooms/lobby", json={"slug": "HUNTER2", "count": "hunter2"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [error["field"] for error in answer.json()["errors"]] == ["slug", "count"]
    assert "hunter2" not in answer.text.lower()


async def test_a_wrong_query_parameter_is_named() -> None:
    async with client_of(small_app()) as client:
        answer = await client.get("/api/rooms/lobby?limit=hunter2")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["limit"]
    assert "hunter2" not in answer.text


async def test_a_missing_body_is_named() -> None:
    async with client_of(small_app()) as client:
        answer = await client.post("/api/rooms/lobby")
    assert answer.json()["errors"] == [{"field": "body", "message": "this field is required"}]


async def test_a_defect_is_500_with_the_requests_id_and_nothing_of_what_broke() -> None:
    async with client_of(small_app()) as client:
        answer = await client.get("/api/broken")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert answer.json()["request"] == answer.headers["x-request-id"] == "r1"
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("refusal", "challenge"),
    [
        (missing_credential(), "Bearer"),
        (BadCredential(), 'Bearer error="invalid_token"'),
        (Refusal(Code.UNAUTHENTICATED), 'Bearer error="invalid_token"'),
        (Refusal(Code.INSUFFICIENT_SCOPE), 'Bearer error="insufficient_scope"'),
        (Refusal(Code.FORBIDDEN), None),
    ],
)
def test_who_has_no_good_token_is_told_how_to_bring_one(refusal: Refusal, challenge: str | None) -> None:
    """RFC 6750, section 3: no error code to who brought nothing."""
    assert challenge_of(refusal) == challenge
    assert refused(refusal).headers.get("www-authenticate") == challenge


def test_unavailable_always_says_when_to_come_back() -> None:
    assert refused(Refusal(Code.UNAVAILABLE)).headers["retry-after"] == "1"


def test_no_text_can_break_an_answer() -> None:
    assert b"\\ud800" in refused(Refusal(Code.INVALID, "\ud800")).body
