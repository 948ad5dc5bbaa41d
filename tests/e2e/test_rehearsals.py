"""Whatever acts with authority can be tried first: the numbers that it answers are those of what happens when it is
then done, and trying it changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from tests.e2e.house import House
from tests.e2e.line import Frame, Hung, Line
from tests.e2e.programs import PASSWORD

pytestmark = pytest.mark.anyio

UNHURRIED = 100_000  # commands a second
SAID = (3, 2)  # messages of the one whom it concerns, in either room
PARTS = ("members", "messages", "sanctions", "filters")  # of a room, that an act could change
LONG_AGO = "2026-01-01T00:00:00Z"

_numbers = count(1)
Request = tuple[str, str, str, dict[str, Any] | None]


@dataclass
class Scene:
    """Somebody with three sockets in two rooms, one of them for the first room alone, and ann, who hears both."""

    house: House
    user: str
    rooms: list[str]
    ann: Line
    lines: list[Line]
    messages: list[str]

    def do(self, request: Request) -> tuple[Frame, str]:
        """Have something happen first; what it answered, and the id under which it is undone."""
        by, method, path, body = request
        answer = self.house.ask(by, method, path, body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else {}, answer.headers.get("folkmoot-action", "")

    def state(self) -> list[Any]:
        """All that an act could change, as far as it can be asked for."""
        asked = [
            "/api/users?limit=200",
            "/api/rooms?limit=200",
            "/api/sanctions?history=true",
            "/api/moderation",
            "/api/invites?limit=200",
            "/api/reports?limit=200",
            "/api/audit?limit=1",
            *(f"/api/rooms/{slug}/{part}" for slug in self.rooms for part in PARTS),
        ]
        me = self.house.ask(self.user, "GET", "/api/me")
        return [*(self.house.do("ann", "GET", path) for path in asked), me.status_code, me.json()]


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house in which ann may ask for as much at once as she likes."""
    with House(tmp_path_factory.mktemp("rehearsals"), commands_per_second=UNHURRIED) as house:
        yield house


@asynccontextmanager
async def _scene(house: House) -> AsyncIterator[Scene]:
    number = next(_numbers)
    user = await asyncio.to_thread(house.person, f"person-{number}")
    rooms = [await asyncio.to_thread(house.room, f"{name}-{number}") for name in ("first", "second")]
    async with AsyncExitStack() as stack:
        ann = await stack.enter_async_context(Line(house, "ann"))
        lines = [Line(house, user), Line(house, user, codec="msgpack"), Line(house, user, only=rooms[0])]
        for line in lines:
            await stack.enter_async_context(line)
        for slug in rooms:
            for line in (ann, *lines[:2]):
                await line.join(slug)
        messages = [
            (await lines[0].send(slug, f"word {n}"))["id"]
            for slug, times in zip(rooms, SAID, strict=True)
            for n in range(times)
        ]
        yield Scene(house, user, rooms, ann, lines, messages)


def _bulk(scene: Scene, room: str | None = None) -> Request:
    where = f"/api/rooms/{room}/messages" if room else "/api/messages"
    return "mo", "DELETE", f"{where}?user={scene.user}&since={LONG_AGO}", None


def _sanction(scene: Scene, kind: str, room: str | None = None) -> Request:
    where = f"/api/rooms/{room}/sanctions" if room else "/api/sanctions"
    return "mo", "POST", where, {"user": scene.user, "kind": kind}


def _lift(scene: Scene, kind: str, room: str | None = None) -> Request:
    sanction, _ = scene.do(_sanction(scene, kind, room))
    where = f"/api/rooms/{room}/sanctions" if room else "/api/sanctions"
    return "mo", "DELETE", f"{where}/{sanction['id']}", None


def _undo(scene: Scene, request: Request) -> Request:
    return "ann", "POST", f"/api/moderation/{scene.do(request)[1]}/undo", None


def _filters(scene: Scene) -> str:
    return f"/api/rooms/{scene.rooms[0]}/filters"


def _unfilter(scene: Scene) -> Request:
    added, _ = scene.do(("mo", "POST", _filters(scene), FILTER))
    return "mo", "DELETE", f"{_filters(scene)}/{added['id']}", None


def _uninvite(scene: Scene) -> Request:
    made, _ = scene.do(("ann", "POST", "/api/invites", {}))
    return "ann", "DELETE", f"/api/invites/{made['code']}", None


def _take_report(scene: Scene) -> Request:
    report, _ = scene.do(("ann", "POST", f"/api/messages/{scene.messages[0]}/reports", {"reason": "rude"}))
    return "mo", "PATCH", f"/api/reports/{report['id']}", {"state": "taken"}


def _member(scene: Scene, method: str, body: dict[str, Any] | None = None, user: str | None = None) -> Request:
    return "ann", method, f"/api/rooms/{scene.rooms[0]}/members/{user or scene.user}", body


FILTER = {"kind": "word", "pattern": "word", "action": "reject"}
ROOM = "/api/rooms/{slug}"
CASES: dict[str, tuple[str, Callable[[Scene], Request]]] = {
    "invite": (f"PUT {ROOM}/members/{{username}}", lambda s: _member(s, "PUT", {}, "bob")),
    "promote": (f"PUT {ROOM}/members/{{username}}", lambda s: _member(s, "PUT", {"role": "moderator"})),
    "remove": (f"DELETE {ROOM}/members/{{username}}", lambda s: _member(s, "DELETE")),
    "raise the gate": (f"PATCH {ROOM}", lambda s: ("ann", "PATCH", f"/api/rooms/{s.rooms[0]}", {"join_role": "admin"})),
    "lock": (f"PATCH {ROOM}", lambda s: ("mo", "PATCH", f"/api/rooms/{s.rooms[0]}", {"locked": True})),
    "delete a room": (f"DELETE {ROOM}", lambda s: ("ann", "DELETE", f"/api/rooms/{s.rooms[0]}", None)),
    "delete a message": (
        "DELETE /api/messages/{id}",
        lambda s: ("mo", "DELETE", f"/api/messages/{s.messages[0]}", None),
    ),
    "delete in a room": (f"DELETE {ROOM}/messages", lambda s: _bulk(s, s.rooms[0])),
    "delete everywhere": ("DELETE /api/messages", _bulk),
    "restore": ("POST /api/moderation/{action}/undo", lambda s: _undo(s, _bulk(s))),
    "undo a ban": ("POST /api/moderation/{action}/undo", lambda s: _undo(s, _sanction(s, "ban", s.rooms[0]))),
    "kick": (f"POST {ROOM}/sanctions", lambda s: _sanction(s, "kick", s.rooms[0])),
    "mute": (f"POST {ROOM}/sanctions", lambda s: _sanction(s, "mute", s.rooms[0])),
    "ban": (f"POST {ROOM}/sanctions", lambda s: _sanction(s, "ban", s.rooms[0])),
    "lift a mute": (f"DELETE {ROOM}/sanctions/{{id}}", lambda s: _lift(s, "mute", s.rooms[0])),
    "lift a ban": (f"DELETE {ROOM}/sanctions/{{id}}", lambda s: _lift(s, "ban", s.rooms[0])),
    "mute everywhere": ("POST /api/sanctions", lambda s: _sanction(s, "mute")),
    "suspend": ("POST /api/sanctions", lambda s: _sanction(s, "suspend")),
    "lift a suspension": ("DELETE /api/sanctions/{id}", lambda s: _lift(s, "suspend")),
    "sign out": (
        "DELETE /api/users/{username}/sessions",
        lambda s: ("mo", "DELETE", f"/api/users/{s.user}/sessions", None),
    ),
    "demote": ("PATCH /api/users/{username}", lambda s: ("ann", "PATCH", f"/api/users/{s.user}", {"role": "guest"})),
    "promote everywhere": (
        "PATCH /api/users/{username}",
        lambda s: ("ann", "PATCH", f"/api/users/{s.user}", {"role": "moderator"}),
    ),
    "remove a filter": (f"DELETE {ROOM}/filters/{{id}}", _unfilter),
    "reset a password": (
        "POST /api/users/{username}/password-reset",
        lambda s: ("ann", "POST", f"/api/users/{s.user}/password-reset", None),
    ),
    "invite to the server": ("POST /api/invites", lambda _: ("ann", "POST", "/api/invites", {})),
    "take an invite back": ("DELETE /api/invites/{code}", _uninvite),
    "take a report": ("PATCH /api/reports/{id}", _take_report),
    "delete a user": ("DELETE /api/users/{username}", lambda s: ("ann", "DELETE", f"/api/users/{s.user}", None)),
    "erase a user": (
        "DELETE /api/users/{username}",
        lambda s: ("ann", "DELETE", f"/api/users/{s.user}?messages=delete", None),
    ),
    "leave for good": ("DELETE /api/me", lambda s: (s.user, "DELETE", "/api/me", {"password": PASSWORD})),
    "be erased": (
        "DELETE /api/me",
        lambda s: (s.user, "DELETE", "/api/me", {"password": PASSWORD, "messages": "delete"}),
    ),
}
COMES_BACK = {"undo a ban", "lift a ban", "lift a suspension"}  # who is concerned is not there before it
NOTHING = {"messages": 0, "rooms": 0, "members": 0, "connections": 0}
# Written down, and not only compared: a count that is always the wrong one would agree with itself.
TOUCHED = {
    "invite": {"rooms": 1},
    "promote": {"rooms": 1},
    "remove": {"rooms": 1, "members": 1, "connections": 3},
    "raise the gate": {"rooms": 1, "members": 1, "connections": 3},
    "lock": {"rooms": 1},
    "delete a room": {"rooms": 1, "connections": 4},
    "delete a message": {"messages": 1, "rooms": 1},
    "delete in a room": {"messages": SAID[0], "rooms": 1},
    "delete everywhere": {"messages": sum(SAID), "rooms": 2},
    "restore": {"messages": sum(SAID), "rooms": 2},
    "undo a ban": {"rooms": 1},
    "kick": {"rooms": 1, "members": 1, "connections": 3},
    "mute": {"rooms": 1},
    "ban": {"rooms": 1, "members": 1, "connections": 3},
    "lift a mute": {"rooms": 1},
    "lift a ban": {"rooms": 1},
    "mute everywhere": {"rooms": 2},
    "suspend": {"rooms": 2, "members": 2, "connections": 3},
    "lift a suspension": {"rooms": 2},
    "sign out": {"connections": 3},
    "demote": {"rooms": 2, "members": 2, "connections": 3},
    "promote everywhere": {"rooms": 2},
    "remove a filter": {},
    "reset a password": {"connections": 3},
    "invite to the server": {},
    "take an invite back": {},
    "take a report": {},
    "delete a user": {"rooms": 2, "members": 2, "connections": 3},
    "erase a user": {"messages": sum(SAID), "rooms": 2, "members": 2, "connections": 3},
    "leave for good": {"rooms": 2, "members": 2, "connections": 3},
    "be erased": {"messages": sum(SAID), "rooms": 2, "members": 2, "connections": 3},
}


@pytest.mark.parametrize("name", CASES)
async def test_what_is_tried_changes_nothing_and_what_is_done_is_what_was_told(house: House, name: str) -> None:
    async with _scene(house) as scene:
        if name in COMES_BACK:
            await asyncio.gather(*(line.hang_up() for line in scene.lines))
            scene.lines = []
        by, method, path, body = await asyncio.to_thread(CASES[name][1], scene)
        everybody = [scene.ann, *scene.lines]
        heard, before = await _heard(everybody), await asyncio.to_thread(scene.state)
        tried = await _try(house, by, method, path, body)
        assert tried == NOTHING | TOUCHED[name] | {"dry_run": True}
        assert await asyncio.to_thread(scene.state) == before
        assert await _heard(everybody) == heard, "and nobody has heard of anything"

        done = await asyncio.to_thread(house.ask, by, method, path, body)
        assert done.is_success, done.text
        if "connections" in TOUCHED[name]:
            await asyncio.gather(*(line.until(lambda line=line: _lost(line)) for line in scene.lines))  # type: ignore[misc]
        if done.status_code == 202:  # it goes on after the answer
            await scene.ann.until(lambda: _deleted(scene.ann) == TOUCHED[name]["messages"], "what was told")
        events = [event for event in (await _heard(everybody))[0] if event not in heard[0]]
        assert NOTHING | TOUCHED[name] == {
            "messages": sum(event["type"] in ("message.deleted", "message.restored") for event in events),
            "rooms": len(
                {event["room"] if isinstance(event["room"], str) else event["room"]["slug"] for event in events}
            ),
            "members": sum(event["type"] == "member.left" for event in events),
            "connections": sum(_lost(line) for line in everybody),
        }


async def _try(house: House, by: str, method: str, path: str, body: dict[str, Any] | None) -> Frame:
    answer = await asyncio.to_thread(house.ask, by, method, f"{path}{'&' if '?' in path else '?'}dry_run=true", body)
    assert answer.status_code == 200, answer.text
    assert "folkmoot-action" not in answer.headers, "there is nothing to undo"
    told: Frame = answer.json()
    return told


async def _heard(lines: list[Line]) -> list[list[Frame]]:
    """What each of them has heard, once all that was sent to them has come."""
    for line in lines:
        try:
            await line.do("ping")
        except Hung:
            await line.until_closed()
    return [[event for room in line.rooms.values() for event in room.events] for line in lines]


def _deleted(line: Line) -> int:
    """How many messages somebody has heard to be deleted."""
    return sum(event["type"] == "message.deleted" for room in line.rooms.values() for event in room.events)


def _lost(line: Line) -> bool:
    """Whether a socket was closed, or lost a room."""
    deleted = any(event["type"] == "room.deleted" for room in line.rooms.values() for event in room.events)
    return deleted or line.code is not None or any(notice["type"] == "removed" for notice in line.notices)


async def test_a_filter_that_is_tried_says_what_it_would_have_met(house: House) -> None:
    async with _scene(house) as scene:
        before = await asyncio.to_thread(scene.state)
        tried = await _try(house, "mo", "POST", _filters(scene), FILTER)
        assert tried == NOTHING | {"dry_run": True, "messages": SAID[0], "looked_at": SAID[0]}
        assert await asyncio.to_thread(scene.state) == before
        assert await scene.lines[0].send(scene.rooms[0], "word after word")
        await asyncio.to_thread(house.do, "mo", "POST", _filters(scene), FILTER)
        refused = await scene.lines[0].ask("send", room=scene.rooms[0], text="word after word")
        assert (refused["code"], refused["why"]["by"]) == ("forbidden", "mo")


def test_every_act_that_can_be_tried_is_tried_here(house: House) -> None:
    described = house.do("ann", "GET", "/openapi.json")["paths"]
    found = {
        f"{method.upper()} {path}"
        for path, operations in described.items()
        for method, operation in operations.items()
        if any(parameter["name"] == "dry_run" for parameter in operation.get("parameters", ()))
    }
    assert found == {route for route, _ in CASES.values()} | {f"POST {ROOM}/filters"}
