"""Rooms by HTTP: the documented table exactly, statuses, shapes, pages, and input that is none."""

from __future__ import annotations

from typing import Any

import pytest

from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.rooms import DeleteRoom
from service.wire.times import render
from tests.api.served import Served, code_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def served() -> Served:
    served = Served()
    served.furnish()
    return served


# The table: who may do what in which room. zed is a plain member of each room; noa is a moderator who is in none.

ACTS: dict[str, tuple[str, str, Any]] = {
    "see": ("GET", "", None),
    "members": ("GET", "/members", None),
    "read": ("GET", "/messages", None),
    "post": ("POST", "/messages", {"text": "hello"}),
    "join": ("PUT", "/members/{me}", None),
    "invite": ("PUT", "/members/noa", None),
    "promote": ("PUT", "/members/zed", {"role": "moderator"}),
    "remove": ("DELETE", "/members/zed", None),
    "change": ("PATCH", "", {"topic": "x"}),
    "delete": ("DELETE", "", None),
}
ALL = dict.fromkeys(ACTS, "ok")
NONE = dict.fromkeys(ACTS, "not_found")
BELOW = {**dict.fromkeys(ACTS, "role_too_low"), "see": "ok"}
MEMBER = {**ALL, **dict.fromkeys(("invite", "promote", "remove", "change", "delete"), "forbidden")}
READER = {**MEMBER, "post": "not_joined"}
MODERATOR = {**ALL, "post": "not_joined", "change": "forbidden", "delete": "forbidden"}
NOBODY = dict.fromkeys(ACTS, "unauthenticated")
TABLE = {
    "lobby": {"ann": ALL, "mo": MODERATOR, "bob": READER, "gus": READER},
    "staff": {"ann": ALL, "mo": MODERATOR, "bob": BELOW, "gus": BELOW},
    "news": {"ann": ALL, "mo": MODERATOR, "bob": READER, "gus": READER},
    "den": {"ann": ALL, "mo": NONE, "bob": MEMBER, "cyn": NONE, "gus": NONE},
    "moon": {"ann": NONE, "mo": NONE, "bob": NONE, "gus": NONE},
}


@pytest.mark.parametrize(
    ("slug", "username", "expected"),
    [(slug, username, row) for slug, rows in TABLE.items() for username, row in {**rows, None: NOBODY}.items()],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_everyone_may_do_in_every_room_what_the_table_says(
    slug: str, username: str | None, expected: dict[str, str]
) -> None:
    found = {}
    for act, (method, path, body) in ACTS.items():
        served = Served()  # each act on a server of its own: what one changes must not decide the next
        served.furnish()
        served.stage.user("zed", Role.MEMBER)
        served.stage.user("noa", Role.MODERATOR)
        for room in ("lobby", "staff", "news", "den"):
            served.stage.place(room, "zed", RoomRole.MEMBER)
        answer = await served.ask(username, method, f"/rooms/{slug}{path.format(me=username)}", body)
        found[act] = code_of(answer)
    assert found == expected


async def test_what_one_may_not_see_answers_in_the_same_words_as_what_is_not_there(served: Served) -> None:
    served.stage.do("ann", DeleteRoom("news"))
    for method, path, body in ACTS.values():
        hidden, deleted, absent = [
            await served.ask("mo", method, f"/rooms/{slug}{path.format(me='mo')}", body)
            for slug in ("den", "news", "moon")
        ]
        assert hidden.json() == deleted.json() == absent.json()
        assert hidden.status_code == 404
        assert "why" not in hidden.json()


# Making


async def test_a_room_is_made_with_201_and_the_address_where_it_is(served: Served) -> None:
    wanted = {"slug": "garden", "name": "The garden", "topic": "Seeds", "slow_mode": 5, "visibility": "private"}
    answer = await served.ask("bob", "POST", "/rooms", wanted)
    assert answer.status_code == 201
    room = answer.json()
    created_at = room.pop("created_at")
    assert created_at.endswith("Z")
    assert len(created_at) == len("2026-11-22T09:30:00.000Z")
    assert room == {
        **wanted,
        "join_role": "member",
        "post_role": "member",
        "locked": False,
        "receipts": False,
        "retention_days": 0,
        "seq": 1,
        "members": 1,
        "you": {
            "role": "owner",
            "can": ["see", "read", "join", "post", "react", "pin", "call", "invite", "moderate", "change", "delete"],
            "read": 0,
            "unread": 0,
            "mentions": 0,
        },
    }
    there = await served.ask("bob", "GET", answer.headers["location"].removeprefix("/api"))
    assert there.json() == answer.json()


async def test_a_slug_is_given_out_once(served: Served) -> None:
    assert (await served.ask("ann", "DELETE", "/rooms/den")).status_code == 204
    for slug in ("den", "lobby"):
        answer = await served.ask("bob", "POST", "/rooms", {"slug": slug})
        assert (answer.status_code, code_of(answer)) == (409, "conflict")


async def test_guests_and_readers_make_no_rooms(served: Served) -> None:
    assert code_of(await served.ask("gus", "POST", "/rooms", {"slug": "garden"})) == "role_too_low"
    read_only = frozenset({Scope.READ})
    answer = await served.ask("bob", "POST", "/rooms", {"slug": "garden"}, scope=read_only)
    assert (answer.status_code, code_of(answer)) == (403, "insufficient_scope")
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["slug"]),
        ({"slug": "The Garden", "name": "a\nb", "slow_mode": -1}, ["slug", "name", "slow_mode"]),
        ({"slug": "garden", "visibility": "direct"}, ["visibility"]),
        ({"slug": "garden", "join_role": "king", "locked": "no"}, ["join_role", "locked"]),
        ({"slug": "dm-garden"}, ["slug"]),
        ([], ["body"]),
        ("garden", ["body"]),
    ],
)
async def test_bad_input_is_told_field_by_field_and_never_echoed(served: Served, body: Any, fields: list[str]) -> None:
    answer = await served.ask("bob", "POST", "/rooms", body)
    assert (answer.status_code, code_of(answer)) == (422, "invalid")
    assert [error["field"] for error in answer.json()["errors"]] == fields
    assert "Garden" not in answer.text
    assert "king" not in answer.text


async def test_a_gate_is_never_above_its_setter(served: Served) -> None:
    answer = await served.ask("bob", "POST", "/rooms", {"slug": "garden", "join_role": "moderator"})
    assert (answer.status_code, code_of(answer)) == (403, "forbidden")


# Listing


async def listed(served: Served, username: str, query: str = "") -> list[str]:
    answer = await served.ask(username, "GET", f"/rooms{query}")
    assert answer.status_code == 200
    return [room["slug"] for room in answer.json()["items"]]


async def test_each_of_the_cast_is_listed_the_rooms_that_they_see(served: Served) -> None:
    assert await listed(served, "ann") == ["den", "lobby", "news", "staff"]
    assert await listed(served, "bob") == ["den", "lobby", "news", "staff"]
    for username in ("mo", "cyn", "gus"):
        assert await listed(served, username) == ["lobby", "news", "staff"]


async def test_the_list_has_what_a_room_says_of_itself(served: Served) -> None:
    items = (await served.ask("bob", "GET", "/rooms")).json()["items"]
    for item in items:
        assert item == (await served.ask("bob", "GET", f"/rooms/{item['slug']}")).json()
    assert items[-1]["you"] == {"role": None, "can": ["see"]}, "a room that one may not enter says so"


async def test_pages_follow_one_another_to_the_end_also_while_rooms_come_and_go(served: Served) -> None:
    first = (await served.ask("ann", "GET", "/rooms?limit=2")).json()
    assert [room["slug"] for room in first["items"]] == ["den", "lobby"]
    served.stage.do("ann", DeleteRoom("lobby"))
    served.stage.room("attic")
    served.stage.room("moon")
    rest = (await served.ask("ann", "GET", f"/rooms?limit=3&cursor={first['next']}")).json()
    assert [room["slug"] for room in rest["items"]] == ["moon", "news", "staff"]
    assert rest["next"] is None, "the last page knows that it is the last"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=-1", "limit=x", "limit=", "cursor=", "cursor=lobby", "cursor=" + "a" * 300]
)
async def test_a_page_that_nobody_can_ask_for_is_invalid(served: Served, query: str) -> None:
    answer = await served.ask("ann", "GET", f"/rooms?{query}")
    assert (answer.status_code, code_of(answer)) == (422, "invalid")
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


async def test_two_hundred_are_the_most_of_a_page(served: Served) -> None:
    for number in range(201):
        served.stage.room(f"room-{number:03}")
    answer = (await served.ask("ann", "GET", "/rooms?limit=200")).json()
    assert len(answer["items"]) == 200
    assert len((await served.ask("ann", "GET", "/rooms")).json()["items"]) == 50


# Changing


async def test_a_change_answers_with_the_room_as_it_is_then(served: Served) -> None:
    answer = await served.ask("ann", "PATCH", "/rooms/lobby", {"topic": "Come in", "locked": True, "name": None})
    assert answer.status_code == 200
    room = answer.json()
    assert (room["topic"], room["locked"], room["name"], room["seq"]) == ("Come in", True, "lobby", 2)
    again = await served.ask("ann", "PATCH", "/rooms/lobby", {"locked": True})
    assert again.json()["seq"] == 2, "nothing changed, so nothing happened"


async def test_a_slug_and_what_the_server_keeps_cannot_be_changed(served: Served) -> None:
    before = (await served.ask("ann", "GET", "/rooms/lobby")).json()
    body = {"slug": "hall", "seq": 99, "members": 0, "you": {"role": None}, "id": 7, "epoch": "x"}
    assert (await served.ask("ann", "PATCH", "/rooms/lobby", body)).json() == before
    assert code_of(await served.ask("ann", "GET", "/rooms/hall")) == "not_found"


async def test_a_raised_gate_shuts_out_who_is_below_it(served: Served) -> None:
    await served.ask("gus", "PUT", "/rooms/lobby/members/gus")
    room = (await served.ask("ann", "PATCH", "/rooms/lobby", {"join_role": "member"})).json()
    raised_at = served.stage.now
    assert room["members"] == 1
    answer = await served.ask("gus", "GET", "/rooms/lobby/messages")
    assert code_of(answer) == "role_too_low"
    assert answer.json()["why"] == {"rule": "join_role", "by": "ann", "since": render(raised_at)}


async def test_a_room_does_not_become_a_direct_one(served: Served) -> None:
    answer = await served.ask("ann", "PATCH", "/rooms/lobby", {"visibility": "direct"})
    assert (answer.status_code, code_of(answer)) == (422, "invalid")


async def test_a_private_room_is_gone_for_who_is_no_member(served: Served) -> None:
    assert (await served.ask("bob", "GET", "/rooms/lobby")).status_code == 200
    await served.ask("ann", "PATCH", "/rooms/lobby", {"visibility": Visibility.PRIVATE.value})
    assert (await served.ask("bob", "GET", "/rooms/lobby")).status_code == 404
    assert (await served.ask("ann", "GET", "/rooms/lobby")).status_code == 200


# Deleting


async def test_a_deleted_room_is_gone_at_once_and_for_good(served: Served) -> None:
    answer = await served.ask("ann", "DELETE", "/rooms/den")
    assert (answer.status_code, answer.content) == (204, b"")
    for username in ("ann", "bob"):
        assert (await served.ask(username, "GET", "/rooms/den")).status_code == 404
    assert (await served.ask("ann", "DELETE", "/rooms/den")).status_code == 404
    assert await listed(served, "ann") == ["lobby", "news", "staff"]


@pytest.mark.parametrize("slug", ["%00", "%F0%9F%8E%89", "LOBBY", "lobby%20", "a" * 65, "-", "..%2flobby", "%ff"])
async def test_no_slug_is_too_odd_to_be_answered(served: Served, slug: str) -> None:
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/messages"), ("PUT", "/members/ann")):
        answer = await served.ask("ann", method, f"/rooms/{slug}{path}", {} if method == "PATCH" else None)
        assert code_of(answer) == "not_found"
