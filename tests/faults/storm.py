"""A storm of sends that outlives the server: each teller keeps many messages in flight in several rooms, notes what was
acknowledged, and after each end of the server comes back, resumes its rooms, and says again what was not answered.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.e2e.house import House
from tests.e2e.line import Hung, Line, Room
from tests.e2e.programs import PATIENCE_SECONDS

IN_FLIGHT = 8  # messages that a teller has unanswered at most

Message = dict[str, Any]


@dataclass
class Acknowledged:
    """What the server has said is stored, by nonce; and how many answers there were, for who waits for some."""

    messages: dict[str, Message] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, nonce: str, message: Message) -> None:
        """One acknowledgement. A second one for the same nonce has to be of the same message."""
        known = self.messages.setdefault(nonce, message)
        assert known == message, "a nonce stands for one message for ever"
        self.changed.set()

    async def reach(self, count: int) -> None:
        """Wait until so many messages are acknowledged."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.messages) < count:
                self.changed.clear()
                await self.changed.wait()


class Teller:
    """Somebody who talks without end on a socket. ``said`` is all that they ever said, in order, by nonce."""

    def __init__(self, house: House, username: str, device: str, rooms: tuple[str, ...], seed: str) -> None:
        self.name = f"{username}-{device}"
        self._house = house
        self._username = username
        self._slugs = rooms
        self._random = random.Random(seed)
        self._open: dict[str, tuple[str, str]] = {}  # nonce: room and text, said and not acknowledged
        self.said: dict[str, list[str]] = {slug: [] for slug in rooms}
        self.rooms: dict[str, Room] = {}
        self.resumed = 0
        self.codes: list[int] = []

    async def come_back(self) -> Line:
        """Connect, and resume every room from the last event that was heard."""
        line = Line(self._house, self._username)
        line.rooms = self.rooms
        await line.connect()
        try:
            for slug in self._slugs:
                await line.join(slug)
        except BaseException:
            await line.hang_up()
            raise
        self.resumed += 1
        return line

    async def tell(self, acknowledged: Acknowledged) -> None:
        """Talk until the server is gone; first say again, in order, what was not answered the last time."""
        line: Line | None = None
        try:
            line = await self.come_back()
            under_way = [(nonce, self._say(line, nonce)) for nonce in list(self._open)]
            while True:
                while len(under_way) < IN_FLIGHT:
                    nonce = self._think()
                    under_way.append((nonce, self._say(line, nonce)))
                nonce, reply = under_way.pop(0)
                self._settle(nonce, await reply, acknowledged)
        except Hung:
            if line is not None:
                self.codes.append(await line.until_closed())
        except (OSError, EOFError):
            pass  # killed during the handshake
        finally:
            if line is not None:
                await line.hang_up()

    async def finish(self, acknowledged: Acknowledged) -> Line:
        """Have the last unanswered messages acknowledged, and stay in line."""
        line = await self.come_back()
        for nonce in list(self._open):
            self._settle(nonce, await self._say(line, nonce), acknowledged)
        return line

    def _think(self) -> str:
        slug = self._random.choice(self._slugs)
        nonce = f"{self.name}-{sum(map(len, self.said.values()))}"
        self.said[slug].append(nonce)
        self._open[nonce] = slug, f"{nonce} {'word ' * self._random.randrange(20)}".strip()
        return nonce

    def _say(self, line: Line, nonce: str) -> asyncio.Future[Message]:
        slug, text = self._open[nonce]
        return line.say("send", room=slug, text=text, nonce=nonce)

    def _settle(self, nonce: str, reply: Message, acknowledged: Acknowledged) -> None:
        assert reply["type"] == "ok", reply
        acknowledged.take(nonce, reply["message"])
        del self._open[nonce]


class Poster:
    """Somebody who talks by HTTP, one message at a time."""

    def __init__(self, house: House, username: str, slug: str) -> None:
        self.name = f"{username}-http"
        self._house = house
        self._username = username
        self._slug = slug
        self.said: dict[str, list[str]] = {slug: []}
        self._settled = 0

    async def tell(self, acknowledged: Acknowledged) -> None:
        """Post until the server is gone; first again what was not answered."""
        headers = {"Authorization": f"Bearer {self._house.token(self._username)}"}
        async with httpx.AsyncClient(base_url=self._house.url, headers=headers, verify=False) as client:  # noqa: S501
            try:
                while True:
                    await self._post(client, acknowledged)
            except httpx.TransportError:
                return

    async def finish(self, acknowledged: Acknowledged) -> None:
        """Have the last unanswered message acknowledged."""
        headers = {"Authorization": f"Bearer {self._house.token(self._username)}"}
        async with httpx.AsyncClient(base_url=self._house.url, headers=headers, verify=False) as client:  # noqa: S501
            if self._settled < len(self.said[self._slug]):
                await self._post(client, acknowledged)

    async def _post(self, client: httpx.AsyncClient, acknowledged: Acknowledged) -> None:
        said = self.said[self._slug]
        if self._settled == len(said):
            said.append(f"{self.name}-{len(said)}")
        nonce = said[self._settled]
        body = {"text": f"posted {nonce}", "nonce": nonce}
        answer = await client.post(f"/api/rooms/{self._slug}/messages", json=body)
        assert answer.status_code in (200, 201), answer.text
        acknowledged.take(nonce, answer.json())
        self._settled += 1


async def weather(
    voices: list[Teller | Poster], acknowledged: Acknowledged, end: Callable[[], None], after: int
) -> None:
    """Let everybody talk, and bring the server's end about once ``after`` further messages are acknowledged."""
    talking = [asyncio.create_task(voice.tell(acknowledged)) for voice in voices]
    enough = asyncio.create_task(acknowledged.reach(len(acknowledged.messages) + after))
    try:
        done, _ = await asyncio.wait([enough, *talking], return_when=asyncio.FIRST_COMPLETED)
        assert enough in done, "nobody stops talking before the server does"
        end()
        await asyncio.gather(*talking)
    finally:
        enough.cancel()
        for task in talking:
            task.cancel()
        await asyncio.gather(enough, *talking, return_exceptions=True)


def require_kept(house: House, slug: str, voices: list[Teller | Poster], acknowledged: Acknowledged) -> None:
    """Each acknowledged message is in the room's history exactly once, as it was acknowledged, in the order of its
    author; and there is nothing in it that nobody said."""
    history = house.history(slug)
    seqs = [message["seq"] for message in history]
    assert seqs == sorted(set(seqs)), f"{slug}: the history is in order, and nothing is in it twice"
    nonces = [message["nonce"] for message in history]
    assert len(nonces) == len(set(nonces)), f"{slug}: nothing was stored twice"
    stored = {message["nonce"]: message for message in history}
    promised = {nonce: message for nonce, message in acknowledged.messages.items() if message["room"] == slug}
    for nonce, message in promised.items():
        assert stored.get(nonce) == message, f"{slug}: {nonce} was acknowledged"
    for voice in voices:
        own = [nonce for nonce in nonces if nonce.startswith(f"{voice.name}-")]
        assert own == voice.said.get(slug, []), f"{slug}: what {voice.name} said is there, whole and in order"
