"""Formatted messages at a real server: the same by socket and by HTTP, new with an edit, and never worth a message."""

from __future__ import annotations

import asyncio
import os
import signal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.house import House
from tests.e2e.line import Line

WORKER_STARTS = 20  # messages that wait for it, each for two seconds at most

pytestmark = pytest.mark.anyio

_numbers = count(1)
WORKER = b"service.text.worker"


@pytest.fixture
def room(house: House) -> str:
    """A room of ann's."""
    return house.room(f"written-{next(_numbers)}", join_role="guest", post_role="guest")


def workers() -> set[int]:
    """The processes that format, of all servers on this machine."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:  # it has ended in between
                continue
            if WORKER in words:
                found.add(int(entry.name))
    return found


def child_of(house: House) -> int:
    """The one of this server."""
    (child,) = (pid for pid in workers() if _parent(pid) == house.server.process.pid)
    return child


def _parent(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("PPid:")[2].split()[0])


async def _do(house: House, *call: object) -> Any:
    return await asyncio.to_thread(house.do, *call)


async def test_a_message_has_its_html_wherever_it_is_read(house: House, room: str) -> None:
    async with Line(house, "bob") as bob:
        await bob.join(room)
        sent = await bob.send(room, "so **bold**")
        assert sent["html"] == "<p>so <strong>bold</strong></p>"
        await _do(house, "ann", "PUT", f"/api/rooms/{room}/members/ann", {})
        posted = await _do(house, "ann", "POST", f"/api/rooms/{room}/messages", {"text": "`x < y`"})
        assert posted["html"] == "<p><code>x &lt; y</code></p>"
        plain = await bob.send(room, "2 * 3 = 6")
        assert "html" not in plain
        await bob.until_seq(room, plain["seq"])
        assert [message.get("html") for message in bob.rooms[room].messages] == [sent["html"], posted["html"], None]
    assert [message.get("html") for message in house.history(room)] == [sent["html"], posted["html"], None]


async def test_an_edit_formats_anew(house: House, room: str) -> None:
    async with Line(house, "bob") as bob:
        await bob.join(room)
        sent = await bob.send(room, "*one*")
        edited = (await bob.do("edit", message=sent["id"], text="**two**"))["message"]
        assert edited["html"] == "<p><strong>two</strong></p>"
        edited = await _do(house, "bob", "PATCH", f"/api/messages/{sent['id']}", {"text": "three"})
        assert "html" not in edited


async def test_who_sends_with_marks_and_without_is_answered_in_that_order(house: House, room: str) -> None:
    async with Line(house, "bob") as bob:
        await bob.join(room)
        replies = [bob.say("send", room=room, text=f"*{n}*" if n % 2 else f"{n}") for n in range(20)]
        sent = [(await reply)["message"] for reply in replies]
    assert [message["text"].strip("*") for message in sent] == [str(n) for n in range(20)]
    assert [message["seq"] for message in sent] == sorted(message["seq"] for message in sent)
    assert [message.get("html") for message in sent] == [f"<p><em>{n}</em></p>" if n % 2 else None for n in range(20)]


async def test_a_worker_that_is_killed_costs_no_message(house: House, room: str) -> None:
    async with Line(house, "bob") as bob:
        await bob.join(room)
        os.kill(child_of(house), signal.SIGKILL)
        first = await bob.send(room, "*first*")
        assert first["text"] == "*first*"
        # Another one comes up as soon as the machine lets it: each of these waits for it as long as a message may.
        for _ in range(WORKER_STARTS):
            again = await bob.send(room, "*again*")
            if "html" in again:
                break
        assert again["html"] == "<p><em>again</em></p>"


async def test_a_text_that_was_made_to_be_slow_keeps_nobody_waiting(house: House, room: str) -> None:
    slow = "```c\na" + "\n" * 3_900 + "x\n```"
    async with Line(house, "bob") as bob, Line(house, "cyn") as cyn:
        await bob.join(room)
        await cyn.join(room)
        under_way = [bob.say("send", room=room, text=slow) for _ in range(3)]
        assert (await cyn.send(room, "hello"))["text"] == "hello"
        assert not under_way[-1].done(), "what has no marks does not wait for what has"
        assert [(await reply)["message"]["text"] == slow for reply in under_way] == [True] * 3
