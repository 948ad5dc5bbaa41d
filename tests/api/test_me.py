"""Oneself by HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copytree

import pytest

from tests.api.house import PASSWORD, House, code_of, open_house

pytestmark = pytest.mark.anyio

BETTER = "gravel orbit walnut"


@pytest.fixture
async def house(furnished: Path, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(copytree(furnished, tmp_path / "data")) as found:
        yield found


async def test_everyone_sees_themselves(house: House) -> None:
    for who, role in (("ann", "admin"), ("mo", "moderator"), ("bob", "member"), ("gus", "guest")):
        answer = await house.ask(who, "GET", "/api/me")
        assert answer.status_code == 200
        assert (answer.json()["username"], answer.json()["role"]) == (who, role)


async def test_one_changes_ones_name_and_nothing_else_by_the_way(house: House) -> None:
    before = (await house.ask("bob", "GET", "/api/me")).json()
    claims = {
        "name": "Bob the Builder",
        "role": "admin",
        "username": "bobby",
        "suspended": True,
        "bot": True,
        "id": "u1",
    }
    answer = await house.ask("bob", "PATCH", "/api/me", claims)
    assert (answer.status_code, answer.json()) == (200, {**before, "name": "Bob the Builder"})
    assert (await house.ask("bob", "PATCH", "/api/me", {})).json() == answer.json()
    assert (await house.ask("bob", "GET", "/api/invites")).status_code == 403


async def test_a_new_password_ends_all_other_sessions_and_keeps_this_one(house: House) -> None:
    here, elsewhere = await house.token("bob"), (await house.sign_in("bob")).json()
    change = {"password": BETTER, "current_password": PASSWORD}
    assert (await house.ask_with(here, "PATCH", "/api/me", change)).status_code == 200
    assert (await house.ask_with(here, "GET", "/api/me")).status_code == 200
    assert (await house.ask_with(elsewhere["access_token"], "GET", "/api/me")).status_code == 401
    refresh = {"grant_type": "refresh_token", "refresh_token": elsewhere["refresh_token"]}
    assert (await house.http.post("/oauth/token", data=refresh)).json()["error"] == "invalid_grant"
    assert (await house.sign_in("bob", PASSWORD)).status_code == 400
    assert (await house.sign_in("bob", BETTER)).status_code == 200


async def test_a_new_password_needs_the_current_one(house: House) -> None:
    for body, status, code in (
        ({"password": BETTER}, 422, "invalid"),
        ({"password": BETTER, "current_password": "wrong"}, 403, "forbidden"),
        ({"password": BETTER, "current_password": "x" * 50_000}, 403, "forbidden"),
        ({"password": BETTER, "current_password": 5}, 422, "invalid"),
        ({"password": "short", "current_password": PASSWORD}, 422, "invalid"),
        ({"password": "bobbobbob", "current_password": PASSWORD}, 422, "invalid"),
    ):
        answer = await house.ask("bob", "PATCH", "/api/me", body)
        assert (answer.status_code, code_of(answer)) == (status, code), body
        for secret in body.values():
            assert str(secret) not in answer.text
    assert (await house.sign_in("bob")).status_code == 200


async def test_a_bot_has_no_password_to_change(house: House) -> None:
    bot = await house.app.parts.bots.add("herald")
    answer = await house.http.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=(bot.client_id, bot.secret)
    )
    token = answer.json()["access_token"]
    assert (await house.ask_with(token, "GET", "/api/me")).json()["bot"] is True
    for current in ("", bot.secret):
        change = {"password": BETTER, "current_password": current}
        assert (await house.ask_with(token, "PATCH", "/api/me", change)).status_code == 403
