"""Somebody who talks on many ways at once: sockets of several kinds, two sessions, HTTP, with and without nonces. Each
word is kept with what became of it, so that it can be held against the log afterwards.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from tests.e2e.house import House
from tests.e2e.line import Frame, Hung, Line
from tests.e2e.programs import PATIENCE_SECONDS

HTTP_AT_ONCE = 4  # requests that one session has under way
OK, REFUSED, LOST = "ok", "refused", "lost"  # what became of a word; lost: the socket was closed before the answer


@dataclass
class Word:
    """One message that somebody tried to post. ``late`` if it was said when what it raced had been answered."""

    way: Socket | Letters
    room: str
    text: str
    nonce: str | None
    late: bool
    outcome: str = LOST
    message: Frame | None = None
    refusal: Frame | None = None

    @property
    def body(self) -> dict[str, str]:
        """What is sent, beside the room."""
        return {"text": self.text} if self.nonce is None else {"text": self.text, "nonce": self.nonce}

    def taken(self, message: Frame) -> None:
        """It is stored, says the server."""
        self.outcome, self.message = OK, message

    def refused(self, refusal: Frame) -> None:
        """It is not stored, says the server."""
        self.outcome, self.refusal = REFUSED, refusal


class Socket:
    """A socket as a way to talk: in the rooms that it has joined."""

    def __init__(self, line: Line, session: str) -> None:
        self.line = line
        self.session = session

    @property
    def rooms(self) -> list[str]:
        """Where it can talk."""
        return list(self.line.rooms)

    @property
    def closed(self) -> bool:
        """Whether nothing more is heard on it."""
        return self.line.code is not None

    def say(self, word: Word) -> asyncio.Future[Any]:
        """Say it now; done when it is settled."""
        reply = self.line.say("send", room=word.room, **word.body)
        reply.add_done_callback(lambda answered: _settle(word, answered))
        return reply


class Letters:
    """HTTP as a way to talk; each request has its answer."""

    closed = False

    def __init__(self, client: httpx.AsyncClient, session: str, rooms: list[str]) -> None:
        self._client = client
        self._free = asyncio.Semaphore(HTTP_AT_ONCE)
        self.session = session
        self.rooms = rooms

    def say(self, word: Word) -> asyncio.Future[Any]:
        """Post it as soon as a connection is free; done when it is settled."""
        return asyncio.ensure_future(self._post(word))

    async def _post(self, word: Word) -> None:
        async with self._free:
            answer = await self._client.post(f"/api/rooms/{word.room}/messages", json=word.body)
        (word.taken if answer.is_success else word.refused)(answer.json())


class Flood:
    """``async with Flood(house, "cyn", rooms, seed) as cyn``: cyn, in two sessions, in these rooms; one socket is for
    the first of them alone."""

    def __init__(self, house: House, username: str, rooms: list[str], seed: str) -> None:
        self._house = house
        self._rooms = rooms
        self._random = random.Random(seed)
        self._stack = AsyncExitStack()
        self._under_way: list[asyncio.Future[Any]] = []
        self.username = username
        self.ways: list[Socket | Letters] = []
        self.tokens: dict[str, str] = {}
        self.words: list[Word] = []
        self.late = False

    async def __aenter__(self) -> Self:
        for session in ("desk", "phone"):
            self.tokens[session] = (await asyncio.to_thread(self._house.sign_in, self.username))["access_token"]
        first = self._rooms[0]
        await self._dial("desk")
        await self._dial("desk", codec="msgpack")
        await self._dial("phone")
        await self._dial("phone", only=first)
        for session in self.tokens:
            client = await self._stack.enter_async_context(web(self._house, self.tokens[session]))
            self.ways.append(Letters(client, session, self._rooms))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for saying in self._under_way:
            saying.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._stack.aclose()

    async def _dial(self, session: str, only: str | None = None, **query: object) -> None:
        token = self.tokens[session]
        line = await self._stack.enter_async_context(Line(self._house, self.username, token=token, only=only, **query))
        if only is None:
            for slug in self._rooms:
                await line.join(slug)
        self.ways.append(Socket(line, session))

    @property
    def lines(self) -> list[Line]:
        """The sockets."""
        return [way.line for way in self.ways if isinstance(way, Socket)]

    def lines_of(self, sessions: set[str]) -> list[Line]:
        """The sockets of some sessions."""
        return [way.line for way in self.ways if isinstance(way, Socket) and way.session in sessions]

    def say(self, way: Socket | Letters, times: int) -> None:
        """Say so many new words on one way, without waiting for what becomes of them."""
        for _ in range(times):
            text = f"{self.username} {len(self.words)}"
            nonce = text if self._random.random() < 0.5 else None
            word = Word(way, self._random.choice(way.rooms), text, nonce, self.late)
            self.words.append(word)
            self._under_way.append(way.say(word))

    async def settled(self) -> None:
        """Wait until it is known what became of each word, as far as that will ever be known."""
        under_way, self._under_way = self._under_way, []
        async with asyncio.timeout(PATIENCE_SECONDS):
            for outcome in await asyncio.gather(*under_way, return_exceptions=True):
                if isinstance(outcome, BaseException) and not isinstance(outcome, Hung):
                    raise outcome

    def those(self, outcome: str, room: str | None = None, *, late: bool | None = None) -> list[Word]:
        """The words of which this became; in one room, or only those that were said late, or were not."""
        return [
            word
            for word in self.words
            if word.outcome == outcome and room in (None, word.room) and late in (None, word.late)
        ]


def web(house: House, token: str | None) -> httpx.AsyncClient:
    """Requests with a token or without one, on connections that stay open."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=house.url, headers=headers, timeout=PATIENCE_SECONDS, verify=False)  # noqa: S501


def _settle(word: Word, answered: asyncio.Future[Frame]) -> None:
    if answered.cancelled() or answered.exception() is not None:
        return
    reply = answered.result()
    if reply["type"] == "ok":
        word.taken(reply["message"])
    else:
        word.refused(reply)
