"""Messages by HTTP: reading a room's history in both directions, and posting."""

from __future__ import annotations

from typing import Any

import pytest

from service.chat.roles import Role, RoomRole
from service.chat.rooms import ChangeRoom
from service.wire.times import render
from tests.api.served import Served, code_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def served() -> Served:
    """bob is in the lobby, whose log begins with ann."""
    served = Served()
    served.furnish()
    served.stage.place("lobby", "bob", RoomRole.MEMBER)
    return served


async def say(served: Served, username: str, text: str, slug: str = "lobby", **more: Any) -> tuple[int, dict[str, Any]]:
    answer = await served.ask(username, "POST", f"/rooms/{slug}/messages", {"text": text, **more})
    return answer.status_code, answer.json()


def set_by_ann(at: int) -> dict[str, Any]:
    """What is told of who set a rule."""
    return {"by": "ann", "since": render(at)}


async def history(served: Served, query: str = "", username: str = "cyn") -> tuple[list[int], int | None]:
    answer = await served.ask(username, "GET", f"/rooms/lobby/messages{query}")
    assert answer.status_code == 200
    page = answer.json()
    return [message["seq"] for message in page["items"]], page["next"]


# Posting


async def test_a_message_is_posted_with_201_and_comes_back_in_the_history(served: Served) -> None:
    status, message = await say(served, "bob", "  Hello,\nis *anybody* here?  ", nonce="n-1")
    assert status == 201
    identity, at = message["id"], message["at"]
    assert message == {
        "id": identity,
        "room": "lobby",
        "seq": 2,
        "author": {"username": "bob", "name": "bob", "role": "member", "bot": False},
        "text": "Hello,\nis *anybody* here?",
        "at": at,
        "nonce": "n-1",
        "reactions": [],
    }
    answer = await served.ask("gus", "GET", "/rooms/lobby/messages")
    assert answer.json() == {"items": [message], "next": None}, "who may read need not have joined"


async def test_the_same_nonce_answers_with_the_first_message_and_another_text_is_a_conflict(served: Served) -> None:
    _, first = await say(served, "bob", "hello", nonce="n-1")
    assert await say(served, "bob", "hello", nonce="n-1") == (200, first)
    status, problem = await say(served, "bob", "goodbye", nonce="n-1")
    assert (status, problem["code"]) == (409, "conflict")
    served.stage.place("lobby", "mo", RoomRole.MEMBER)
    assert (await say(served, "mo", "hello", nonce="n-1"))[0] == 201, "a nonce is its author's own"


async def test_a_reply_names_a_message_of_the_same_room(served: Served) -> None:
    _, first = await say(served, "bob", "hello")
    status, reply = await say(served, "bob", "myself", reply_to=first["id"])
    assert (status, reply["reply_to"]) == (201, first["id"])
    for elsewhere in ("m0", "nonsense", first["id"][:-1] + "f"):
        status, problem = await say(served, "bob", "x", reply_to=elsewhere)
        assert (status, problem["code"], problem["errors"][0]["field"]) == (422, "invalid", "reply_to")
    status, problem = await say(served, "bob", "x", slug="den", reply_to=first["id"])
    assert (status, problem["code"]) == (422, "invalid")


async def test_what_a_client_says_of_itself_is_not_looked_at(served: Served) -> None:
    lies = {"author": "ann", "role": "admin", "id": "m1", "seq": 99, "at": "2000-01-01T00:00:00.000Z", "room": "den"}
    status, message = await say(served, "bob", "hello", **lies)
    assert (status, message["author"]["username"], message["seq"], message["room"]) == (201, "bob", 2, "lobby")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["text"]),
        ({"text": ""}, ["text"]),
        ({"text": " \n "}, ["text"]),
        ({"text": 7, "nonce": 7}, ["text", "nonce"]),
        ({"text": "x" * 4_001}, ["text"]),
        ({"text": "x", "nonce": "", "reply_to": "m" * 65}, ["nonce", "reply_to"]),
        ([], ["body"]),
    ],
)
async def test_bad_input_is_told_field_by_field(served: Served, body: Any, fields: list[str]) -> None:
    answer = await served.ask("bob", "POST", "/rooms/lobby/messages", body)
    assert (answer.status_code, code_of(answer)) == (422, "invalid")
    assert [error["field"] for error in answer.json()["errors"]] == fields


async def test_four_thousand_code_points_are_taken(served: Served) -> None:
    status, message = await say(served, "bob", "🎉" * 4_000)
    assert (status, message["text"]) == (201, "🎉" * 4_000)


async def test_who_has_not_joined_who_is_below_the_gate_and_who_meets_a_lock_are_told_why(served: Served) -> None:
    assert (await say(served, "cyn", "hello"))[1]["code"] == "not_joined"
    served.stage.do("ann", ChangeRoom("lobby", post_role=Role.MODERATOR))
    by = set_by_ann(served.stage.now)
    status, problem = await say(served, "bob", "hello")
    assert (status, problem["code"], problem["why"]) == (403, "role_too_low", {"rule": "post_role", **by})
    served.stage.do("ann", ChangeRoom("lobby", post_role=Role.GUEST, locked=True))
    by = set_by_ann(served.stage.now)
    status, problem = await say(served, "bob", "hello")
    assert (status, problem["code"], problem["why"]) == (403, "locked", {"rule": "locked", **by})
    served.stage.place("lobby", "bob", RoomRole.MODERATOR)
    assert (await say(served, "bob", "hello"))[0] == 201, "who moderates the room still posts"


async def test_slow_mode_says_how_long_to_wait(served: Served) -> None:
    served.stage.do("ann", ChangeRoom("lobby", slow_mode=60))
    assert (await say(served, "bob", "one", nonce="n-1"))[0] == 201
    answer = await served.ask("bob", "POST", "/rooms/lobby/messages", {"text": "two"})
    assert (answer.status_code, code_of(answer)) == (429, "slow_mode")
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert answer.json()["why"]["rule"] == "slow_mode"
    assert (await say(served, "bob", "one", nonce="n-1"))[0] == 200, "a retry is not another message"
    assert [(await say(served, "ann", text))[0] for text in ("a", "b")] == [201, 201]


# Reading


@pytest.fixture
async def seven(served: Served) -> Served:
    """Messages 2 to 8; 1 is ann, who joined as the owner."""
    for number in range(7):
        await say(served, "bob", f"message {number}")
    return served


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ([2, 3, 4, 5, 6, 7, 8], None)),
        ("?limit=7", ([2, 3, 4, 5, 6, 7, 8], None)),
        ("?limit=3", ([6, 7, 8], 6)),
        ("?limit=3&before=6", ([3, 4, 5], 3)),
        ("?limit=3&before=3", ([2], None)),
        ("?before=2", ([], None)),
        ("?before=0", ([], None)),
        ("?limit=3&after=0", ([2, 3, 4], 4)),
        ("?limit=3&after=4", ([5, 6, 7], 7)),
        ("?limit=3&after=5", ([6, 7, 8], None)),
        ("?after=8", ([], None)),
        ("?after=9007199254740991", ([], None)),
    ],
)
async def test_history_is_read_in_both_directions_oldest_first_and_next_goes_on(
    seven: Served, query: str, expected: tuple[list[int], int | None]
) -> None:
    assert await history(seven, query) == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("before=-1", "before"),
        ("after=x", "after"),
        ("after=", "after"),
        ("before=9007199254740992", "before"),
        ("before=99999999999999999999999999", "before"),
        ("before=5&after=2", "before"),
    ],
)
async def test_a_position_that_cannot_be_is_invalid(served: Served, query: str, field: str) -> None:
    answer = await served.ask("bob", "GET", f"/rooms/lobby/messages?{query}")
    assert (answer.status_code, code_of(answer)) == (422, "invalid")
    assert answer.json()["errors"][0]["field"] == field


async def test_who_joins_later_reads_what_was_said_before(seven: Served) -> None:
    assert (await seven.ask("mo", "PUT", "/rooms/lobby/members/mo")).status_code == 201
    assert (await history(seven, "", "mo"))[0] == [2, 3, 4, 5, 6, 7, 8]


async def test_the_largest_page_is_two_hundred(served: Served) -> None:
    for number in range(201):
        await say(served, "bob", f"message {number}")
    seqs, following = await history(served, "?limit=200")
    assert (len(seqs), following) == (200, 3)
    assert len((await history(served))[0]) == 50
