"""How moderators keep the peace, told from one end to the other: mo mutes bob, who is told why; bans cyn while she
floods; ann takes mo's role away in the middle of what he does; everything is undone; the audit log knows all of it, and
one byte of it that is another one is found.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.app import DATABASE_FILE
from tests.e2e.flood import Flood, web
from tests.e2e.house import House
from tests.e2e.line import Frame, Line, whole_log
from tests.e2e.programs import run
from tests.e2e.race import Race
from tests.e2e.typist import Typist

pytestmark = pytest.mark.anyio

UNHURRIED = 100_000  # commands a second
CROWD = ("dot", "eli", "fay", "ivy")  # who have all said something that mo deletes at once
WORDS = 12  # that each of them has said
UNDER_WAY = 6  # commands that mo has unanswered at most
SPAM = "spam-and-nothing-else"  # a reason, which no line of the server's log repeats
GONE = f"! you are no longer in this room: banned by mo ({SPAM})"


@dataclass
class Moot:
    """The house with ann, mo and gus in it, each on a socket; and the ids under which what was done is undone."""

    house: House
    ann: Line
    mo: Line
    gus: Line
    actions: list[str]

    async def act(self, by: str, method: str, path: str, body: object = None) -> Any:
        """Something done with authority, by HTTP; what it answers."""
        answer = await asyncio.to_thread(self.house.ask, by, method, path, body)
        assert answer.is_success, answer.text
        self.actions.append(answer.headers["folkmoot-action"])
        return answer.json() if answer.content else None

    async def ask(self, by: str, method: str, path: str, body: object = None) -> httpx.Response:
        """One request beside the sockets."""
        return await asyncio.to_thread(self.house.ask, by, method, path, body)


@asynccontextmanager
async def _moot(house: House) -> AsyncIterator[Moot]:
    async with AsyncExitStack() as stack:
        ann, mo, gus = [await stack.enter_async_context(Line(house, name)) for name in ("ann", "mo", "gus")]
        for line, rooms in ((ann, ("lobby", "staff", "porch")), (mo, ("lobby", "staff", "porch")), (gus, ("lobby",))):
            for slug in rooms:
                await line.join(slug)
        yield Moot(house, ann, mo, gus, [])


async def test_moderators_keep_the_peace_and_everything_can_be_undone(tmp_path: Path) -> None:
    with House(tmp_path, commands_per_second=UNHURRIED) as house:
        house.room("porch")
        async with _moot(house) as moot:
            await _mo_mutes_bob_and_bob_is_told_why(moot)
            await _mo_bans_cyn_while_she_floods(moot)
            said = await asyncio.to_thread(house.history, "lobby")
            await _ann_demotes_mo_in_the_middle_of_what_he_does(moot)
            assert await asyncio.to_thread(house.history, "lobby") != said
            await _everything_is_undone(moot, said)
        await asyncio.to_thread(_require_audited, house)
        house.require_calm()
        assert SPAM not in house.log
        assert house.stop() == 0
    _require_found_when_one_byte_is_another(house)


async def _mo_mutes_bob_and_bob_is_told_why(moot: Moot) -> None:
    house, path = moot.house, "/api/rooms/lobby/messages"
    until = datetime.now(UTC) + timedelta(hours=1)
    async with Line(house, "bob") as bob, Typist(house, "bob", "lobby") as typing:
        await bob.join("lobby")
        await bob.join("den")
        for number in range(WORDS):
            await bob.send("lobby", f"buy owls, {number}")
        body = {"user": "bob", "kind": "mute", "until": until.isoformat(), "reason": SPAM}
        mute = await moot.act("mo", "POST", "/api/rooms/lobby/sanctions", body)
        assert {"room": "lobby", "user": "bob", "kind": "mute", "by": "mo", "reason": SPAM}.items() <= mute.items()
        assert mute["until"] == _rendered(until)
        why = {"rule": "mute", "by": "mo", "since": mute["at"], "until": mute["until"], "reason": SPAM}

        by_socket = await bob.ask("send", room="lobby", text="hello?")
        assert (by_socket["code"], by_socket["why"]) == ("muted", why)
        by_letter = await moot.ask("bob", "POST", path, {"text": "hello?"})
        assert by_letter.status_code == 403
        assert by_letter.headers["content-type"] == "application/problem+json"
        assert (by_letter.json()["code"], by_letter.json()["why"]) == ("muted", why)
        await typing.type("hello?")
        assert await typing.until(lambda line: line.startswith("! ")) == f"! you are muted until {until:%H:%M} ({SPAM})"

        event = bob.rooms["lobby"].events[-1]
        assert (event["type"], event["seq"], event["by"]) == ("member.changed", mute["seq"], "mo")
        assert event["member"]["muted_until"] == mute["until"]
        asked = await moot.ask("bob", "GET", "/api/rooms/lobby/permissions")
        rules = next(action["rules"] for action in asked.json()["actions"] if action["action"] == "post")
        assert next(rule["why"] for rule in rules if not rule["holds"]) == why
        heard = await moot.mo.send("lobby", "read the rules, bob")
        await bob.until_seq("lobby", heard["seq"])
        assert await bob.send("den", "he has muted me there"), "a mute in one room is none in another"


async def _mo_bans_cyn_while_she_floods(moot: Moot) -> None:
    """She is on six ways at once, and on a seventh that reads nothing before it is over."""
    async with Typist(moot.house, "cyn", "lobby") as slow, Flood(moot.house, "cyn", ["lobby", "porch"], "cyn") as cyn:
        race = Race(moot.house, cyn, ["lobby", "porch"], moot.ann, moot.mo, random.Random("cyn"))
        body = {"user": "cyn", "kind": "ban", "reason": SPAM}
        ban = await race.run(lambda: moot.act("mo", "POST", "/api/rooms/lobby/sanctions", body))
        log = await race.log("lobby")
        race.require_stopped("lobby", log, ban["seq"], "banned")
        await race.require_heard("lobby", log, ban["seq"], 4202)
        left = next(event for event in log if event["seq"] == ban["seq"])
        assert (left["type"], left["user"], left["code"], left["by"]) == ("member.left", "cyn", "banned", "mo")
        await race.require_told("lobby", left)
        race.require_untouched("porch", await race.log("porch"))
        assert await slow.until(lambda line: line.startswith("! ")) == GONE
        assert await slow.until_closed() == 4202
        joined = next(event["seq"] for event in log if event["type"] == "member.joined" and _about(event) == "cyn")
        said = [
            _line(event) for event in log if event["type"] == "message.posted" and joined < event["seq"] < ban["seq"]
        ]
        assert [line for line in slow.lines if line.startswith("[")][-len(said) :] == said, "no line less, and no more"
        why = {"rule": "ban", "by": "mo", "since": ban["at"], "reason": SPAM}
        for way in ("POST", "GET"):
            refused = await moot.ask("cyn", way, "/api/rooms/lobby/messages", {"text": "let me in"})
            assert (refused.json()["code"], refused.json()["why"]) == ("banned", why)
        again = await moot.ask("cyn", "PUT", "/api/rooms/lobby/members/cyn", {})
        assert again.json()["code"] == "banned"
        assert await cyn.lines[0].ask("join", room="lobby") | {"id": ""} == {
            "type": "error",
            "id": "",
            "code": "banned",
            "message": "You are banned from this room.",
            "why": why,
        }


async def _ann_demotes_mo_in_the_middle_of_what_he_does(moot: Moot) -> None:
    """Three things at once: one message after another deleted, gus muted again and again, and people's messages
    deleted in bulk. What is before the demotion in the log is whole, and nothing of mo's is behind it."""
    house = moot.house
    since = moot.ann.rooms["lobby"].events[0]["at"]
    said: dict[str, set[str]] = {}
    for name in CROWD:
        await asyncio.to_thread(house.person, name)
        async with Line(house, name) as line:
            await line.join("lobby")
            said[name] = {(await line.send("lobby", f"{name} {number}"))["id"] for number in range(WORDS)}
    cyns = [event["message"]["id"] for event in moot.ann.rooms["lobby"].events if _by(event) == "cyn"]
    deletes = [("delete", {"message": id}) for id in cyns]
    mute = ("sanction", {"room": "lobby", "user": "gus", "kind": "mute"})

    async def bulk(name: str) -> httpx.Response:
        return await moot.ask("mo", "DELETE", f"/api/rooms/lobby/messages?user={name}&since={since}&reason={SPAM}")

    async with Line(house, "mo") as other, web(house, house.token("ann")) as client:
        demotion: list[asyncio.Task[httpx.Response]] = []

        def demote() -> None:
            if not demotion:
                demotion.append(asyncio.create_task(client.patch("/api/users/mo", json={"role": "member"})))

        bulks = [await bulk(CROWD[0])]
        streams = (
            _until_refused(moot.mo, chain(deletes, repeat(mute)), demote),
            _until_refused(other, repeat(mute), demote),
        )
        *done, bulks[1:] = await asyncio.gather(*streams, asyncio.gather(*(bulk(name) for name in CROWD[1:-1])))
        demoted_by = (await demotion[0]).headers["folkmoot-action"]
        bulks.append(await bulk(CROWD[-1]))
    deletions = [reply for reply in chain(*done) if "message" in reply]
    mutes = sorted((reply for reply in chain(*done) if "sanction" in reply), key=lambda reply: reply["sanction"]["seq"])
    await moot.mo.until_notice("removed", room="staff", code="role_too_low", by="ann")
    assert (await moot.mo.until_notice("you.changed"))["user"]["role"] == "member"

    log = await whole_log(house, "lobby")
    (demoted,) = [event["seq"] for event in log if event.get("by") == "ann" and event["type"] == "member.changed"]
    his = [event for event in log if event.get("by") == "mo" and event["seq"] > moot.gus.rooms["lobby"].began_at]
    assert max(event["seq"] for event in his) < demoted, "nothing of his is behind it"
    deleted = {event["message_id"] for event in log if event["type"] == "message.deleted"}
    assert deleted & set(cyns) == {reply["message"]["id"] for reply in deletions}, "what was answered, was done"
    muted = [e["seq"] for e in his if e["type"] == "member.changed" and e["member"]["user"] == "gus"]
    assert muted == [reply["sanction"]["seq"] for reply in mutes]
    assert bulks[0].status_code == 200, "that one was before"
    assert bulks[-1].status_code == 403, "and that one behind"
    for name, answer in zip(CROWD, bulks, strict=True):
        assert deleted & said[name] == (said[name] if answer.status_code == 200 else set()), "whole, or not at all"
        if answer.status_code == 200:
            assert answer.json() == {"messages": WORDS, "rooms": 1, "more": False}
            moot.actions.append(answer.headers["folkmoot-action"])
        else:
            assert (answer.json()["code"], answer.json()["why"]) == ("forbidden", {"rule": "room_moderator"})
    moot.actions += [demoted_by, *(reply["action"] for reply in (*deletions, *mutes))]


async def _until_refused(mo: Line, commands: Iterator[tuple[str, Frame]], begun: Callable[[], None]) -> list[Frame]:
    """Say one command after another until one is refused, some of them at once; the answers of those that were not.
    ``begun`` is called when a few are done."""
    waiting: list[asyncio.Future[Frame]] = []
    done: list[Frame] = []
    refused = False
    while not refused:
        while len(waiting) < UNDER_WAY:
            kind, fields = next(commands)
            waiting.append(mo.say(kind, **fields))
        reply = await waiting.pop(0)
        refused = reply["type"] == "error"
        if refused:
            assert (reply["code"], reply["why"]) == ("forbidden", {"rule": "room_moderator"})
        else:
            done.append(reply)
        if len(done) == UNDER_WAY:
            begun()
    assert {(await reply)["type"] for reply in waiting} <= {"error"}, "refused once, refused from there on"
    return done


async def _everything_is_undone(moot: Moot, said: list[Frame]) -> None:
    """By the ids that the answers gave: ann gives mo his role back, and he takes back all that he did."""
    house = moot.house
    listed = (await moot.ask("ann", "GET", "/api/moderation?limit=200")).json()["items"]
    assert {action["id"] for action in listed} == set(moot.actions), "whoever has lost an answer finds them there"
    (demotion,) = [action["id"] for action in listed if action["what"] == "user.role"]
    before = len(moot.gus.rooms["lobby"].events)
    for by, actions in (("ann", [demotion]), ("mo", [each for each in reversed(moot.actions) if each != demotion])):
        async with web(house, house.token(by)) as client:
            for action in actions:
                answer = await client.post(f"/api/moderation/{action}/undo")
                assert (answer.status_code, answer.json()["undone"]["by"]) == (200, by), answer.text
    twice = await moot.ask("ann", "POST", f"/api/moderation/{demotion}/undo")
    assert (twice.status_code, twice.json()["code"]) == (409, "conflict")

    staff = await moot.ask("ann", "GET", "/api/rooms/staff/members")
    assert "mo" in {member["user"] for member in staff.json()["items"]}, "he has his place back"
    last = moot.ann.rooms["staff"].events[-1]
    assert (last["type"], last["member"]["user"]) == ("member.joined", "mo")
    me = (await moot.ask("mo", "GET", "/api/me")).json()
    assert me["role"] == "moderator"
    assert await moot.mo.until_notice("you.changed", user=me | {"suspended": False})

    words = await moot.gus.send("lobby", "I may speak again")
    heard = moot.gus.rooms["lobby"].events[before:]
    assert words["seq"] > said[-1]["seq"]
    restored = {event["message"]["id"]: event["message"] for event in heard if event["type"] == "message.restored"}
    back = [message for message in await asyncio.to_thread(house.history, "lobby") if message["id"] != words["id"]]
    assert [message for message in back if message["author"]["username"] not in CROWD] == said, "each word is back"
    assert restored, "and those who are there were told"
    assert all(message == next(m for m in back if m["id"] == id) for id, message in restored.items())
    assert not [message for message in back if "deleted" in message]

    returned = [e["member"]["user"] for e in heard if e["type"] == "member.joined"]
    assert returned == ["cyn"], "nobody else had lost their place"
    for name in ("bob", "cyn"):
        assert (await moot.ask(name, "POST", "/api/rooms/lobby/messages", {"text": "thank you"})).status_code == 201
    sanctions = await moot.ask("mo", "GET", "/api/rooms/lobby/sanctions")
    assert sanctions.json()["items"] == []


def _require_audited(house: House) -> None:
    """The audit log fits while the server runs, has all of it, and ends with the same head wherever one asks."""
    kept = house.do("ann", "GET", "/api/audit?limit=1")["items"][0]
    assert (kept["what"], kept["by"]) == ("undone", "mo")
    house.room("afterwards")
    told = dict(line.split("=") for line in house.operate("audit", "verify", "--head", kept["hash"]).splitlines())
    *rows, end = [json.loads(line) for line in house.operate("audit", "export").splitlines()]
    assert end == {"head": told["head"], "rows": int(told["rows"])}
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["hash"] for row in rows[-2:]] == [kept["hash"], told["head"]]
    assert {row["what"] for row in rows} >= {"member.muted", "member.banned", "messages.deleted", "user.role", "undone"}
    (ban,) = house.do("ann", "GET", "/api/audit?user=cyn&what=member.banned")["items"]
    wanted = {"by": "mo", "on": "cyn", "room": "lobby", "reason": SPAM, "address": "127.0.0.1"}
    assert wanted.items() <= ban.items()
    assert f"request={ban['request']} " in house.log, "the server's log knows the request by the same id"


def _require_found_when_one_byte_is_another(house: House) -> None:
    """In the file itself, where no program of ours has a hand in it: a ban that was for a day less, or a day more."""
    file = house.data / DATABASE_FILE
    with sqlite3.connect(file) as database:
        (seq, detail) = database.execute("SELECT seq, detail FROM audit WHERE what = 'member.muted' LIMIT 1").fetchone()
    database.close()
    data = bytearray(file.read_bytes())
    for found in re.finditer(re.escape(detail.encode()), bytes(data)):
        at = found.end() - len("}") - 1  # the last digit of the time at which it ends
        data[at] ^= 1
        file.write_bytes(data)
        with sqlite3.connect(file) as database:
            (now,) = database.execute("SELECT detail FROM audit WHERE seq = ?", (seq,)).fetchone()
        database.close()
        if now != detail:
            break
        data[at] ^= 1  # a copy that SQLite left where it will write something else some day
    outcome = run("audit", "verify", "--data", str(house.data))
    assert outcome.returncode == 1
    assert f"Row {seq} does not fit" in outcome.stderr
    assert "head=" not in outcome.stdout


def _about(event: Frame) -> str | None:
    whom: str | None = event.get("member", {}).get("user")
    return whom


def _line(event: Frame) -> str:
    return f"[{event['room']}] {_by(event)}: {event['message']['text']}"


def _by(event: Frame) -> str | None:
    author: str | None = event.get("message", {}).get("author", {}).get("username")
    return author


def _rendered(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
