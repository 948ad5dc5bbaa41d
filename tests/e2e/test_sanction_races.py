"""Whoever talks as fast as the machine lets them, on six ways at once, is stopped at exactly one place of the log:
after the seq that the answer names nothing of theirs is there, and nothing later has reached them, until it is lifted.

``RACE_SEED`` in the environment is another set of interleavings; the seed stands in the name of each test.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.e2e.flood import OK, web
from tests.e2e.house import House
from tests.e2e.line import Frame, Hung, Line
from tests.e2e.race import Race, race

pytestmark = pytest.mark.anyio

FIRST_SEED = int(os.environ.get("RACE_SEED", "1"))
SEEDS = range(FIRST_SEED, FIRST_SEED + 2)  # of two, in one it is said on a socket what can be, in the other by HTTP
RESTLESS = 2  # who come and go at once on one socket
UNHURRIED = 100_000  # commands a second: how fast one may talk is not what stops anybody here

SANCTIONS = "/api/rooms/{room}/sanctions"
EVERYWHERE = "/api/sanctions"
ROOM = "/api/rooms/{room}"
USER = "/api/users/{user}"


@dataclass(frozen=True)
class Measure:
    """What is done, to somebody or to the first of their two rooms, and what it means for who talks there.

    ``code`` refuses what they say, and ``event`` is what it is in the log. ``closes`` is what a socket for that room
    alone is closed with, if they hear no more; ``reads``: they may still read, so a retry is answered.
    """

    method: str
    path: str
    body: dict[str, Any]
    code: str
    event: str
    closes: int | None = None
    by: str = "mo"
    role: str = "member"
    room: dict[str, Any] = field(default_factory=dict)
    reads: bool = False

    @property
    def everywhere(self) -> bool:
        """Whether it stops them in both rooms."""
        return self.path == EVERYWHERE


MEASURES = {
    "kick": Measure("POST", SANCTIONS, {"kind": "kick"}, "not_joined", "member.left", 4202, reads=True),
    "ban": Measure("POST", SANCTIONS, {"kind": "ban"}, "banned", "member.left", 4202),
    "mute": Measure("POST", SANCTIONS, {"kind": "mute"}, "muted", "member.changed", reads=True),
    "mute everywhere": Measure("POST", EVERYWHERE, {"kind": "mute"}, "muted", "member.changed", reads=True),
    "suspension": Measure("POST", EVERYWHERE, {"kind": "suspend"}, "suspended", "member.left", 4201),
    "demotion below the gate": Measure(
        "PATCH",
        USER,
        {"role": "member"},
        "role_too_low",
        "member.left",
        4202,
        by="ann",
        role="moderator",
        room={"join_role": "moderator"},
    ),
    "demotion below the post gate": Measure(
        "PATCH",
        USER,
        {"role": "member"},
        "role_too_low",
        "member.changed",
        by="ann",
        role="moderator",
        room={"post_role": "moderator"},
        reads=True,
    ),
    "raised gate": Measure("PATCH", ROOM, {"join_role": "moderator"}, "role_too_low", "member.left", 4202, by="ann"),
    "raised post gate": Measure("PATCH", ROOM, {"post_role": "moderator"}, "role_too_low", "room.changed", reads=True),
    "lock": Measure("PATCH", ROOM, {"locked": True}, "locked", "room.changed", reads=True),
    "deletion of the room": Measure("DELETE", ROOM, {}, "not_found", "room.deleted", 4203, by="ann"),
}


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house in which everybody may talk as fast as they can."""
    with House(tmp_path_factory.mktemp("races"), commands_per_second=UNHURRIED) as house:
        yield house


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", MEASURES)
async def test_after_it_nothing_of_theirs_is_in_the_log_and_nothing_later_reaches_them(
    house: House, name: str, seed: int
) -> None:
    measure = MEASURES[name]
    async with race(house, f"{name} {seed}", measure.role, **measure.room) as racing:
        answer, action = await _run(racing, measure, on_socket=bool(seed % 2))
        first, second = racing.rooms
        for slug in (first, second) if measure.everywhere else (first,):
            log = await racing.log(slug)
            event = _event_of(measure, log, racing.flood.username)
            assert _said(answer, slug) in (event["seq"], None), "the answer names the event"
            racing.require_stopped(slug, log, event["seq"], measure.code)
            await racing.require_heard(slug, log, event["seq"] if measure.closes else None, measure.closes)
            if event["type"] == "member.left":
                await racing.require_told(slug, event)
        if not measure.everywhere:
            log = await racing.log(second)
            racing.require_untouched(second, log)
            await racing.require_heard(second, log, None, None)
        await _require_retries(racing, measure)
        if action is not None:
            await _require_undone(racing, measure, action, event["seq"])


async def _run(racing: Race, measure: Measure, *, on_socket: bool) -> tuple[Frame, str | None]:
    """Run the race; what the measure answered, and the action by which it is undone, if it can be."""
    first, user = racing.rooms[0], racing.flood.username
    actions: list[str | None] = []

    async def say() -> Frame:
        place = {} if measure.everywhere else {"room": first}
        reply = await racing.mo.do("sanction", user=user, **place, **measure.body)
        actions.append(reply["action"])
        sanction: Frame = reply["sanction"]
        return sanction

    async def ask() -> Frame:
        path = measure.path.format(room=first, user=user)
        whom = {"user": user} if "kind" in measure.body else {}
        answer = await client.request(measure.method, path, json=measure.body | whom)
        assert answer.is_success, answer.text
        actions.append(answer.headers.get("folkmoot-action"))
        return answer.json() if answer.content else {}

    async with web(racing.house, racing.house.token(measure.by)) as client:
        answer = await racing.run(say if on_socket and "kind" in measure.body else ask)
    return answer, actions[0]


def _event_of(measure: Measure, log: list[Frame], user: str) -> Frame:
    """The one event of the log that the measure is."""

    def concerns(event: Frame) -> bool:
        about = event.get("user") or event.get("member", {}).get("user")
        return event["type"] == measure.event and about in (None, user)

    (found,) = filter(concerns, log)
    return found


def _said(answer: Frame, slug: str) -> int | None:
    """The seq that the answer names, if it is a sanction."""
    if "kind" not in answer:
        return None
    seq: int = answer["seqs"][slug] if "seqs" in answer else answer["seq"]
    return seq


async def _require_retries(racing: Race, measure: Measure) -> None:
    """Who may still read is answered what was acknowledged; nobody else learns anything by asking again."""
    first = racing.rooms[0]
    word = next(word for word in racing.flood.those(OK, first) if word.nonce is not None)
    async with web(racing.house, racing.flood.tokens["desk"]) as client:
        answer = await client.post(f"/api/rooms/{first}/messages", json=word.body)
    if measure.reads:
        assert word.message is not None
        assert (answer.status_code, answer.json()["id"]) == (200, word.message["id"])
    else:
        assert answer.json()["code"] == measure.code


async def _require_undone(racing: Race, measure: Measure, action: str, seq: int) -> None:
    """Taken back, it is as if it had not been: they have their place, and the next word is in the log, behind it."""
    undone = await asyncio.to_thread(racing.house.do, "ann", "POST", f"/api/moderation/{action}/undo")
    assert undone["undone"]["by"] == "ann"
    token = racing.flood.tokens["desk"]
    if measure.code == "suspended":
        token = (await asyncio.to_thread(racing.house.sign_in, racing.flood.username))["access_token"]
    async with web(racing.house, token) as client:
        answer = await client.post(f"/api/rooms/{racing.rooms[0]}/messages", json={"text": "here again"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["seq"] > seq


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["ban", "suspension", "raised gate"])
async def test_who_comes_and_goes_all_the_time_is_out_all_the_same(house: House, name: str, seed: int) -> None:
    """A join that was decided before it, and is answered behind it, must not let anybody hear on."""
    measure = MEASURES[name]
    async with race(house, f"coming and going {name} {seed}") as racing:
        first, lines = racing.rooms[0], [line for line in racing.flood.lines if len(line.rooms) > 1]
        restless = [asyncio.create_task(_come_and_go(line, first)) for line in lines for _ in range(RESTLESS)]
        answer, _ = await _run(racing, measure, on_socket=bool(seed % 2))
        codes = await asyncio.gather(*restless)
        log = await racing.log(first)
        end = _event_of(measure, log, racing.flood.username)["seq"]
        assert _said(answer, first) in (end, None)
        assert set(codes) <= {measure.code, "closed"}
        assert max(racing.require_kept(first, log).values()) < end
        for line in lines:
            try:
                await line.do("ping")  # whatever was sent before its answer has been heard
            except Hung:
                assert await line.until_closed() == measure.closes
            assert line.rooms[first].seq <= end, "nothing later has reached them"
        entered = await racing.mo.do("join", room=first)
        assert racing.flood.username not in entered["online"]
        members = await asyncio.to_thread(house.do, "ann", "GET", f"/api/rooms/{first}/members")
        assert racing.flood.username not in {member["user"] for member in members["items"]}


async def _come_and_go(line: Line, slug: str) -> str:
    """Join and leave a room again and again; the code that ends it."""
    try:
        while (reply := await line.ask("join", room=slug))["type"] == "ok":
            await line.ask("leave", room=slug)
    except Hung:
        return "closed"
    code: str = reply["code"]
    return code


ENDS = {
    "signed out": ("POST", "/oauth/revoke", {"phone"}),
    "ended from elsewhere": ("DELETE", "/api/me/sessions/{sid}", {"phone"}),
    "signed out everywhere by a moderator": ("DELETE", "/api/users/{user}/sessions", {"phone", "desk"}),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ENDS)
async def test_when_a_session_has_ended_nothing_more_is_taken_from_it(house: House, name: str, seed: int) -> None:
    method, path, ended = ENDS[name]
    async with race(house, f"{name} {seed}") as racing:
        flood = racing.flood
        by = {"/oauth/revoke": None, "/api/users/{user}/sessions": house.token("mo")}.get(path, flood.tokens["desk"])
        sid = next(line.hello["session"] for line in flood.lines_of({"phone"}))
        marks: dict[str, int] = {}

        async def act() -> Frame:
            form = {"token": flood.tokens["phone"]} if by is None else None
            answer = await client.request(method, path.format(sid=sid, user=flood.username), data=form)
            assert answer.is_success, answer.text
            for slug in racing.rooms:
                marks[slug] = (await racing.ann.send(slug, "from here on"))["seq"]
            return {}

        async with web(house, by) as client:
            await racing.run(act)
        assert {await line.until_closed() for line in flood.lines_of(ended)} == {4101}
        over = [word for word in flood.words if word.way.session in ended]
        assert {word.refusal["code"] for word in over if word.refusal} == {"unauthenticated"}
        assert not [word for word in over if word.late and word.outcome == OK]
        assert {word.outcome for word in flood.words if word not in over} <= {OK}, "the other one is another session"
        for slug in racing.rooms:
            own = racing.require_kept(slug, await racing.log(slug))
            stored = [own[word.text] for word in over if word.text in own and word.room == slug]
            assert stored, "some were in before it"
            assert max(stored) < marks[slug], "nothing of that session comes behind it"
