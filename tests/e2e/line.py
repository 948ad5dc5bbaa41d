"""A well-behaved client on a socket: it says commands, hears replies, events and notices, and keeps each room's log."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from tests.e2e.house import House
from tests.e2e.programs import PATIENCE_SECONDS

Frame = dict[str, Any]
ABNORMAL = 1006  # gone without a close frame (RFC 6455, section 7.4.1)


class Hung(Exception):
    """The line was closed, with this code, before what one waited for came."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the socket was closed with {code}")
        self.code = code


class Room:
    """What a client knows of one room: the events that it was given, and from where on."""

    def __init__(self, entered: Frame) -> None:
        self.epoch: str = entered["epoch"]
        self.began_at: int = entered["seq"]
        self.seq: int = entered["seq"]
        self.events: list[Frame] = []

    def take(self, event: Frame) -> None:
        """The next event: exactly the next one, or the contract is broken."""
        assert event["seq"] == self.seq + 1, f"after {self.seq} came {event['seq']} in {event['room']}"
        self.seq = event["seq"]
        self.events.append(event)

    def resume(self, entered: Frame) -> None:
        """What a join with ``since`` and ``epoch`` answered."""
        assert "reset" not in entered, "what was missed can be replayed"
        assert entered["epoch"] == self.epoch
        for event in entered["events"]:
            self.take(event)
        assert entered["seq"] == self.seq, "the replay ends where the room stands"

    @property
    def messages(self) -> list[Frame]:
        """The messages among the events."""
        return [event["message"] for event in self.events if event["type"] == "message.posted"]


class Line:
    """``async with Line(house, "bob") as bob``: bob's socket for many rooms, or for one if ``only`` names it.

    ``query`` is what more stands in the address: a ``ticket``, which then is the only credential, ``codec="msgpack"``,
    ``since`` and ``epoch``. ``rooms`` may come from an earlier line, whose place this one then takes.
    """

    def __init__(
        self, house: House, username: str, *, token: str | None = None, only: str | None = None, **query: object
    ) -> None:
        self._house = house
        self._headers = {} if "ticket" in query else {"Authorization": f"Bearer {token or house.token(username)}"}
        self._only = only
        self._query = query
        self._binary = query.get("codec") == "msgpack"
        self._ids = itertools.count(1)
        self._replies: dict[str, asyncio.Future[Frame]] = {}
        self._changed = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None
        self._socket: ClientConnection | None = None
        self._broken: Exception | None = None
        self.username = username
        self.rooms: dict[str, Room] = {}
        self.notices: list[Frame] = []
        self.order: list[Frame] = []
        """Everything but presence, in the order in which it came."""
        self.hello: Frame = {}
        self.code: int | None = None
        """What the socket was closed with, once it is."""

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.hang_up()

    async def connect(self) -> None:
        """Come in, and hear the hello."""
        url = self._house.socket_url if self._only is None else self._house.room_url(self._only)
        self._socket = await connect(
            f"{url}?{urlencode(self._query)}",
            additional_headers=self._headers,
            max_size=None,
            max_queue=None,  # a test that wants to be slow does not read; the library does not decide it
            ping_interval=None,
            compression=None,
            open_timeout=PATIENCE_SECONDS,
            proxy=None,
        )
        self.hello = self._read_frame(await self._socket.recv())
        assert self.hello["type"] == "hello"
        if self._only is not None:
            self.rooms.setdefault(self._only, Room(self.hello["joined"]))
        self._reader = asyncio.create_task(self._read(self._socket))

    async def hang_up(self) -> None:
        """Go, without a word if that is how it is."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        if self._socket is not None:
            self._socket.transport.abort()
            await self._socket.wait_closed()

    # Saying

    def say(self, type: str, **fields: object) -> asyncio.Future[Frame]:
        """Say a command; its reply, when it comes."""
        assert self._socket is not None
        id = str(next(self._ids))
        reply: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        if self._socket.state is not State.OPEN or self._socket.transport.is_closing():
            _break(reply, self.code or ABNORMAL)
            return reply
        self._replies[id] = reply
        # Past the library's coroutine, which would have to be awaited before the next one may be said.
        command = {"type": type, "id": id, **fields}
        if self._binary:
            self._socket.protocol.send_binary(msgpack.packb(command))
        else:
            self._socket.protocol.send_text(json.dumps(command).encode())
        self._socket.send_data()
        return reply

    async def ask(self, type: str, **fields: object) -> Frame:
        """Say a command, and wait for its reply, whatever that is."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.say(type, **fields)

    async def do(self, type: str, **fields: object) -> Frame:
        """Say a command that has to succeed."""
        reply = await self.ask(type, **fields)
        assert reply["type"] == "ok", reply
        return reply

    async def join(self, slug: str) -> Frame:
        """Enter a room, from where one was in it before if one was."""
        known = self.rooms.get(slug)
        place = {} if known is None else {"since": known.seq, "epoch": known.epoch}
        return await self.do("join", room=slug, **place)

    async def send(self, slug: str, text: str, **fields: object) -> Frame:
        """Post a message that has to be taken; the message."""
        message: Frame = (await self.do("send", room=slug, text=text, **fields))["message"]
        return message

    # Hearing

    async def until(self, done: Callable[[], bool], what: str = "what was waited for") -> None:
        """Wait until ``done`` says so; it is asked after each frame."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not done():
                    if self._broken is not None:
                        raise self._broken
                    if self.code is not None:
                        raise Hung(self.code)
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"{what} did not come to {self.username}; last: {self.order[-5:]}") from None

    async def until_seq(self, slug: str, seq: int) -> None:
        """Wait until the room's event with this seq is there."""
        await self.until(lambda: self.rooms[slug].seq >= seq, f"{slug} {seq}")

    async def until_notice(self, type: str, **fields: object) -> Frame:
        """Wait for a notice of this type that has these fields."""
        wanted = {"type": type, **fields}
        await self.until(lambda: any(wanted.items() <= notice.items() for notice in self.notices), str(wanted))
        return next(notice for notice in self.notices if wanted.items() <= notice.items())

    async def until_closed(self) -> int:
        """Wait for the end; its code."""
        try:
            await self.until(lambda: False, "the end")
        except Hung as hung:
            return hung.code
        raise AssertionError

    def hear_nothing(self) -> None:
        """Stop reading: the server's bytes pile up from now on, first here in the kernel and then there."""
        assert self._socket is not None
        self._socket.transport.pause_reading()

    def hear_again(self) -> None:
        """Read on."""
        assert self._socket is not None
        self._socket.transport.resume_reading()

    async def _read(self, socket: ClientConnection) -> None:
        code = ABNORMAL
        try:
            while True:
                self._take(self._read_frame(await socket.recv()))
                self._changed.set()
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd is not None else ABNORMAL
        except Exception as broken:
            self._broken = broken  # a promise of the contract: whoever waits here is to learn which
        finally:
            self.code = code
            replies, self._replies = self._replies, {}
            for reply in replies.values():
                _break(reply, code)
            self._changed.set()

    def _read_frame(self, payload: str | bytes) -> Frame:
        frame: Frame = msgpack.unpackb(payload) if self._binary else json.loads(payload)
        return frame

    def _take(self, frame: Frame) -> None:
        if frame["type"] not in ("presence", "typing"):
            self.order.append(frame)
        if "id" in frame:
            self._enter(frame)
            reply = self._replies.pop(frame["id"], None)
            if reply is not None and not reply.done():
                reply.set_result(frame)
        elif "seq" in frame and "room" in frame and "at" in frame:
            room = frame["room"]  # in room.changed it is the room itself
            self.rooms[room["slug"] if isinstance(room, dict) else room].take(frame)
        else:
            self.notices.append(frame)

    def _enter(self, reply: Frame) -> None:
        """The reply to a join takes effect before the next frame is looked at, which may be a live event."""
        if reply["type"] != "ok" or "epoch" not in reply:
            return
        known = self.rooms.get(reply["room"]["slug"])
        if known is None or "reset" in reply:
            self.rooms[reply["room"]["slug"]] = Room(reply)
        else:
            known.resume(reply)


async def whole_log(house: House, slug: str) -> list[Frame]:
    """All that ever happened in a room, as ann reads it."""
    async with Line(house, "ann") as reader:
        events: list[Frame] = (await reader.do("join", room=slug, since=0))["events"]
    return events


def _break(reply: asyncio.Future[Frame], code: int) -> None:
    if not reply.done():
        reply.set_exception(Hung(code))
        reply.exception()  # it counts as asked for: whoever hangs up need not ask
