"""Users by HTTP: signing up, and managing accounts as an admin."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from tests.api.house import PASSWORD, House, code_of, open_house

pytestmark = pytest.mark.anyio

GOOD, BETTER = "tree-house-lamp", "gravel orbit walnut"
JSON = {"content-type": "application/json"}


@pytest.fixture
def folder(furnished: Path, tmp_path: Path) -> Path:
    return copytree(furnished, tmp_path / "data")


@pytest.fixture
async def house(folder: Path) -> AsyncIterator[House]:
    async with open_house(folder, sign_up="open") as found:
        yield found


# Signing up


async def test_who_signs_up_is_a_member_and_can_sign_in(house: House) -> None:
    answer = await house.ask(None, "POST", "/api/users", {"username": "Zoe", "password": GOOD, "name": "Zoë"})
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/users/zoe"
    made = answer.json()
    assert made == {"id": made["id"], "username": "zoe", "name": "Zoë", "role": "member", "bot": False}
    assert (await house.sign_in("zoe", GOOD)).status_code == 200


async def test_nobody_says_what_they_are(house: House) -> None:
    claims = {"role": "admin", "bot": True, "suspended": False, "id": "u1", "created_at": 0, "deleted": True}
    for who in (None, "ann"):
        username = f"zoe-{who or 'nobody'}".lower()
        answer = await house.ask(who, "POST", "/api/users", {"username": username, "password": GOOD, **claims})
        assert answer.status_code == 201
        assert (answer.json()["role"], answer.json()["bot"]) == ("member", False)
        assert answer.json()["id"] != "u1"


async def test_one_address_signs_up_so_often_in_an_hour_and_is_told_when_it_may_again(folder: Path) -> None:
    async with open_house(folder, sign_up="open", sign_ups_per_address=1) as house:
        first = await house.ask(None, "POST", "/api/users", {"username": "zoe", "password": GOOD})
        answer = await house.ask(None, "POST", "/api/users", {"username": "yan", "password": GOOD})
        by_ann = await house.ask("ann", "POST", "/api/users", {"username": "yan", "password": GOOD})
    assert (first.status_code, answer.status_code, by_ann.status_code) == (201, 429, 201)
    assert code_of(answer) == "rate_limited"
    assert 0 < int(answer.headers["retry-after"]) <= 3600


async def test_all_that_is_wrong_is_told_field_by_field_and_never_repeated(house: House) -> None:
    answer = await house.ask(None, "POST", "/api/users", {"username": "no name", "password": 12345678, "name": "\n"})
    assert answer.status_code == 422
    assert code_of(answer) == "invalid"
    assert [error["field"] for error in answer.json()["errors"]] == ["username", "password", "name"]
    for body in (
        {"username": "zoe", "password": "hunter2hunter2"},
        {"username": "zoe", "password": "secret7"},
        {"username": "zoe", "password": ["tops3cret-in-a-list"]},
        {"username": "zoe" * 50, "password": "tops3cret-elsewhere", "name": {"a": "tops3cret-here"}},
    ):
        answer = await house.ask(None, "POST", "/api/users", body)
        assert answer.status_code == 422
        assert answer.json()["errors"]
        for secret in ("hunter2", "secret7", "tops3cret"):
            assert secret not in answer.text


async def test_what_is_no_account_is_refused(house: House) -> None:
    bodies: list[Any] = [None, [], "text", 5, {}, {"username": "zoe"}, {"password": GOOD}, {"username": None}]
    for body in bodies:
        answer = await house.http.post("/api/users", content=json.dumps(body), headers=JSON)
        assert code_of(answer) == "invalid", body


async def test_what_can_be_no_password_is_refused_at_once(house: House) -> None:
    """The last one is a password whose normal form would take half a second to find."""
    for password in ("gravel\0walnut", "gravel\ud800walnut", "x" * 100_000):
        body = json.dumps({"username": "zoe", "password": password}).encode()
        answer = await house.http.post("/api/users", content=body, headers=JSON)
        assert code_of(answer) in ("bad_frame", "invalid")
    marks = json.dumps({"username": "zoe", "password": "a\u0315\u0316" * 20_000}, ensure_ascii=False)
    assert code_of(await house.http.post("/api/users", content=marks.encode(), headers=JSON)) == "invalid"


async def test_a_name_is_given_out_once(house: House) -> None:
    for username in ("bob", "BOB", "ｂｏｂ"):
        answer = await house.ask(None, "POST", "/api/users", {"username": username, "password": GOOD})
        assert (answer.status_code, code_of(answer)) == (409, "conflict")
    assert (await house.ask("ann", "DELETE", "/api/users/bob")).status_code == 204
    answer = await house.ask(None, "POST", "/api/users", {"username": "bob", "password": GOOD})
    assert code_of(answer) == "conflict"


async def test_of_many_who_want_one_name_at_once_one_gets_it(house: House) -> None:
    answers = await asyncio.gather(
        *(house.ask(None, "POST", "/api/users", {"username": "zoe", "password": GOOD}) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


async def test_by_default_an_invite_is_needed_and_an_admin_needs_none(folder: Path) -> None:
    async with open_house(folder) as house:
        wanted = {"username": "zoe", "password": GOOD}
        for who in (None, "mo", "bob"):
            answer = await house.ask(who, "POST", "/api/users", wanted)
            assert (answer.status_code, code_of(answer)) == (403, "forbidden")
            assert answer.json()["why"] == {"rule": "sign_up"}
        assert (await house.ask("ann", "POST", "/api/users", wanted)).status_code == 201


async def test_a_bad_token_is_not_taken_for_none(house: House) -> None:
    answer = await house.ask_with("no.good.token", "POST", "/api/users", {"username": "zoe", "password": GOOD})
    assert (answer.status_code, code_of(answer)) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


# Seeing


async def test_the_list_is_in_pages_and_tells_moderators_who_is_suspended(house: House) -> None:
    await house.ask("ann", "PATCH", "/api/users/cyn", {"suspended": True})
    for who, told in (("ann", True), ("mo", True), ("bob", False), ("gus", False)):
        first = (await house.ask(who, "GET", "/api/users?limit=3")).json()
        rest = (await house.ask(who, "GET", f"/api/users?limit=3&cursor={first['next']}")).json()
        items = first["items"] + rest["items"]
        assert [user["username"] for user in items] == ["ann", "bob", "cyn", "gus", "mo"]
        assert rest["next"] is None
        assert [user.get("suspended") for user in items] == ([False, False, True, False, False] if told else [None] * 5)
        assert (await house.ask(who, "GET", "/api/users/cyn")).json().get("suspended") is (True if told else None)


async def test_every_route_wants_a_token(house: House) -> None:
    for method, path in (
        ("GET", "/api/users"),
        ("GET", "/api/users/bob"),
        ("PATCH", "/api/users/bob"),
        ("DELETE", "/api/users/bob"),
        ("POST", "/api/users/bob/password-reset"),
        ("GET", "/api/me"),
        ("PATCH", "/api/me"),
        ("GET", "/api/invites"),
        ("POST", "/api/invites"),
        ("DELETE", "/api/invites/0123"),
    ):
        answer = await house.ask(None, method, path, {} if method in ("PATCH", "POST") else None)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), (method, path)


async def test_nobody_is_not_found_whatever_they_are_called(house: House) -> None:
    spellings = ("zoe", "%00", "%ff", "%ed%a0%80", "..%2fann", "b" * 3_000, "%27%20or%201=1")
    acts = (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/password-reset"))
    for name, (method, path) in product(spellings, acts):
        body = {"name": "X"} if method == "PATCH" else None
        answer = await house.ask("ann", method, f"/api/users/{name}{path}", body)
        assert answer.status_code in (400, 404), (method, name)


# Managing


async def test_only_admins_manage(house: House) -> None:
    for who in ("mo", "bob", "gus"):
        for target in ("ann", "mo", "cyn", who):
            for method, path, body in (
                ("PATCH", "", {"role": "admin"}),
                ("PATCH", "", {"suspended": True}),
                ("DELETE", "", None),
                ("POST", "/password-reset", None),
            ):
                answer = await house.ask(who, method, f"/api/users/{target}{path}", body)
                assert (answer.status_code, code_of(answer)) == (403, "role_too_low")


async def test_a_token_narrowed_to_chatting_does_not_manage(house: House) -> None:
    token = await house.token("ann", scope="chat:read chat:write moderate")
    answer = await house.ask_with(token, "PATCH", "/api/users/bob", {"role": "guest"})
    assert (answer.status_code, code_of(answer)) == (403, "insufficient_scope")
    assert answer.headers["www-authenticate"] == 'Bearer error="insufficient_scope"'


async def test_a_change_is_typed_strictly(house: House) -> None:
    bodies: list[dict[str, Any]] = [
        {"role": "king"},
        {"role": 3},
        {"suspended": "true"},
        {"suspended": 1},
        {"name": ""},
    ]
    for body in bodies:
        answer = await house.ask("ann", "PATCH", "/api/users/bob", body)
        assert code_of(answer) == "invalid"
        assert [error["field"] for error in answer.json()["errors"]] == list(body)


async def test_a_change_changes_what_it_names(house: House) -> None:
    before = (await house.ask("ann", "GET", "/api/users/bob")).json()
    assert (await house.ask("ann", "PATCH", "/api/users/bob", {"role": None})).json() == before
    body = {"role": "moderator", "name": "Robert", "username": "robert", "id": "u1", "bot": True}
    answer = await house.ask("ann", "PATCH", "/api/users/bob", body)
    assert (answer.status_code, answer.json()) == (200, {**before, "role": "moderator", "name": "Robert"})


async def test_a_demotion_counts_at_once_for_tokens_that_are_out(house: House) -> None:
    token = await house.token("mo")
    assert (await house.ask_with(token, "PUT", "/api/rooms/staff/members/mo")).status_code == 201
    await house.ask("ann", "PATCH", "/api/users/mo", {"role": "member"})
    answer = await house.ask_with(token, "GET", "/api/rooms/staff/messages")
    assert (answer.status_code, code_of(answer)) == (403, "role_too_low")
    assert "suspended" not in (await house.ask_with(token, "GET", "/api/users/bob")).json()


async def test_who_is_suspended_is_told_so_until_it_is_lifted_and_then_signs_in_again(house: House) -> None:
    token = await house.token("bob")
    assert (await house.ask("ann", "PATCH", "/api/users/bob", {"suspended": True})).json()["suspended"] is True
    answer = await house.ask_with(token, "GET", "/api/me")
    assert (answer.status_code, code_of(answer)) == (403, "suspended")
    assert (await house.sign_in("bob")).json()["error"] == "invalid_grant"
    await house.ask("ann", "PATCH", "/api/users/bob", {"suspended": False})
    assert (await house.ask_with(token, "GET", "/api/me")).status_code == 401
    assert (await house.sign_in("bob")).status_code == 200


async def test_a_deleted_users_tokens_are_no_good(house: House) -> None:
    token = await house.token("bob")
    assert (await house.ask("ann", "DELETE", "/api/users/bob")).status_code == 204
    answer = await house.ask_with(token, "GET", "/api/me")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
    assert (await house.sign_in("bob")).json()["error"] == "invalid_grant"
    assert (await house.ask("ann", "GET", "/api/users/bob")).status_code == 404


async def test_two_last_admins_who_demote_each_other_at_once_leave_one(house: House) -> None:
    await house.ask("ann", "PATCH", "/api/users/mo", {"role": "admin"})
    tokens = {who: await house.token(who) for who in ("ann", "mo")}
    answers = await asyncio.gather(
        house.ask_with(tokens["ann"], "PATCH", "/api/users/mo", {"role": "member"}),
        house.ask_with(tokens["mo"], "PATCH", "/api/users/ann", {"role": "member"}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 403]
    roles = [user["role"] for user in (await house.ask("bob", "GET", "/api/users")).json()["items"]]
    assert roles.count("admin") == 1


async def test_the_last_admin_cannot_go(house: House) -> None:
    for method, body in (("PATCH", {"role": "member"}), ("PATCH", {"suspended": True}), ("DELETE", None)):
        answer = await house.ask("ann", method, "/api/users/ann", body)
        assert (answer.status_code, code_of(answer)) == (409, "conflict")
        assert answer.json()["why"] == {"rule": "last_admin"}


# Password resets


async def test_a_reset_link_sets_a_password_once(house: House) -> None:
    token = await house.token("bob")
    answer = await house.ask("ann", "POST", "/api/users/bob/password-reset")
    assert answer.status_code == 200
    page, _, secret = answer.json()["link"].partition("#token=")
    assert page == "http://127.0.0.1:8000/reset"
    assert (await house.ask_with(token, "GET", "/api/me")).status_code == 401
    assert (await house.sign_in("bob", PASSWORD)).status_code == 400

    for wrong, code in (
        ({"token": secret, "password": "password"}, "invalid"),
        ({"token": "x", "password": BETTER}, "forbidden"),
    ):
        assert code_of(await house.ask(None, "POST", "/api/password-reset", wrong)) == code
    answer = await house.ask(None, "POST", "/api/password-reset", {"token": secret, "password": BETTER})
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await house.sign_in("bob", BETTER)).status_code == 200
    again = await house.ask(None, "POST", "/api/password-reset", {"token": secret, "password": GOOD})
    assert (again.status_code, code_of(again)) == (403, "forbidden")


async def test_no_other_secret_resets_a_password(house: House) -> None:
    access = await house.token("bob")
    refresh = (await house.sign_in("bob")).json()["refresh_token"]
    invite = (await house.ask("ann", "POST", "/api/invites")).json()["code"]
    for secret in (access, refresh, invite, ""):
        answer = await house.ask(None, "POST", "/api/password-reset", {"token": secret, "password": BETTER})
        assert code_of(answer) in ("forbidden", "invalid")
    reset = (await house.ask("ann", "POST", "/api/users/cyn/password-reset")).json()["link"].partition("#token=")[2]
    assert (await house.ask_with(reset, "GET", "/api/me")).status_code == 401
