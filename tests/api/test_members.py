"""Members by HTTP: one address for joining, inviting and promoting, one for leaving and removing."""

from __future__ import annotations

from typing import Any

import pytest

from service.chat.roles import RoomRole, Scope
from service.wire.times import render
from tests.api.served import Served, code_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def served() -> Served:
    served = Served()
    served.furnish()
    return served


async def put(served: Served, username: str, slug: str, whom: str, body: Any = None) -> tuple[int, Any]:
    answer = await served.ask(username, "PUT", f"/rooms/{slug}/members/{whom}", body)
    return answer.status_code, answer.json() if answer.is_success else code_of(answer)


async def names(served: Served, username: str, slug: str) -> list[str]:
    answer = await served.ask(username, "GET", f"/rooms/{slug}/members")
    return [member["user"] for member in answer.json()["items"]]


async def test_who_joins_is_created_once_and_there_from_then_on(served: Served) -> None:
    status, member = await put(served, "bob", "lobby", "bob")
    assert status == 201
    assert (member["user"], member["role"]) == ("bob", "member")
    assert member["joined_at"].endswith("Z")
    assert await put(served, "bob", "lobby", "bob") == (200, member)
    assert await put(served, "bob", "lobby", "BOB", {}) == (200, member)
    room = (await served.ask("bob", "GET", "/rooms/lobby")).json()
    assert (room["you"]["role"], room["members"]) == ("member", 2)


async def test_a_body_may_say_nothing(served: Served) -> None:
    for body in ({}, {"role": None}, {"role": "member"}, {"owner": True}):
        status, member = await put(served, "bob", "lobby", "bob", body)
        assert (status in (200, 201), member["role"]) == (True, "member")


async def test_nobody_joins_as_what_they_are_not(served: Served) -> None:
    for username in ("bob", "mo"):
        assert await put(served, username, "lobby", username, {"role": "owner"}) == (403, "forbidden")
    assert await names(served, "bob", "lobby") == ["ann"]


@pytest.mark.parametrize("body", [{"role": "king"}, {"role": 2}, {"role": ["owner"]}, [], "owner", 1])
async def test_a_role_is_one_of_three_words(served: Served, body: Any) -> None:
    assert await put(served, "ann", "den", "bob", body) == (422, "invalid")


async def test_an_invitation_makes_a_member_at_once_with_the_role_that_is_given(served: Served) -> None:
    status, member = await put(served, "ann", "den", "cyn", {"role": "moderator"})
    assert (status, member["user"], member["role"]) == (201, "cyn", "moderator")
    assert (await served.ask("cyn", "GET", "/rooms/den")).json()["you"]["role"] == "moderator"


async def test_an_invitation_lifts_no_gate(served: Served) -> None:
    answer = await served.ask("ann", "PUT", "/rooms/den/members/gus")
    assert (answer.status_code, code_of(answer)) == (403, "role_too_low")
    assert answer.json()["why"] == {
        "rule": "join_role",
        "by": "ann",
        "since": render(served.stage.seen("den").created_at),
    }


@pytest.mark.parametrize("whom", ["nobody", "%00", "%F0%9F%8E%89", "x" * 200, "here"])
async def test_nobody_who_is_not_there_is_invited_or_removed(served: Served, whom: str) -> None:
    assert await put(served, "ann", "den", whom) == (404, "not_found")
    assert code_of(await served.ask("ann", "DELETE", f"/rooms/den/members/{whom}")) == "not_found"


async def test_a_role_is_set_by_who_outranks_and_stepping_down_is_free(served: Served) -> None:
    assert (await put(served, "ann", "den", "bob", {"role": "owner"}))[1]["role"] == "owner"
    assert await put(served, "bob", "den", "ann", {"role": "member"}) == (403, "forbidden")
    assert (await put(served, "bob", "den", "bob", {"role": "member"}))[1]["role"] == "member"
    assert await put(served, "bob", "den", "bob", {"role": "moderator"}) == (403, "forbidden")


async def test_who_leaves_is_out_and_the_last_owner_hands_over_first(served: Served) -> None:
    answer = await served.ask("ann", "DELETE", "/rooms/den/members/ann")
    assert (answer.status_code, code_of(answer)) == (409, "conflict")
    assert await put(served, "ann", "den", "ann", {"role": "member"}) == (409, "conflict")
    await put(served, "ann", "den", "bob", {"role": "owner"})
    left = await served.ask("ann", "DELETE", "/rooms/den/members/ann")
    assert (left.status_code, left.content) == (204, b"")
    assert await names(served, "bob", "den") == ["bob"]


async def test_leaving_twice_finds_nobody_to_leave(served: Served) -> None:
    await put(served, "bob", "lobby", "bob")
    assert (await served.ask("bob", "DELETE", "/rooms/lobby/members/bob")).status_code == 204
    assert code_of(await served.ask("bob", "DELETE", "/rooms/lobby/members/bob")) == "not_found"


async def test_who_is_removed_from_a_private_room_no_longer_finds_it(served: Served) -> None:
    assert (await served.ask("ann", "DELETE", "/rooms/den/members/bob")).status_code == 204
    assert code_of(await served.ask("bob", "GET", "/rooms/den")) == "not_found"
    assert await put(served, "bob", "den", "bob") == (404, "not_found")


async def test_removing_wants_the_scope_to_moderate(served: Served) -> None:
    scope = frozenset({Scope.READ, Scope.WRITE})
    answer = await served.ask("ann", "DELETE", "/rooms/den/members/bob", scope=scope)
    assert (answer.status_code, code_of(answer)) == (403, "insufficient_scope")


async def test_the_list_of_members_goes_page_by_page(served: Served) -> None:
    for username in ("mo", "bob", "gus"):
        served.stage.place("lobby", username, RoomRole.MEMBER)
    seen: list[str] = []
    query = "?limit=2"
    while query:
        page = (await served.ask("cyn", "GET", f"/rooms/lobby/members{query}")).json()
        seen += [f"{member['user']} {member['role']}" for member in page["items"]]
        query = page["next"] and f"?limit=2&cursor={page['next']}"
    assert seen == ["ann owner", "mo member", "bob member", "gus member"]


@pytest.mark.parametrize("cursor", ["bG9iYnk", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
async def test_a_cursor_of_another_list_is_invalid(served: Served, cursor: str) -> None:
    """A room's slug, -1, and a number that no database holds."""
    answer = await served.ask("ann", "GET", f"/rooms/lobby/members?cursor={cursor}")
    assert (answer.status_code, code_of(answer)) == (422, "invalid")
    assert answer.json()["errors"][0]["field"] == "cursor"
