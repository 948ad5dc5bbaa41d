"""The live side without sockets and without threads: a real hub over a real database in memory, with clients whose wire
is a list. What is committed, told and read can be held back, so that every order of things can be had on purpose.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import Any, TypeVar

import msgpack

from service.chat.door import Answer, Door
from service.chat.errors import Code, Refusal
from service.chat.events import AuthorityChanged, Event, Told
from service.chat.limits import Buckets
from service.chat.messages import Posted, PostMessage
from service.chat.ports import Transaction
from service.chat.records import Credential
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.tokens import BadCredential
from service.live.connection import Connection
from service.live.dialogue import Dialogue, enter
from service.live.hub import Hub
from service.live.presence import TELL_SECONDS
from service.live.registry import HubLimits
from service.live.terms import Terms
from service.storage import posting
from service.storage.journal import Deliver
from service.watch.metrics import Metrics
from service.wire.codecs import payloads
from tests.live.virtual import later, settle
from tests.stage import STARTED_AT, TICK, Stage
from tests.stage_door import PlainFormatter, sign_in

T = TypeVar("T")

BUFFER_BYTES = 1_024  # that may wait for a reader before it counts as slow
HEARTBEAT_S = 20
SLOW_READER_S = 30.0
COMMANDS_PER_SECOND = 1_000
ROOMS_MAX = 5
LIMITS = HubLimits(connections=50, per_user=10, per_address=50)
FAR_S = 10 * 365 * 86_400  # when tokens end, unless a test says otherwise

Frame = Any  # an object, or a line of the text codec


class HallDatabase:
    """The stage's database for the hub, and its journal: one commit for each turn of the loop."""

    def __init__(self, stage: Stage, clock: Callable[[], int]) -> None:
        self.stage = stage
        self.away = False
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._waiting: list[Callable[[], Callable[[], object]]] = []
        self._told: deque[tuple[list[Event], list[AuthorityChanged], list[Told]]] = deque()
        self._reads: list[Callable[[], None]] | None = None
        self._telling = True
        self.deliver: Deliver = lambda events, changes, told: None

    def run(self, fn: Callable[[Any], T]) -> T:
        """A transaction of anybody's, now: also of another process, for nobody is told."""
        self.stage.now = self._clock() - TICK  # the stage's clock goes on by that with each transaction
        return self.stage.run(fn)

    async def read(self, fn: Callable[[Transaction], T]) -> T:
        """What ``fn`` answers; it sees the state of now, also if the answer is held back."""
        if self.away:
            raise Refusal(Code.UNAVAILABLE)
        answer = self.run(fn)
        if self._reads is None:
            await asyncio.sleep(0)
        else:
            arrived = asyncio.get_running_loop().create_future()
            self._reads.append(lambda: arrived.done() or arrived.set_result(None))
            await arrived
        return answer

    async def write(self, fn: Callable[[Transaction], T], then: Callable[[T], None] | None = None) -> T:
        """What ``fn`` answers, once that is committed; ``then`` hears it before anybody hears of it."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def commit() -> Callable[[], object]:
            try:
                answer = self.run(fn)
            except Refusal as refusal:
                return lambda error=refusal: future.set_exception(error)

            def tell() -> None:
                if then is not None:
                    then(answer)
                future.set_result(answer)

            return tell

        self._take(commit)
        return await future

    def post(self, post: PostMessage, answer: Answer) -> None:
        """Store a message, and tell its sender."""

        def commit() -> Callable[[], object]:
            (outcome,) = self.run(lambda tx: posting.store(tx, [post]))
            return lambda: answer(post, outcome)

        self._take(commit)

    async def posted(self, post: PostMessage) -> Posted:
        """Store a message, and wait for it."""
        raise AssertionError("nobody posts by HTTP here")

    def _take(self, entry: Callable[[], Callable[[], object]]) -> None:
        self._waiting.append(entry)
        if len(self._waiting) == 1:
            self._loop.call_soon(self._commit)

    def _commit(self) -> None:
        waiting, self._waiting = self._waiting, []
        stage = self.stage
        events, changes, told = len(stage.events), len(stage.changes), len(stage.told)
        answers = [commit() for commit in waiting]
        for answer in answers:
            answer()
        self._told.append((stage.events[events:], stage.changes[changes:], stage.told[told:]))
        self._tell()

    def _tell(self) -> None:
        while self._telling and self._told:
            events, changes, told = self._told.popleft()
            if events or changes or told:
                self.deliver(events, changes, told)

    def hold_telling(self) -> None:
        """What is committed is not delivered for now."""
        self._telling = False

    def hold_reads(self) -> None:
        """What is read arrives later."""
        if self._reads is None:
            self._reads = []

    def release(self) -> None:
        """Everything arrives that was held back."""
        self._telling = True
        self._tell()
        reads, self._reads = self._reads or [], None
        for arrive in reads:
            arrive()


class Wire:
    """A writer whose peer reads at once, or not at all."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.stuck = False
        self.buffered: list[bytes] = []
        self.pings = 0
        self.reading = True
        self.closed: int | None = None

    def write(self, frames: bytes) -> None:
        if self.closed is not None:
            return
        if not self.stuck:
            self._client.heard(frames)
            return
        before = self.waiting
        self.buffered.append(frames)
        if before <= BUFFER_BYTES < self.waiting:
            self._client.connection.slowed()

    @property
    def waiting(self) -> int:
        """The bytes that the peer has not read."""
        return sum(map(len, self.buffered))

    def clog(self) -> None:
        """The peer reads no more."""
        self.stuck = True

    def unclog(self) -> None:
        """The peer reads what there is, and on."""
        self.stuck = False
        slow = self.waiting > BUFFER_BYTES
        buffered, self.buffered = self.buffered, []
        for frames in buffered:
            self._client.heard(frames)
        if slow and self.closed is None:
            self._client.connection.quickened()

    def ping(self) -> None:
        self.pings += 1

    def close(self, code: int, reason: str) -> None:
        assert reason
        self.closed = code

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


class Client:
    """A connection as its user sees it."""

    def __init__(self, hall: Hall, username: str, codec: str) -> None:
        self._hall = hall
        self._ids = count(1)
        self.username = username
        self.codec = codec
        self.wire = Wire(self)
        self.frames: list[Frame] = []
        self.on_frame: Callable[[Frame], object] = lambda frame: None
        self.connection: Connection
        self.dialogue: Dialogue

    def heard(self, frames: bytes) -> None:
        """Bytes from the server."""
        for _, payload in payloads(frames):
            frame: Frame = payload.decode() if self.codec == "text" else _DECODE[self.codec](payload)
            self.frames.append(frame)
            self.on_frame(frame)

    def say(self, type: str, **fields: Any) -> str:
        """Send a command; its id."""
        id = f"{self.username}-{next(self._ids)}"
        frame = {"type": type, "id": id, **fields}
        binary = self.codec == "msgpack"
        self.send(msgpack.packb(frame) if binary else json.dumps(frame).encode(), binary)
        return id

    def send(self, payload: bytes, binary: bool = False) -> None:
        """Send a frame as it is; unread it stays where the server does not read."""
        self.dialogue.receive(payload, binary)

    async def ask(self, type: str, **fields: Any) -> Frame:
        """What a command is answered."""
        id = self.say(type, **fields)
        await settle()
        answers = [frame for frame in self.frames if frame.get("id") == id]
        assert len(answers) == 1, f"exactly one reply, not {answers}"
        return answers[0]

    def take(self) -> list[Frame]:
        """What was heard since the last time."""
        frames, self.frames = self.frames, []
        return frames

    def types(self) -> list[str]:
        """The types of what was heard since the last time."""
        return [frame["type"] for frame in self.take()]

    @property
    def closed(self) -> int | None:
        """The code with which the server has closed."""
        return self.wire.closed


_DECODE: dict[str, Callable[[bytes], Frame]] = {"json": json.loads, "msgpack": msgpack.unpackb}


class Hall:
    """A running hub and who is connected to it."""

    def __init__(self, rate: int = COMMANDS_PER_SECOND, limits: HubLimits = LIMITS) -> None:
        self.loop = asyncio.get_running_loop()
        self.stage = stage = Stage()
        self.database = HallDatabase(stage, self.clock)
        self.tokens: dict[str, Credential] = {}
        self.metrics = Metrics()
        self.door = Door(self.database, self.database, Buckets(rate, self.loop.time), PlainFormatter())
        terms = Terms(
            verify=self._verify,
            now=self.clock,
            rooms=ROOMS_MAX,
            frame_bytes=65_536,
            commands_per_second=rate,
            heartbeat_seconds=HEARTBEAT_S,
            slow_reader_seconds=SLOW_READER_S,
            version="1",
            node="n1",
        )
        self.hub = Hub(self.database, self.door, terms, limits, self.metrics)
        self.database.deliver = self.hub.deliver
        stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
        stage.room("attic", join_role=Role.GUEST, post_role=Role.GUEST)
        stage.room("staff", join_role=Role.MODERATOR)
        stage.room("den", visibility=Visibility.PRIVATE)
        stage.place("den", "bob", RoomRole.MEMBER)

    def clock(self) -> int:
        """Unix milliseconds."""
        return STARTED_AT + HALF_AN_HOUR_MS + int(self.loop.time() * 1000)

    def _verify(self, token: str) -> Credential:
        if token not in self.tokens:
            raise BadCredential
        return self.tokens[token]

    def token(
        self, username: str, text: str, lifetime_s: int = FAR_S, scope: frozenset[Scope] | None = None
    ) -> Credential:
        """Sign in on another device; the token's text is what ``auth`` takes."""
        now = self.clock()
        self.stage.now = now
        signed = sign_in(self.stage, username, scope, text)
        self.tokens[text] = replace(signed, expires_at=now // 1000 + lifetime_s)
        self.stage.run(lambda tx: tx.sessions.rotate(signed.sid, 0, now, now + FAR_S * 1000, "192.0.2.1"))
        return self.tokens[text]

    async def connect(
        self, username: str, codec: str = "json", credential: Credential | None = None, **terms: Any
    ) -> Client:
        """A socket for many rooms."""
        client = Client(self, username, codec)
        credential = credential or self.token(username, f"{username}-{len(self.tokens)}", **terms)
        asker = await self.hub.admissions.admit(credential)
        self._let_in(client, Connection(*self._parts(client), asker, credential, "192.0.2.1"))
        client.connection.greet(None)
        await settle()
        return client

    async def chat(
        self, username: str, room: str, codec: str = "json", since: int | None = None, **terms: Any
    ) -> Client:
        """A socket for one room."""
        client = Client(self, username, codec)
        credential = self.token(username, f"{username}-{len(self.tokens)}", **terms)
        manager = self.hub.open(room)
        try:
            asker = await self.hub.admissions.admit(credential)
            entrance = await enter(self.door, credential, room, since, None)
            self._let_in(client, Connection(*self._parts(client), asker, credential, "192.0.2.1", room))
            client.connection.greet((manager, entrance))
        finally:
            self.hub.release(manager)
        await settle()
        return client

    def _parts(self, client: Client) -> tuple[Any, Any, Any]:
        return self.hub, client.wire, self.hub.encoders[client.codec]

    def _let_in(self, client: Client, connection: Connection) -> None:
        client.connection = connection
        client.dialogue = Dialogue(self.hub, connection)
        self.hub.add(connection)

    async def joined(self, username: str, *rooms: str, codec: str = "json", **terms: Any) -> Client:
        """A socket on which those rooms were joined; what was heard till then is forgotten."""
        client = await self.connect(username, codec, **terms)
        for room in rooms or ("lobby",):
            answer = await client.ask("join", room=room)
            assert answer["type"] == "ok", answer
        await self.quiet()
        client.take()
        return client

    async def do(self, username: str, command: Any) -> Any:
        """What a user does by HTTP."""
        answer = await self.database.write(lambda tx: command.run(tx, self.stage._asker(tx, username, None)))
        await settle()
        return answer

    async def change(self, fn: Callable[[Any], T]) -> T:
        """A write of the server's own."""
        answer = await self.database.write(fn)
        await settle()
        return answer

    def elsewhere(self, fn: Callable[[Any], T]) -> T:
        """What another process does to the database."""
        return self.database.run(fn)

    def log(self, slug: str = "lobby") -> list[Event]:
        """A room's log."""
        room = self.stage.seen(slug)
        return self.database.run(lambda tx: tx.log.events(room, 0, 100_000))

    async def quiet(self) -> None:
        """Nothing is left that is told a moment later."""
        await later(2 * TELL_SECONDS)


HALF_AN_HOUR_MS = 1_800_000  # within which the stage was set


@asynccontextmanager
async def opened(**settings: Any) -> AsyncIterator[Hall]:
    """A hall whose hub runs."""
    hall = Hall(**settings)
    hall.hub.start()
    await settle()
    try:
        yield hall
    finally:
        await hall.hub.stop()
