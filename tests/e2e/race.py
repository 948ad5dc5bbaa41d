"""A race between somebody who talks on many ways and what stops them: it is run, and then everything that anybody was
told is held against the rooms' logs. What is raced against is the tests' own.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from typing import Any

from service.chat.events import SEQ_MAX
from tests.e2e.flood import LOST, OK, REFUSED, Flood
from tests.e2e.house import House
from tests.e2e.line import Frame, Line, whole_log

WORDS = 40  # that are said on each way, and may be under way when it happens
CHUNK_MAX = 12  # of them at once
LATE = 4  # words on each way after it was answered
PAUSES = (0, 0, 1, 5)  # turns of the loop between two chunks, in which answers are read

_numbers = count(1)


class Race:
    """A flood in two rooms, and ann and mo, who talk in both too and hear everything there."""

    def __init__(self, house: House, flood: Flood, rooms: list[str], ann: Line, mo: Line, fate: random.Random) -> None:
        self.house = house
        self.flood = flood
        self.rooms = rooms
        self.ann = ann
        self.mo = mo
        self._fate = fate

    async def run(self, act: Callable[[], Awaitable[Frame]]) -> Frame:
        """Everybody talks; ``act`` happens in the middle of it, and when it is answered they go on for a while. What
        it answered."""
        flood, fate = self.flood, self._fate
        chunks = [(way, size) for way in flood.ways for size in self._sizes()]
        fate.shuffle(chunks)
        happens = fate.randrange(len(chunks) // 4, len(chunks) * 3 // 4)
        acting: asyncio.Future[Frame] | None = None
        for number, (way, size) in enumerate(chunks):
            if number == happens:
                acting = asyncio.ensure_future(act())
            flood.say(way, size)
            for line in (self.ann, self.mo):
                line.say("send", room=fate.choice(self.rooms), text=f"{line.username} too, {number}")
            for _ in range(fate.choice(PAUSES)):
                await asyncio.sleep(0)
        assert acting is not None
        answer = await acting
        flood.late = True
        for way in flood.ways:
            flood.say(way, LATE)
        await flood.settled()
        return answer

    def _sizes(self) -> list[int]:
        sizes, left = [], WORDS
        while left:
            sizes.append(min(left, self._fate.randint(1, CHUNK_MAX)))
            left -= sizes[-1]
        return sizes

    async def log(self, slug: str) -> list[Frame]:
        """All of a room's log when the race is over, which ann and mo have heard as well: as ann reads it afterwards,
        or, of a room that is gone, as she heard it."""
        there = (await self.ann.ask("send", room=slug, text="the end"))["type"] == "ok"
        log = await whole_log(self.house, slug) if there else self.ann.rooms[slug].events
        seqs = [event["seq"] for event in log]
        assert seqs == list(range(seqs[0], seqs[-1] + 1)), "the log has no hole"
        for line in (self.ann, self.mo):
            await line.until_seq(slug, seqs[-1])
            room = line.rooms[slug]
            assert _facts(room.events) == _facts(log, room.began_at), "it is what they heard"
        return log

    def require_kept(self, slug: str, log: list[Frame]) -> dict[str, int]:
        """What was acknowledged is in the log, once, and what was refused is not. The seq of each text of theirs."""
        user = self.flood.username
        posted = [event["message"] for event in log if event["type"] == "message.posted"]
        own = [message for message in posted if message["author"]["username"] == user]
        assert max(Counter(message["text"] for message in own).values(), default=1) == 1, "nothing is there twice"
        by_text = {message["text"]: message for message in own}
        for word in self.flood.those(OK, slug):
            assert word.message is not None
            assert by_text[word.text]["id"] == word.message["id"], "it was acknowledged"
        for word in self.flood.those(REFUSED, slug):
            assert word.text not in by_text, "it was refused"
        for word in self.flood.those(LOST):
            assert word.way.closed, "a socket that stays open owes an answer"
        return {text: message["seq"] for text, message in by_text.items()}

    def require_stopped(self, slug: str, log: list[Frame], seq: int, code: str) -> None:
        """From that seq on the log has nothing of theirs; and all that was refused was refused for that."""
        own = self.require_kept(slug, log)
        refused = self.flood.those(REFUSED, slug)
        assert own, "some were in before it"
        assert refused, "and some behind it"
        assert max(own.values()) < seq, "nothing of theirs has a later seq"
        assert {word.refusal["code"] for word in refused if word.refusal} == {code}
        assert not self.flood.those(OK, slug, late=True), "what was said after the answer is refused"

    def require_untouched(self, slug: str, log: list[Frame]) -> None:
        """In that room nobody stopped them."""
        self.require_kept(slug, log)
        assert self.flood.those(OK, slug, late=True)
        assert not self.flood.those(REFUSED, slug)

    async def require_heard(self, slug: str, log: list[Frame], end: int | None, code: int | None) -> None:
        """Each of their sockets has heard all of the log; if there is an ``end`` for them, up to that seq and no
        further. ``code`` is what a socket for that room alone was closed with."""
        for line in self.flood.lines:
            if slug not in line.rooms:
                continue
            room = line.rooms[slug]
            if line.code is None and end is None:
                await line.until_seq(slug, log[-1]["seq"])
            if code is not None and len(line.rooms) == 1:
                assert await line.until_closed() == code
            if line.code is None:
                await line.do("ping")  # whatever was sent before its answer has been heard
                assert room.seq == (end or log[-1]["seq"])
            assert end is None or room.seq <= end, "nothing later has reached them"
            assert _facts(room.events) == _facts(log, room.began_at, room.seq)

    async def require_told(self, slug: str, left: Frame) -> None:
        """Who is out of the room is told how that came about, on each socket that stays open."""
        told = {name: left[name] for name in ("code", "by", "reason", "until") if name in left}
        for line in self.flood.lines:
            if line.code is None:
                await line.until_notice("removed", room=slug, **told)


def _facts(events: list[Frame], after: int = 0, until: int = SEQ_MAX) -> list[Frame]:
    """The events in a part of a log, but for what is shown as it is now: an author's role, and a room."""
    return [_fact(event) for event in events if after < event["seq"] <= until]


def _fact(event: Frame) -> Frame:
    if event["type"] == "room.changed":
        return event | {"room": event["room"]["slug"]}
    if event["type"] == "message.posted":
        message = event["message"]
        return event | {"message": message | {"author": message["author"]["username"]}}
    return event


@asynccontextmanager
async def race(house: House, seed: str, role: str = "member", **room: Any) -> AsyncIterator[Race]:
    """Somebody new who is about to talk, as ``role``, in two new rooms; the first of them has the settings ``room``."""
    number = next(_numbers)
    user = await asyncio.to_thread(house.person, f"racer-{number}", role)
    rooms = [
        await asyncio.to_thread(house.room, f"race-{number}", **room),
        await asyncio.to_thread(house.room, f"beside-{number}"),
    ]
    async with AsyncExitStack() as stack:
        ann = await stack.enter_async_context(Line(house, "ann"))
        mo = await stack.enter_async_context(Line(house, "mo", codec="msgpack"))
        for line in (ann, mo):
            for slug in rooms:
                await line.join(slug)
        flood = await stack.enter_async_context(Flood(house, user, rooms, seed))
        yield Race(house, flood, rooms, ann, mo, random.Random(seed))
