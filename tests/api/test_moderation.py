"""Cleaning up and taking back by HTTP: messages deleted in bulk, the list of actions, and undoing."""

from __future__ import annotations

from typing import Any

import pytest

from service.api.acting import ACTION_HEADER
from service.chat.deeds import UNDO_SECONDS
from service.chat.roles import RoomRole, Visibility
from service.wire.times import render
from tests.api.served import Served, code_of
from tests.stage_door import say

pytestmark = pytest.mark.anyio

EARLIER = "1990-01-01T00:00:00Z"


@pytest.fixture
def served() -> Served:
    """bob is in the lobby and the den, and cyn in the lobby."""
    served = Served()
    served.furnish()
    for username in ("bob", "cyn"):
        served.stage.place("lobby", username, RoomRole.MEMBER)
    return served


async def texts(served: Served, slug: str = "lobby") -> list[str]:
    page = (await served.ask("ann", "GET", f"/rooms/{slug}/messages")).json()
    return [message["text"] for message in page["items"]]


async def test_one_message_is_deleted_shown_without_its_text_and_restored(served: Served) -> None:
    message = say(served.stage, "cyn", "hello").message
    path = f"/messages/{message.id}"
    before = (await served.ask("bob", "GET", path)).json()
    assert code_of(await served.ask("bob", "DELETE", path)) == "forbidden"
    answer = await served.ask("mo", "DELETE", f"{path}?reason=off%20topic")
    assert (answer.status_code, answer.content) == (204, b"")
    gone = (await served.ask("bob", "GET", path)).json()
    assert gone == {**before, "text": "", "deleted": {"by": "mo", "at": gone["deleted"]["at"]}}
    assert code_of(await served.ask("mo", "DELETE", path)) == "not_found"
    undone = await served.ask("mo", "POST", f"/moderation/{answer.headers[ACTION_HEADER]}/undo")
    assert undone.json()["reason"] == "off topic"
    assert (await served.ask("bob", "GET", path)).json() == before


async def test_a_span_of_time_is_deleted_in_a_room_and_on_the_server(served: Served) -> None:
    said = [
        say(served.stage, "bob", text, slug).message for text, slug in (("a", "lobby"), ("b", "lobby"), ("c", "den"))
    ]
    until = render(said[1].at)
    answer = await served.ask("mo", "DELETE", f"/rooms/lobby/messages?user=bob&since={EARLIER}&until={until}")
    assert (answer.status_code, answer.json()) == (200, {"messages": 1, "rooms": 1, "more": False})
    assert await texts(served) == ["", "b"]
    answer = await served.ask("ann", "DELETE", f"/messages?user=bob&since={EARLIER}")
    assert answer.json() == {"messages": 2, "rooms": 2, "more": False}
    assert (await texts(served), await texts(served, "den")) == (["", ""], [""])
    await served.ask("ann", "POST", f"/moderation/{answer.headers[ACTION_HEADER]}/undo")
    assert (await texts(served), await texts(served, "den")) == (["", "b"], ["c"])
    nothing = await served.ask("ann", "DELETE", f"/messages?user=bob&since={render(served.stage.now)}")
    assert nothing.json() == {"messages": 0, "rooms": 0, "more": False}
    assert ACTION_HEADER not in nothing.headers


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "user"),
        ("user=bob", "since"),
        ("user=bob&since=yesterday", "since"),
        (f"user=bob&since={EARLIER}&until=never", "until"),
        (f"user=bob&since={EARLIER}&until={EARLIER}", "until"),
        (f"user=bob&since={EARLIER}&reason=" + "r" * 501, "reason"),
    ],
)
async def test_a_deletion_in_bulk_says_whose_and_since_when(served: Served, query: str, field: str) -> None:
    """Nothing has a default here: who forgets a word must not delete everything."""
    say(served.stage, "bob", "hello")
    for path in ("/rooms/lobby/messages", "/messages"):
        answer = await served.ask("ann", "DELETE", f"{path}?{query}")
        assert (answer.status_code, code_of(answer)) == (422, "invalid")
        assert field in [error["field"] for error in answer.json()["errors"]]
    assert await texts(served) == ["hello"]


async def test_an_act_is_listed_with_who_did_what_to_whom_and_until_when_it_is_undone(served: Served) -> None:
    body = {"user": "bob", "kind": "mute", "reason": "spam"}
    answer = await served.ask("mo", "POST", "/rooms/lobby/sanctions", body)
    action, at = answer.headers[ACTION_HEADER], served.stage.events[-1].at
    listed = {
        "id": action,
        "what": "member.muted",
        "by": "mo",
        "at": render(at),
        "undo_until": render(at + UNDO_SECONDS * 1_000),
        "room": "lobby",
        "on": "bob",
        "reason": "spam",
    }
    assert (await served.ask("mo", "GET", "/moderation?room=lobby")).json() == {"items": [listed], "next": None}
    assert (await served.ask("ann", "GET", "/moderation")).json()["items"] == [listed]
    undone = await served.ask("ann", "POST", f"/moderation/{action}/undo")
    assert undone.status_code == 200
    assert undone.json() == {**listed, "undone": {"by": "ann", "at": undone.json()["undone"]["at"]}}
    assert (await served.ask("mo", "GET", "/moderation?room=lobby")).json()["items"] == [undone.json()]
    again = await served.ask("ann", "POST", f"/moderation/{action}/undo")
    assert (again.status_code, code_of(again)) == (409, "conflict")


async def test_the_list_comes_in_pages_and_is_for_those_whom_it_concerns(served: Served) -> None:
    for locked in (True, False, True):
        await served.ask("ann", "PATCH", "/rooms/lobby", {"locked": locked})
    first = (await served.ask("mo", "GET", "/moderation?room=lobby&limit=2")).json()
    second = (await served.ask("mo", "GET", f"/moderation?room=lobby&limit=2&cursor={first['next']}")).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)
    assert code_of(await served.ask("bob", "GET", "/moderation?room=lobby")) == "forbidden"
    assert code_of(await served.ask("mo", "GET", "/moderation")) == "role_too_low"
    hidden, absent = [await served.ask("mo", "GET", f"/moderation?room={slug}") for slug in ("den", "nowhere")]
    assert (hidden.status_code, hidden.json()) == (404, absent.json())


async def test_an_undo_that_is_none_of_ones_business_finds_nothing(served: Served) -> None:
    answer = await served.ask("ann", "POST", "/rooms/den/sanctions", {"user": "bob", "kind": "mute"})
    hidden = await served.ask("mo", "POST", f"/moderation/{answer.headers[ACTION_HEADER]}/undo")
    absent = await served.ask("mo", "POST", "/moderation/a-unknown/undo")
    assert (hidden.status_code, hidden.json()) == (404, absent.json())


async def test_each_setting_tells_who_has_set_it_and_why_to_whom_it_stops(served: Served) -> None:
    changes: list[tuple[dict[str, Any], str, str]] = [
        ({"locked": True}, "locked", "locked"),
        ({"locked": False, "post_role": "moderator"}, "role_too_low", "post_role"),
        ({"post_role": "guest", "join_role": "moderator"}, "role_too_low", "join_role"),
    ]
    for change, code, rule in changes:
        await served.ask("ann", "PATCH", "/rooms/lobby", {**change, "reason": "raid"})
        at = served.stage.events[-1].at
        answer = await served.ask("bob", "POST", "/rooms/lobby/messages", {"text": "hello"})
        assert (answer.status_code, code_of(answer)) == (403, code)
        assert answer.json()["why"] == {"rule": rule, "by": "ann", "since": render(at), "reason": "raid"}
    assert served.stage.seen("lobby").visibility is Visibility.PUBLIC
