"""Invites by HTTP: given by admins, used at sign-up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from tests.api.house import House, code_of, open_house

pytestmark = pytest.mark.anyio

GOOD = "tree-house-lamp"


@pytest.fixture
async def house(furnished: Path, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(copytree(furnished, tmp_path / "data"), public_url="https://chat.example.org/") as found:
        yield found


async def test_an_invite_is_a_link_that_lets_somebody_in(house: House) -> None:
    answer = await house.ask("ann", "POST", "/api/invites", {"role": "guest", "uses": 2, "expires_in": 3600})
    assert answer.status_code == 201
    made = answer.json()
    assert set(made) == {"code", "link", "role", "uses_left", "expires_at"}
    assert (made["role"], made["uses_left"]) == ("guest", 2)
    assert made["link"] == f"https://chat.example.org/signup#invite={made['code']}"
    for username, left in (("zoe", 1), ("yan", 0)):
        body = {"username": username, "password": GOOD, "invite": made["code"]}
        answer = await house.ask(None, "POST", "/api/users", body)
        assert (answer.status_code, answer.json()["role"]) == (201, "guest")
        listed = (await house.ask("ann", "GET", "/api/invites")).json()["items"]
        assert [invite["uses_left"] for invite in listed] == ([left] if left else [])
    answer = await house.ask(None, "POST", "/api/users", {"username": "xan", "password": GOOD, "invite": made["code"]})
    assert (answer.status_code, code_of(answer)) == (403, "forbidden")
    assert answer.json()["why"] == {"rule": "invite"}


async def test_an_invite_without_a_body_is_for_one_member(house: House) -> None:
    for body in (None, {}):
        made = (await house.ask("ann", "POST", "/api/invites", body)).json()
        assert (made["role"], made["uses_left"]) == ("member", 1)


BAD_INVITES: list[dict[str, Any]] = [
    {"role": "admin"},
    {"role": "moderator"},
    {"role": 1},
    {"uses": 0},
    {"uses": "1"},
    {"uses": True},
    {"uses": 1.5},
    {"uses": 10**30},
    {"expires_in": 0},
    {"expires_in": 10**30},
    {"expires_in": None},
]


async def test_an_invite_is_bounded_and_typed_strictly(house: House) -> None:
    for body in BAD_INVITES:
        answer = await house.ask("ann", "POST", "/api/invites", body)
        assert code_of(answer) == "invalid"
        assert [error["field"] for error in answer.json()["errors"]] == list(body)


async def test_the_list_is_in_pages_and_an_invite_can_be_taken_back(house: House) -> None:
    codes = [(await house.ask("ann", "POST", "/api/invites")).json()["code"] for _ in range(3)]
    first = (await house.ask("ann", "GET", "/api/invites?limit=2")).json()
    rest = (await house.ask("ann", "GET", f"/api/invites?limit=2&cursor={first['next']}")).json()
    assert sorted(invite["code"] for invite in first["items"] + rest["items"]) == sorted(codes)
    assert rest["next"] is None
    assert (await house.ask("ann", "DELETE", f"/api/invites/{codes[0]}")).status_code == 204
    assert code_of(await house.ask("ann", "DELETE", f"/api/invites/{codes[0]}")) == "not_found"
    body = {"username": "zoe", "password": GOOD, "invite": codes[0]}
    assert code_of(await house.ask(None, "POST", "/api/users", body)) == "forbidden"


async def test_a_page_that_cannot_be_asked_for_is_refused(house: House) -> None:
    for query in ("cursor=x", "cursor=", "cursor=Ym9i", "limit=0", "limit=201", "limit=two"):
        assert code_of(await house.ask("ann", "GET", f"/api/invites?{query}")) == "invalid"


async def test_only_admins_have_to_do_with_invites(house: House) -> None:
    code = (await house.ask("ann", "POST", "/api/invites")).json()["code"]
    for who in ("mo", "bob", "gus"):
        for method, path in (("GET", ""), ("POST", ""), ("DELETE", f"/{code}")):
            answer = await house.ask(who, method, f"/api/invites{path}")
            assert (answer.status_code, code_of(answer)) == (403, "role_too_low")
