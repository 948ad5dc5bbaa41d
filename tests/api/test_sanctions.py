"""Sanctions by HTTP: the shapes of the contract, times, pages, and why somebody is refused."""

from __future__ import annotations

from typing import Any

import pytest

from service.chat.roles import RoomRole, Scope
from service.wire.times import render
from tests.api.served import Served, code_of

pytestmark = pytest.mark.anyio

LATER = "2090-01-01T12:00:00.000Z"
LOBBY, SERVER = "/rooms/lobby/sanctions", "/sanctions"


@pytest.fixture
def served() -> Served:
    """bob and cyn are in the lobby, bob also in the den."""
    served = Served()
    served.furnish()
    for username in ("bob", "cyn"):
        served.stage.place("lobby", username, RoomRole.MEMBER)
    return served


async def imposed(served: Served, by: str, path: str, **body: Any) -> dict[str, Any]:
    answer = await served.ask(by, "POST", path, {"user": "bob", **body})
    assert (answer.status_code, code_of(answer)) == (201, "ok")
    return dict(answer.json())


async def test_a_rooms_sanction_has_its_room_and_its_seq(served: Served) -> None:
    found = await imposed(served, "mo", LOBBY, kind="mute", until="2090-01-01T13:00:00+01:00", reason="spam")
    event = served.stage.events[-1]
    assert found == {
        "id": found["id"],
        "room": "lobby",
        "user": "bob",
        "kind": "mute",
        "by": "mo",
        "at": render(event.at),
        "until": LATER,
        "reason": "spam",
        "seq": event.seq,
    }
    assert (await served.ask("mo", "GET", LOBBY)).json() == {"items": [found], "next": None}


async def test_the_servers_sanction_has_its_seqs_and_what_is_absent_is_left_out(served: Served) -> None:
    found = await imposed(served, "ann", SERVER, kind="suspend")
    events = served.stage.events[-2:]
    assert found == {
        "id": found["id"],
        "user": "bob",
        "kind": "suspend",
        "by": "ann",
        "at": render(events[0].at),
        "seqs": {event.room: event.seq for event in events},
    }
    listed = (await served.ask("mo", "GET", SERVER)).json()["items"]
    assert [set(one["seqs"]) for one in listed] == [{"lobby"}], "mo does not see the den"


async def test_a_lifted_one_is_listed_only_with_history(served: Served) -> None:
    found = await imposed(served, "mo", LOBBY, kind="ban")
    answer = await served.ask("mo", "DELETE", f"{LOBBY}/{found['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await served.ask("mo", "GET", LOBBY)).json()["items"] == []
    (past,) = (await served.ask("mo", "GET", f"{LOBBY}?history=true")).json()["items"]
    assert past == {**found, "lifted": {"by": "mo", "at": past["lifted"]["at"]}}
    assert code_of(await served.ask("mo", "DELETE", f"{LOBBY}/{found['id']}")) == "not_found"


async def test_the_list_comes_in_pages_newest_first(served: Served) -> None:
    found = [await imposed(served, "mo", LOBBY, kind="ban", user=username) for username in ("bob", "cyn", "gus")]
    first = (await served.ask("mo", "GET", f"{LOBBY}?limit=2")).json()
    second = (await served.ask("mo", "GET", f"{LOBBY}?limit=2&cursor={first['next']}")).json()
    assert [*first["items"], *second["items"]] == found[::-1]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "suspend"}, "kind"),
        ({"kind": "shame"}, "kind"),
        ({"kind": None}, "kind"),
        ({"kind": "mute", "user": None}, "user"),
        ({"kind": "mute", "until": "tomorrow"}, "until"),
        ({"kind": "mute", "until": 5}, "until"),
        ({"kind": "mute", "until": "1990-01-01T00:00:00Z"}, "until"),
        ({"kind": "mute", "until": "2090-02-30T00:00:00Z"}, "until"),
        ({"kind": "mute", "until": "2090-01-01T00:00:00"}, "until"),
        ({"kind": "kick", "until": LATER}, "until"),
        ({"kind": "mute", "reason": "two\nlines"}, "reason"),
        ({"kind": "mute", "reason": "r" * 501}, "reason"),
        ({"kind": "mute", "reason": ["spam"]}, "reason"),
    ],
    ids=str,
)
async def test_what_is_no_sanction_is_refused_by_its_field(served: Served, body: dict[str, Any], field: str) -> None:
    answer = await served.ask("mo", "POST", LOBBY, {"user": "bob", **body})
    assert (answer.status_code, code_of(answer)) == (422, "invalid")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_what_is_not_the_clients_to_say_is_ignored(served: Served) -> None:
    body = {"user": "bob", "kind": "mute", "by": "ann", "at": LATER, "id": "s1", "seq": 1, "rank": 9}
    found = (await served.ask("mo", "POST", LOBBY, body)).json()
    assert (found["by"], found["at"] < LATER, found["id"] != "s1", found["seq"] > 1) == ("mo", True, True, True)


async def test_kicks_and_bans_are_for_rooms(served: Served) -> None:
    for kind in ("kick", "ban"):
        assert code_of(await served.ask("ann", "POST", SERVER, {"user": "bob", "kind": kind})) == "invalid"


async def test_each_way_in_tells_why_it_is_closed(served: Served) -> None:
    mute = await imposed(served, "mo", LOBBY, kind="mute", until=LATER, reason="spam")
    refused = await served.ask("bob", "POST", "/rooms/lobby/messages", {"text": "hello"})
    assert (refused.status_code, code_of(refused)) == (403, "muted")
    assert refused.json()["why"] == {
        "rule": "mute",
        "by": "mo",
        "since": mute["at"],
        "until": LATER,
        "reason": "spam",
    }
    ban = await imposed(served, "mo", LOBBY, kind="ban")
    for method, path, body in (
        ("GET", "/rooms/lobby/messages", None),
        ("GET", "/rooms/lobby/members", None),
        ("POST", "/rooms/lobby/messages", {"text": "hello"}),
        ("PUT", "/rooms/lobby/members/bob", None),
    ):
        refused = await served.ask("bob", method, path, body)
        assert (refused.status_code, code_of(refused)) == (403, "banned")
        assert refused.json()["why"] == {"rule": "ban", "by": "mo", "since": ban["at"]}
    suspension = await imposed(served, "ann", SERVER, kind="suspend", reason="enough")
    refused = await served.ask("bob", "GET", "/rooms")
    assert (refused.status_code, code_of(refused)) == (403, "suspended")
    why = {"rule": "suspension", "by": "ann", "since": suspension["at"], "reason": "enough"}
    assert refused.json()["why"] == why


async def test_what_a_room_shows_of_oneself_says_until_when_one_is_muted(served: Served) -> None:
    await imposed(served, "mo", LOBBY, kind="mute", until=LATER)
    you = (await served.ask("bob", "GET", "/rooms/lobby")).json()["you"]
    assert (you["can"], you["muted_until"]) == (["see", "read", "join"], LATER)
    members = (await served.ask("cyn", "GET", "/rooms/lobby/members")).json()["items"]
    assert {one["user"]: one.get("muted_until") for one in members} == {"ann": None, "bob": LATER, "cyn": None}


async def test_who_may_not_is_refused_and_who_does_not_see_the_room_finds_nothing(served: Served) -> None:
    body = {"user": "cyn", "kind": "mute"}
    assert code_of(await served.ask("bob", "POST", LOBBY, body)) == "forbidden"
    assert code_of(await served.ask("bob", "POST", SERVER, body)) == "role_too_low"
    assert code_of(await served.ask(None, "POST", SERVER, body)) == "unauthenticated"
    scope = frozenset({Scope.READ, Scope.WRITE})
    assert code_of(await served.ask("mo", "POST", LOBBY, body, scope=scope)) == "insufficient_scope"
    hidden = await served.ask("mo", "POST", "/rooms/den/sanctions", body)
    absent = await served.ask("mo", "POST", "/rooms/nowhere/sanctions", body)
    assert hidden.json() == absent.json()
    ban = await imposed(served, "ann", "/rooms/den/sanctions", kind="ban")
    hidden = await served.ask("mo", "DELETE", f"/rooms/den/sanctions/{ban['id']}")
    absent = await served.ask("mo", "DELETE", "/rooms/den/sanctions/s-unknown")
    assert (hidden.status_code, hidden.json()) == (404, absent.json())


async def test_signing_somebody_out_ends_their_sessions_and_nobody_elses(served: Served) -> None:
    bobs, cyns = served.token("bob"), served.token("cyn")
    answer = await served.ask("mo", "DELETE", "/users/bob/sessions?reason=stolen%20laptop")
    assert answer.status_code == 204
    assert code_of(await served.ask("bob", "GET", "/rooms", token=bobs)) == "unauthenticated"
    assert code_of(await served.ask("cyn", "GET", "/rooms", token=cyns)) == "ok"
    for whom in ("ann", "mo"):
        assert code_of(await served.ask("mo", "DELETE", f"/users/{whom}/sessions")) == "forbidden"
    assert code_of(await served.ask("bob", "DELETE", "/users/cyn/sessions")) == "role_too_low"
