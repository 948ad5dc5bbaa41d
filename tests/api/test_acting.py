"""Acts of authority by HTTP: each can be tried without anything being done, and says how it is undone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from service.api.acting import ACTION_HEADER
from service.api.http import http_side
from service.chat.roles import RoomRole, Visibility
from tests.api.served import Served, code_of
from tests.stage_door import say

pytestmark = pytest.mark.anyio

LATER = "2090-01-01T12:00:00Z"
EARLIER = "1990-01-01T12:00:00Z"


@dataclass(frozen=True)
class Act:
    """A request that acts on others, and what it touches: messages, rooms, members."""

    method: str
    path: str
    touches: tuple[int, int, int]
    body: Any = None
    undoable: bool = True

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.body or ''}"


# bob is in the lobby and the den, and has said two things in the lobby and one in the den.
ACTS = [
    Act("POST", "/rooms/lobby/sanctions", (0, 1, 1), {"user": "bob", "kind": "kick"}),
    Act("POST", "/rooms/lobby/sanctions", (0, 1, 0), {"user": "bob", "kind": "mute", "until": LATER}),
    Act("POST", "/rooms/lobby/sanctions", (0, 1, 1), {"user": "bob", "kind": "ban"}),
    Act("POST", "/sanctions", (0, 2, 0), {"user": "bob", "kind": "mute"}),
    Act("POST", "/sanctions", (0, 2, 2), {"user": "bob", "kind": "suspend", "reason": "spam"}),
    Act("DELETE", "/rooms/lobby/sanctions/{muted}", (0, 0, 0), undoable=False),
    Act("DELETE", "/sanctions/{suspended}", (0, 0, 0), undoable=False),
    Act("DELETE", "/users/bob/sessions", (0, 0, 0), undoable=False),
    Act("DELETE", "/messages/{message}", (1, 1, 0)),
    Act("DELETE", f"/rooms/lobby/messages?user=bob&since={EARLIER}", (2, 1, 0)),
    Act("DELETE", f"/messages?user=bob&since={EARLIER}&until={LATER}", (3, 2, 0)),
    Act("POST", "/moderation/{action}/undo", (0, 1, 0), undoable=False),
    Act("PATCH", "/rooms/lobby", (0, 1, 0), {"locked": True}),
    Act("PATCH", "/rooms/lobby", (0, 1, 1), {"join_role": "moderator"}),
    Act("DELETE", "/rooms/den", (0, 1, 0), undoable=False),
    Act("PUT", "/rooms/lobby/members/bob", (0, 1, 0), {"role": "moderator"}),
    Act("PUT", "/rooms/lobby/members/mo", (0, 1, 0), undoable=False),
    Act("DELETE", "/rooms/lobby/members/bob", (0, 1, 1)),
    Act("PATCH", "/users/bob", (0, 2, 1), {"role": "guest"}),
    Act("PATCH", "/users/bob", (0, 2, 2), {"suspended": True}),
    Act("DELETE", "/users/bob", (0, 2, 2), undoable=False),
    Act("POST", "/users/bob/password-reset", (0, 0, 0), undoable=False),
    Act("POST", "/invites", (0, 0, 0), undoable=False),
    Act("DELETE", "/invites/{code}", (0, 0, 0), undoable=False),
    Act("PATCH", "/reports/{report}", (0, 0, 0), {"state": "taken"}, undoable=False),
]


@dataclass
class Scene:
    """A server where something can be done, and the ids in the paths."""

    served: Served
    ids: dict[str, str]
    token: str

    async def do(self, act: Act, dry: bool, token: str | None = None) -> Any:
        path = act.path.format(**self.ids)
        if dry:
            path += ("&" if "?" in path else "?") + "dry_run=true"
        return await self.served.ask("ann", act.method, path, act.body, token=token or self.token)


@pytest.fixture
async def scene() -> Scene:
    served = Served()
    served.furnish()
    stage = served.stage
    stage.place("lobby", "bob", RoomRole.MEMBER)
    said = [say(stage, "bob", slug, slug).message.id for slug in ("lobby", "lobby", "den")]
    muted = await served.ask("ann", "POST", "/rooms/lobby/sanctions", {"user": "cyn", "kind": "ban"})
    suspended = await served.ask("ann", "POST", "/sanctions", {"user": "gus", "kind": "suspend"})
    changed = await served.ask("ann", "PATCH", "/rooms/lobby", {"topic": "x"})
    invite = await served.ask("ann", "POST", "/invites")
    report = await served.ask("ann", "POST", f"/messages/{said[0]}/reports", {"reason": "spam"})
    assert (invite.status_code, report.status_code) == (201, 201)
    ids = {
        "message": said[0],
        "code": invite.json()["code"],
        "report": report.json()["id"],
        "muted": muted.json()["id"],
        "suspended": suspended.json()["id"],
        "action": changed.headers[ACTION_HEADER],
    }
    return Scene(served, ids, served.token("ann"))


@pytest.mark.parametrize("act", ACTS, ids=str)
async def test_a_dry_run_says_what_would_be_touched_and_touches_nothing(scene: Scene, act: Act) -> None:
    stage = scene.served.stage
    before, events, changes = stage.dump(), list(stage.events), list(stage.changes)
    answer = await scene.do(act, dry=True)
    messages, rooms, members = act.touches
    assert (answer.status_code, answer.json()) == (
        200,
        {"dry_run": True, "messages": messages, "rooms": rooms, "members": members, "connections": 0},
    )
    assert ACTION_HEADER not in answer.headers
    assert (stage.dump(), stage.events, stage.changes) == (before, events, changes)


@pytest.mark.parametrize("act", ACTS, ids=str)
async def test_what_is_done_says_how_it_is_undone_where_it_can_be(scene: Scene, act: Act) -> None:
    stage = scene.served.stage
    before = stage.dump()
    answer = await scene.do(act, dry=False)
    assert code_of(answer) == "ok"
    assert stage.dump() != before, "so the same request without dry_run does something"
    assert (ACTION_HEADER in answer.headers) == act.undoable
    if act.undoable:
        undone = await scene.served.ask("ann", "POST", f"/moderation/{answer.headers[ACTION_HEADER]}/undo")
        assert (undone.status_code, undone.json()["undone"]["by"]) == (200, "ann")


@pytest.mark.parametrize("act", ACTS, ids=str)
async def test_a_dry_run_tells_nothing_to_who_may_not_do_it(scene: Scene, act: Act) -> None:
    token = scene.served.token("cyn")
    stage = scene.served.stage
    before = stage.dump()
    dry = await scene.do(act, dry=True, token=token)
    wet = await scene.do(act, dry=False, token=token)
    assert code_of(dry) != "ok"
    assert dry.json() == wet.json()
    assert stage.dump() == before


@pytest.mark.parametrize("value", ["maybe", "2", ""])
async def test_whether_it_is_dry_is_never_guessed(scene: Scene, value: str) -> None:
    """Who meant to look must not have done it."""
    before = scene.served.stage.dump()
    answer = await scene.served.ask("ann", "DELETE", f"/rooms/den?dry_run={value}", token=scene.token)
    assert code_of(answer) == "invalid"
    assert scene.served.stage.dump() == before


# Not on others, or not a thing of the database alone: these are not rehearsed.
ALONE = {
    "POST /api/setup",
    "POST /api/users",
    "PATCH /api/me",
    "DELETE /api/me/sessions",
    "DELETE /api/me/sessions/{sid}",
    "POST /api/rooms",
    "POST /api/rooms/{slug}/messages",
    "POST /api/tickets",
    "POST /api/password-reset",
    "POST /api/messages/{id}/reports",
    "DELETE /api/rooms/{slug}/connections/{id}",
    "POST /api/direct",
    "POST /api/rooms/{slug}/files",
    "PATCH /api/messages/{id}",
    "PUT /api/messages/{id}/reactions/{emoji}",
    "DELETE /api/messages/{id}/reactions/{emoji}",
    "PUT /api/messages/{id}/pin",  # takes nothing from anybody, and whoever moderates takes it off
    "DELETE /api/messages/{id}/pin",
    "PUT /api/messages/{id}/thread/follow",
    "DELETE /api/messages/{id}/thread/follow",
    "PUT /api/messages/{id}/thread/read",
    "PUT /api/rooms/{slug}/read",
    "PUT /api/me/blocks/{username}",
    "DELETE /api/me/blocks/{username}",
}
FILTERS = {"POST /api/rooms/{slug}/filters", "DELETE /api/rooms/{slug}/filters/{id}"}  # tried out with the filters
OWN = {"DELETE /api/me"}  # takes a password: tried out with the erasures
REHEARSED = {
    "POST /api/users/{username}/password-reset",
    "POST /api/invites",
    "DELETE /api/invites/{code}",
    "PATCH /api/reports/{id}",
    "POST /api/rooms/{slug}/sanctions",
    "DELETE /api/rooms/{slug}/sanctions/{id}",
    "POST /api/sanctions",
    "DELETE /api/sanctions/{id}",
    "DELETE /api/users/{username}/sessions",
    "DELETE /api/messages/{id}",
    "DELETE /api/rooms/{slug}/messages",
    "DELETE /api/messages",
    "POST /api/moderation/{action}/undo",
    "PATCH /api/rooms/{slug}",
    "DELETE /api/rooms/{slug}",
    "PUT /api/rooms/{slug}/members/{username}",
    "DELETE /api/rooms/{slug}/members/{username}",
    "PATCH /api/users/{username}",
    "DELETE /api/users/{username}",
}


def test_every_route_that_acts_on_others_can_be_tried_dry() -> None:
    """Also those that are yet to come: a new one is tried above, or said to be of another kind."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for path, operations in http_side(None).openapi()["paths"].items():
        for method, operation in operations.items():
            if method != "get" and path.startswith("/api"):
                named = {parameter["name"] for parameter in operation.get("parameters", ())}
                found["dry_run" in named].add(f"{method.upper()} {path}")
    assert found == {True: REHEARSED | FILTERS | OWN, False: ALONE}
    tried = {
        re.sub(r"\?.*|/(bob|mo|lobby|den|\{\w+\})(?=/|$)", "", str(act.method + " /api" + act.path)) for act in ACTS
    }
    assert tried == {re.sub(r"/\{\w+\}", "", route) for route in REHEARSED}


async def test_what_cannot_be_tried_is_refused_rather_than_done(scene: Scene) -> None:
    before = scene.served.stage.dump()
    for method, path, body in (
        ("POST", "/rooms?dry_run=true", {"slug": "attic"}),
        ("POST", "/rooms/lobby/messages?dry_run=true", {"text": "hello"}),
        ("DELETE", "/rooms/lobby/connections/c1?dry_run=true", None),
        ("DELETE", "/me/sessions?dry_run=false", None),
    ):
        answer = await scene.served.ask("ann", method, path, body, token=scene.token)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "dry_run"), path
    assert scene.served.stage.dump() == before


async def test_a_dry_run_counts_nothing_in_rooms_that_the_asker_does_not_see(scene: Scene) -> None:
    stage = scene.served.stage
    stage.room("attic", owner="ann", visibility=Visibility.PRIVATE)
    stage.place("attic", "bob", RoomRole.MEMBER)
    asked = "/sanctions?dry_run=true"
    body = {"user": "bob", "kind": "suspend"}
    seen = {who: (await scene.served.ask(who, "POST", asked, body)).json() for who in ("ann", "mo")}
    # den and attic are private, and mo is in neither: bob is there all the same.
    assert (seen["ann"]["rooms"], seen["mo"]["rooms"], seen["mo"]["members"]) == (3, 1, 1)
