"""The access token of a request: one, in one place, and RFC 6750's answer to everything else."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.desk import LIFETIME_S, Desk

pytestmark = pytest.mark.anyio

ROUTES = (("GET", "/api/me/sessions"), ("DELETE", "/api/me/sessions"), ("DELETE", "/api/me/sessions/s-1"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def asked(desk: Desk, *headers: tuple[str, str], query: str = "") -> httpx.Response:
    async with desk.client() as client:
        return await client.get("/api/me/sessions" + query, headers=list(headers))


def challenge(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return answer.status_code, answer.headers.get("www-authenticate", "")


@pytest.mark.parametrize(("method", "path"), [*ROUTES, ("POST", "/api/tickets")])
async def test_without_a_token_every_route_asks_for_one_and_names_no_error(desk: Desk, method: str, path: str) -> None:
    async with desk.client() as client:
        answer = await client.request(method, path)
    assert challenge(answer) == (401, "Bearer")
    assert answer.json()["code"] == "unauthenticated"


async def test_a_good_token_is_taken_however_its_scheme_is_written(desk: Desk) -> None:
    token = (await desk.sign_in_as("bob")).access.text
    for value in (f"Bearer {token}", f"bearer {token}", f"BEARER {token}", f"Bearer  {token}"):
        assert (await asked(desk, ("Authorization", value))).status_code == 200


async def test_two_credentials_are_one_too_many(desk: Desk) -> None:
    token = (await desk.sign_in_as("bob")).access.text
    one = ("Authorization", f"Bearer {token}")
    answer = await asked(desk, one, one)
    assert challenge(answer) == (400, 'Bearer error="invalid_request"')
    assert answer.json()["code"] == "bad_frame"


BAD = [
    *("Bearer x", "Bearer a.b.c", "Bearer ", "Bearer", "Bearer a b", "Bearer \xff", "Bearer rt_s_0_x", "Bearer tk_x"),
    *("Bearer " + "a" * 5_000, "Bearer " + "a" * 9_000, "Bearer a.b." + "c" * 1_000_000),
]


@pytest.mark.parametrize("value", BAD, ids=[f"{value[:16]!a} of {len(value)}" for value in BAD])
async def test_a_bad_token_is_an_invalid_token(desk: Desk, value: str) -> None:
    async with desk.client() as client:
        answer = await client.get("/api/me/sessions", headers={b"Authorization": value.encode("latin-1")})
    assert challenge(answer) == (401, 'Bearer error="invalid_token"')


@pytest.mark.parametrize("value", ["Basic Ym9iOnBhc3N3b3Jk", "Digest x", "", "token", "Bear er"])
async def test_of_another_scheme_we_know_nothing(desk: Desk, value: str) -> None:
    assert challenge(await asked(desk, ("Authorization", value))) == (401, "Bearer")


async def test_a_token_elsewhere_than_in_the_header_is_none(desk: Desk) -> None:
    token = (await desk.sign_in_as("bob")).access.text
    for query in (f"?access_token={token}", f"?token={token}"):
        assert challenge(await asked(desk, query=query)) == (401, "Bearer")
    assert challenge(await asked(desk, ("Cookie", f"token={token}"))) == (401, "Bearer")


async def test_each_kind_of_secret_is_good_in_its_own_place_only(desk: Desk) -> None:
    grant = await desk.sign_in_as("bob")
    ticket = desk.tickets.issue(grant.access.credential)
    bot = await desk.bot()
    for secret in (grant.refresh_token, ticket, bot.secret, bot.client_id, "bob-password"):
        assert challenge(await asked(desk, ("Authorization", f"Bearer {secret}")))[0] == 401
    assert desk.tickets.redeem(ticket), "and trying it there has not used it up"


async def test_expired_revoked_and_deleted_are_invalid_and_suspended_says_so(desk: Desk) -> None:
    grants = [await desk.sign_in_as(username) for username in ("bob", "cyn", "gus", "mo")]
    headers = [("Authorization", f"Bearer {grant.access.text}") for grant in grants]
    cyn, gus = desk.stage.who("cyn"), desk.stage.who("gus")
    await desk.introspection.revoke(grants[0].access.text, None)
    desk.stage.run(lambda tx: tx.users.delete(cyn.id))
    desk.stage.run(lambda tx: tx.users.set_suspended(gus.id, True))
    answers = [await asked(desk, header) for header in headers]
    assert [challenge(answer)[0] for answer in answers[:3]] == [401, 401, 403]
    assert [challenge(answer)[1] for answer in answers[:2]] == ['Bearer error="invalid_token"'] * 2
    assert answers[2].json()["code"] == "suspended"
    assert answers[3].status_code == 200
    desk.stage.now += LIFETIME_S * 1000
    assert challenge(await asked(desk, headers[3])) == (401, 'Bearer error="invalid_token"')


async def test_a_scope_that_does_not_suffice_is_told(desk: Desk) -> None:
    token = (await desk.sign_in_as("bob", "chat:read")).access.text
    async with desk.client(headers={"Authorization": f"Bearer {token}"}) as client:
        answer = await client.delete("/api/me/sessions")
    assert challenge(answer) == (403, 'Bearer error="insufficient_scope"')


async def test_the_description_shows_which_routes_want_a_token(desk: Desk) -> None:
    described = desk.http.openapi()
    for method, path in ROUTES:
        operation = described["paths"][path.replace("s-1", "{sid}")][method.lower()]
        assert operation["security"] == [{"accessToken": []}]
    assert "security" not in described["paths"]["/oauth/token"]["post"]
