"""Killed in the middle of what a moderator does, the server has done each act whole or not at all: the log's event, the
change itself and the row of the audit log are there together, and whatever was acknowledged is among it.

``FAULTS_SEED`` in the environment is another course of events; each failure tells which one it was.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.house import PAGE, House
from tests.e2e.line import Frame, Hung, Line, whole_log

pytestmark = pytest.mark.anyio

KILLS = 2
ACTS = (10, 40)  # that are acknowledged between two kills, at least and at most
UNDER_WAY = 8  # commands that mo has unanswered at most
MESSAGES = 200  # of bob's, to be deleted
UNHURRIED = 100_000  # commands a second


@dataclass
class Acknowledged:
    """What the server said is done: deletions by message, mutes by their sanction's id, undone deletions by action."""

    deleted: dict[str, str] = field(default_factory=dict)
    muted: dict[str, Frame] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.deleted) + len(self.muted) + len(self.undone)

    def take(self, reply: Frame) -> None:
        """One answer."""
        assert reply["type"] == "ok", reply
        if "message" in reply:
            self.deleted[reply["message"]["id"]] = reply["action"]
        elif "sanction" in reply:
            self.muted[reply["sanction"]["id"]] = reply["sanction"]
        else:
            self.undone.add(reply["undone"]["id"])


class Moderator:
    """mo, who deletes bob's messages, takes some of it back, and mutes cyn over and over."""

    def __init__(self, house: House, messages: list[str], seed: int) -> None:
        self._house = house
        self._messages = messages
        self._undone: set[str] = set()
        self._random = random.Random(seed)
        self.acknowledged = Acknowledged()

    async def work(self, enough: int) -> None:
        """Act until so many more acts are acknowledged; then the server is killed with the next ones under way."""
        enough += len(self.acknowledged)
        async with Line(self._house, "mo") as mo:
            under_way: list[asyncio.Future[Frame]] = []
            try:
                while True:
                    while len(under_way) < UNDER_WAY:
                        under_way.append(self._act(mo))
                    self.acknowledged.take(await under_way.pop(0))
                    if len(self.acknowledged) == enough:
                        self._house.kill()
            except Hung:
                for reply in under_way:  # what was answered before the end, and not looked at yet
                    if reply.done() and reply.exception() is None:
                        self.acknowledged.take(reply.result())

    def _act(self, mo: Line) -> asyncio.Future[Frame]:
        can_be_undone = sorted(set(self.acknowledged.deleted.values()) - self._undone)
        kind = self._random.choice(("delete", "delete", "sanction", "undo" if can_be_undone else "delete"))
        if kind == "undo":
            action = self._random.choice(can_be_undone)
            self._undone.add(action)
            return mo.say("undo", action=action)
        if kind == "sanction":
            return mo.say("sanction", room="lobby", user="cyn", kind="mute", reason="spam")
        return mo.say("delete", message=self._messages.pop())


@pytest.fixture
def seed() -> int:
    """Which course of events it is."""
    return int(os.environ.get("FAULTS_SEED", "1"))


async def test_a_kill_leaves_each_act_whole_or_undone_and_the_audit_log_fitting(tmp_path: Path, seed: int) -> None:
    print(f"FAULTS_SEED={seed}")
    fate = random.Random(seed)
    with House(tmp_path, commands_per_second=UNHURRIED) as house:
        house.do("cyn", "PUT", "/api/rooms/lobby/members/cyn", {})
        house.token("mo")
        async with Line(house, "bob") as bob:
            await bob.join("lobby")
            sends = [bob.say("send", room="lobby", text=f"word {number}") for number in range(MESSAGES)]
            moderator = Moderator(house, [reply["message"]["id"] for reply in await asyncio.gather(*sends)], seed)
        for _ in range(KILLS):
            await moderator.work(fate.randint(*ACTS))
            await asyncio.to_thread(house.start)
        log = await whole_log(house, "lobby")
        history = house.do("ann", "GET", "/api/rooms/lobby/sanctions?history=true&limit=200")["items"]
        rows = _audited(house)
        _require_whole(log, house.history("lobby"), rows)
        _require_kept(moderator.acknowledged, log, history, rows)
        assert f"rows={len(rows)}\nhead={rows[0]['hash']}\n" == house.operate("audit", "verify")
        house.require_calm()


def _audited(house: House) -> list[dict[str, Any]]:
    """The whole audit log, newest first."""
    rows: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        page = house.do("ann", "GET", f"/api/audit?limit={PAGE}{cursor and f'&cursor={cursor}'}")
        rows += page["items"]
        cursor = page["next"]
    return rows


def _require_whole(log: list[Frame], messages: list[Frame], rows: list[dict[str, Any]]) -> None:
    """Each act is in the audit log as often as in the room's, and the messages are as the last of them left them."""
    acts = Counter(row["what"] for row in rows if row.get("room") == "lobby")
    events = Counter(event["type"] for event in log)
    assert acts["messages.deleted"] == events["message.deleted"] > 0
    assert acts["undone"] == events["message.restored"] > 0
    assert acts["member.muted"] == events["member.changed"] > 0
    state: dict[str, bool] = {}
    for event in log:
        if event["type"] == "message.deleted":
            state[event["message_id"]] = True
        elif event["type"] == "message.restored":
            state[event["message"]["id"]] = False
    assert {message["id"] for message in messages if "deleted" in message} == {id for id, gone in state.items() if gone}


def _require_kept(done: Acknowledged, log: list[Frame], history: list[Frame], rows: list[dict[str, Any]]) -> None:
    """What was acknowledged is there, in all of its places, once."""
    assert len(done) >= KILLS * ACTS[0]
    deleted = Counter(event["message_id"] for event in log if event["type"] == "message.deleted")
    muted = {event["seq"] for event in log if event["type"] == "member.changed"}
    listed = {sanction["id"]: sanction["seq"] for sanction in history}
    written = Counter(
        row["detail"].get("message") or row["detail"].get("sanction") or row["detail"].get("action") for row in rows
    )
    assert {deleted[id] for id in done.deleted} == {1}
    for sanction in done.muted.values():
        assert sanction["seq"] in muted
        assert listed[sanction["id"]] == sanction["seq"]
    assert {written[id] for id in (*done.deleted, *done.muted, *done.undone)} == {1}
