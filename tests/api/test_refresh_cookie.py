"""The refresh token in a cookie: for pages of this very server, and never in reach of their scripts."""

from __future__ import annotations

from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest

from tests.desk import NAME, SESSION_DAYS, Desk

pytestmark = pytest.mark.anyio

BOB = {"grant_type": "password", "username": "bob", "password": "bob-password"}
REFRESH = {"grant_type": "refresh_token"}
OWN = {"Folkmoot-Cookie": "1", "Origin": NAME}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def set_cookie(answer: httpx.Response) -> SimpleCookie:
    (header,) = answer.headers.get_list("set-cookie")
    return SimpleCookie(header)


async def test_a_page_of_ours_gets_its_refresh_token_as_a_cookie_and_not_in_the_answer(desk: Desk) -> None:
    async with desk.client() as browser:
        answer = await browser.post("/oauth/token", data=BOB, headers=OWN)
    assert answer.status_code == 200
    assert answer.json().keys() == {"access_token", "token_type", "expires_in", "scope"}
    morsel = set_cookie(answer)["folkmoot"]
    assert morsel.value.startswith("rt_")
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "strict", "/oauth")
    assert morsel["max-age"] == str(SESSION_DAYS * 86_400)
    assert not morsel["secure"]
    assert not morsel["domain"], "of this host alone, and none below it"


async def test_by_tls_the_cookie_is_one_that_only_tls_can_set(desk: Desk) -> None:
    async with desk.client() as browser:
        browser.base_url = httpx.URL("https://127.0.0.1:8443")
        answer = await browser.post(
            "/oauth/token", data=BOB, headers={"Folkmoot-Cookie": "1", "Origin": "https://127.0.0.1:8443"}
        )
    morsel = set_cookie(answer)["__Secure-folkmoot"]
    assert morsel["secure"]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "strict", "/oauth")


async def test_a_browser_refreshes_with_nothing_but_the_cookie(desk: Desk) -> None:
    async with desk.client(headers=OWN) as browser:
        first = await browser.post("/oauth/token", data=BOB)
        second = await browser.post("/oauth/token", data=REFRESH)
        third = await browser.post("/oauth/token", data=REFRESH)
    assert [answer.status_code for answer in (first, second, third)] == [200] * 3
    tokens = [set_cookie(answer)["folkmoot"].value for answer in (first, second, third)]
    assert len(set(tokens)) == 3
    assert "refresh_token" not in third.json()
    assert desk.admitted(desk.verifier.verify(third.json()["access_token"])) == "bob"


@pytest.mark.parametrize(
    "headers",
    [
        {"Folkmoot-Cookie": "1"},
        {"Folkmoot-Cookie": "1", "Origin": "null"},
        {"Folkmoot-Cookie": "1", "Origin": "http://127.0.0.1:8001"},
        {"Folkmoot-Cookie": "1", "Origin": "https://127.0.0.1:8000"},
        {"Folkmoot-Cookie": "1", "Origin": "http://127.0.0.1:8000.evil.example"},
        {"Folkmoot-Cookie": "1", "Origin": "https://friends.example"},
        {"Folkmoot-Cookie": "0", "Origin": NAME},
        {"Folkmoot-Cookie": "true", "Origin": NAME},
        {"Folkmoot-Cookie": "", "Origin": NAME},
    ],
    ids=str,
)
async def test_from_anywhere_else_the_cookie_is_neither_set_nor_read(desk: Desk, headers: dict[str, str]) -> None:
    """Also from an origin that the settings allow: it may use the API, but not spend this browser's sessions."""
    async with desk.client() as browser:
        await browser.post("/oauth/token", data=BOB, headers=OWN)
        assert len(browser.cookies) == 1
        for path, form in (("/oauth/token", BOB), ("/oauth/token", REFRESH), ("/oauth/revoke", {})):
            answer = await browser.post(path, data=form, headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
            assert "set-cookie" not in answer.headers
        assert (await browser.post("/oauth/token", data=REFRESH, headers=OWN)).status_code == 200


async def test_a_request_that_does_not_ask_for_it_is_answered_as_if_there_were_no_cookie(desk: Desk) -> None:
    """A form on a foreign page sends the cookie along (or did, in old browsers), but never the header."""
    async with desk.client() as browser:
        await browser.post("/oauth/token", data=BOB, headers=OWN)
        refreshed = await browser.post("/oauth/token", data=REFRESH, headers={"Origin": NAME})
        revoked = await browser.post("/oauth/revoke", data={"token_type_hint": "x"})
        assert [answer.status_code for answer in (refreshed, revoked)] == [400, 400]
        assert (await browser.post("/oauth/token", data=REFRESH, headers=OWN)).status_code == 200


async def test_signing_out_ends_the_session_of_the_cookie_and_clears_it(desk: Desk) -> None:
    async with desk.client(headers=OWN) as browser:
        token = (await browser.post("/oauth/token", data=BOB)).json()["access_token"]
        answer = await browser.post("/oauth/revoke", data={})
        assert answer.status_code == 200
        assert not browser.cookies
        assert (await browser.post("/oauth/token", data=REFRESH)).json()["error"] == "invalid_request"
    assert await desk.introspection.look(token) is None


async def test_signing_out_without_a_session_clears_what_there_is(desk: Desk) -> None:
    async with desk.client(headers=OWN) as browser:
        answer = await browser.post("/oauth/revoke", data={})
    assert answer.status_code == 200
    assert set_cookie(answer)["folkmoot"]["max-age"] == "0"


async def test_a_cookie_that_is_no_good_any_more_is_cleared(desk: Desk) -> None:
    async with desk.client(headers=OWN) as browser:
        token = (await browser.post("/oauth/token", data=BOB)).json()["access_token"]
        await desk.introspection.revoke(token, None)
        answer = await browser.post("/oauth/token", data=REFRESH)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
        assert not browser.cookies


async def test_who_only_fails_to_sign_in_keeps_no_cookie_and_a_wrong_scope_clears_none(desk: Desk) -> None:
    async with desk.client(headers=OWN) as browser:
        await browser.post("/oauth/token", data=BOB)
        answer = await browser.post("/oauth/token", data={**REFRESH, "scope": "admin"})
        assert answer.json()["error"] == "invalid_scope"
        assert len(browser.cookies) == 1
        assert (await browser.post("/oauth/token", data=REFRESH)).status_code == 200


async def test_a_bot_gets_no_cookie_for_it_has_nothing_to_keep_in_one(desk: Desk) -> None:
    bot = await desk.bot()
    async with desk.client(headers=OWN, auth=(bot.client_id, bot.secret)) as client:
        answer = await client.post("/oauth/token", data={"grant_type": "client_credentials"})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
