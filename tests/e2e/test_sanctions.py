"""What a sanction means for people who are there: it ends by itself when it says so, also when the server was away
meanwhile; and a suspension reaches every socket of somebody, whatever it speaks and however it came in.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.house import House
from tests.e2e.line import Frame, Line
from tests.e2e.stranger import Stranger
from tests.e2e.typist import Typist

pytestmark = pytest.mark.anyio

SOON = timedelta(seconds=1)
LATE_SECONDS = 2.0  # by which an end may be told late, on a busy machine; it is usually a few milliseconds
AWAY_SECONDS = 4.0  # in which the server can be killed and started; twice as long is tried where it can't


async def _sanction(house: House, path: str, user: str, kind: str, until: datetime | None = None) -> Any:
    body = {"user": user, "kind": kind, "reason": "spam"} | ({"until": until.isoformat()} if until else {})
    return await asyncio.to_thread(house.do, "mo", "POST", f"{path}/sanctions", body)


def _late(event: Frame, until: datetime) -> float:
    """How many seconds after its time an end was told."""
    return (
        datetime.fromisoformat(event["at"]) - until.replace(microsecond=until.microsecond // 1000 * 1000)
    ).total_seconds()


def _of(line: Line, slug: str, type: str, user: str) -> list[Frame]:
    """A room's events of that type about somebody, as far as they were heard."""
    return [event for event in line.rooms[slug].events if event["type"] == type and event["member"]["user"] == user]


def _posts(house: House, user: str, slug: str = "lobby") -> tuple[int, str | None]:
    answer = house.ask(user, "POST", f"/api/rooms/{slug}/messages", {"text": "may I?"})
    return answer.status_code, answer.json().get("code")


async def test_a_mute_and_a_ban_end_by_themselves_on_time(house: House) -> None:
    room = "/api/rooms/lobby"
    async with Line(house, "ann") as ann, Line(house, "bob") as bob, Line(house, "cyn") as cyn:
        for line in (ann, bob, cyn):
            await line.join("lobby")
        until = datetime.now(UTC) + SOON
        mute, ban = (
            await _sanction(house, room, "bob", "mute", until),
            await _sanction(house, room, "cyn", "ban", until),
        )
        assert (await bob.ask("send", room="lobby", text="may I?"))["code"] == "muted"
        assert (await cyn.ask("join", room="lobby"))["code"] == "banned"
        await ann.until(lambda: len(_of(ann, "lobby", "member.changed", "bob")) == 2, "the end of the mute")
        await ann.until(lambda: len(_of(ann, "lobby", "member.joined", "cyn")) >= 1, "the end of the ban")
        unmuted, back = _of(ann, "lobby", "member.changed", "bob")[-1], _of(ann, "lobby", "member.joined", "cyn")[-1]
        assert "muted_until" not in unmuted["member"]
        assert unmuted["by"] == "system"
        assert [0 <= _late(event, until) < LATE_SECONDS for event in (unmuted, back)] == [True, True]
        print(f"told {_late(unmuted, until) * 1000:.0f} and {_late(back, until) * 1000:.0f} ms after their time")
        assert (await bob.send("lobby", "thank you"))["seq"] > unmuted["seq"] > mute["seq"]
        assert _posts(house, "cyn") == (201, None), "she has her place back"
        assert back["seq"] > ban["seq"]
        await cyn.join("lobby")
    listed = house.do("mo", "GET", f"{room}/sanctions?history=true")["items"]
    assert [sanction["lifted"]["by"] for sanction in listed[:2]] == ["system", "system"]
    acts = house.do("ann", "GET", "/api/audit?limit=2")["items"]
    assert {(act["what"], act["by"], act["request"]) for act in acts} == {
        ("member.unmuted", "system", "server"),
        ("member.unbanned", "system", "server"),
    }


async def test_what_was_to_end_while_the_server_was_away_is_over_and_the_rest_goes_on_to_its_end(
    tmp_path: Path,
) -> None:
    with House(tmp_path, drain_seconds=0) as house:
        known = await _known_by_ann(house)
        for name in ("bob", "cyn", "gus"):
            house.do(name, "PUT", f"/api/rooms/lobby/members/{name}", {})
        away = timedelta(seconds=AWAY_SECONDS)
        code: tuple[int, str | None] | None = None
        while code is None:
            soon, later = datetime.now(UTC) + SOON, datetime.now(UTC) + away
            await _sanction(house, "/api", "cyn", "suspend", soon)
            await _sanction(house, "/api", "gus", "mute", soon)
            await _sanction(house, "/api/rooms/lobby", "bob", "mute", later)
            house.kill()
            house.start()
            answer = _posts(house, "bob")
            if datetime.now(UTC) < later:
                code = answer
            away *= 2  # it was away for longer than that: once more
        assert code == (403, "muted"), "it is still in force"
        async with Line(house, "ann") as ann:
            ann.rooms = known
            await ann.join("lobby")
            await ann.until(lambda: _mutes(ann, "gus")[-1:] == [False], "the end of the mute everywhere")
            await ann.until(lambda: ann.rooms["lobby"].events[-1]["type"] != "member.left", "the end of the suspension")
            back = _of(ann, "lobby", "member.joined", "cyn")[-1]
            assert back["seq"] > next(e["seq"] for e in ann.rooms["lobby"].events if e["type"] == "member.left")
            await ann.until(lambda: _mutes(ann, "bob")[-1:] == [False], "the end of what had not ended")
            assert 0 <= _late(_of(ann, "lobby", "member.changed", "bob")[-1], later) < LATE_SECONDS
        assert [_posts(house, name) for name in ("bob", "gus")] == [(201, None)] * 2
        assert house.sign_in("cyn")
        house.require_calm()


def _mutes(line: Line, user: str) -> list[bool]:
    """Whether somebody was muted, at each of their changes that was heard."""
    return ["muted_until" in event["member"] for event in _of(line, "lobby", "member.changed", user)]


async def _known_by_ann(house: House) -> dict[str, Any]:
    """What ann knows of the lobby before anything happens there: she resumes it later."""
    async with Line(house, "ann") as ann:
        await ann.join("lobby")
        return ann.rooms


async def test_a_suspension_closes_every_socket_and_its_end_gives_the_rooms_back(house: House) -> None:
    user = house.person("pat")
    house.room("salon")
    house.do("ann", "PUT", f"/api/rooms/den/members/{user}", {"role": "moderator"})
    phone = house.sign_in(user)["access_token"]
    tickets = [house.do(user, "POST", "/api/tickets")["ticket"] for _ in range(2)]
    async with AsyncExitStack() as stack:
        ann = await stack.enter_async_context(Line(house, "ann"))
        for slug in ("lobby", "salon", "den"):
            await ann.join(slug)
        many = [
            Line(house, user),
            Line(house, user, token=phone, codec="msgpack"),
            Line(house, user, ticket=tickets[0]),
            Line(house, user, only="salon"),
        ]
        for line, slug in zip(many, ("lobby", "den", "salon", None), strict=True):
            await stack.enter_async_context(line)
            if slug is not None:
                await line.join(slug)
        typist = await stack.enter_async_context(Typist(house, user, "lobby", phone))
        ends = [asyncio.create_task(each.until_closed()) for each in (*many, typist)]
        suspension = await _sanction(house, "/api", user, "suspend")
        assert set(await asyncio.gather(*ends)) == {4201}
        assert suspension["seqs"].keys() == {"lobby", "salon"}, "mo does not see the den"
        await ann.until(lambda: all(ann.rooms[slug].events[-1]["type"] == "member.left" for slug in ann.rooms))
        for slug in ("lobby", "salon", "den"):
            left = ann.rooms[slug].events[-1]
            assert suspension["seqs"].get(slug, left["seq"]) == left["seq"]
            assert (left["user"], left["code"], left["by"], left["reason"]) == (user, "suspended", "mo", "spam")
        why = {"rule": "suspension", "by": "mo", "since": suspension["at"], "reason": "spam"}
        _require_kept_out(house, user, (house.token(user), phone), tickets[1], why)

        house.do("mo", "DELETE", f"/api/sanctions/{suspension['id']}")
        await ann.until(lambda: all(ann.rooms[slug].events[-1]["type"] == "member.joined" for slug in ann.rooms))
        den = house.do("ann", "GET", "/api/rooms/den/members")["items"]
        assert next(member["role"] for member in den if member["user"] == user) == "moderator", "as it was"
        old = house.ask(None, "GET", "/api/me", headers={"Authorization": f"Bearer {phone}"})
        assert old.status_code == 401, "the sessions of before have ended for good"
        again = await stack.enter_async_context(Line(house, user, token=house.sign_in(user)["access_token"]))
        for slug in ("lobby", "salon", "den"):
            await again.join(slug)
            assert (await again.send(slug, "here again"))["author"]["username"] == user


def _require_kept_out(house: House, user: str, tokens: tuple[str, ...], ticket: str, why: Frame) -> None:
    """No token opens anything any more; a page, which can't see a refusal, learns it by the close code."""
    for token in tokens:
        answer = house.ask(None, "GET", "/api/me", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"], answer.json()["why"]) == (403, "suspended", why)
    own = b"Origin: " + house.url.encode()
    for path, credential in (("/ws", tokens[0]), ("/chat/salon", tokens[1]), (f"/ws?ticket={ticket}", None)):
        with Stranger(house) as program:
            program.handshake(path, credential)
            assert program.status() in (401, 403)
    with Stranger(house) as page:
        page.handshake("/ws", tokens[0], own)
        assert page.status() == 101
        assert page.close_code() == 4201
    form = {"grant_type": "password", "username": user, "password": "folkmoot-demo"}
    assert house.ask(None, "POST", "/oauth/token", data=form).json()["error"] == "invalid_grant"
