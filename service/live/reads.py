"""How far people have read, on its way to the database.

Who reads along says so with every message, and who says something has read what stands above it. A write for each of
those would be a thousand for one message in a large room; so a position is written at once where the last one was
written a while ago, and otherwise together with all others a moment later. Whoever is about to be shown their own
position has what waits of it written first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from service.chat.door import Door
from service.chat.errors import Refusal
from service.chat.events import ReadChanged, Told
from service.chat.ports import Database
from service.chat.reading import KeepReads, ReadRoom
from service.chat.records import Credential, ReadState
from service.chat.roles import Scope
from service.live.connection import Connection
from service.live.registry import Registry
from service.live.room_manager import RoomManager

GATHER_SECONDS = 1.0  # how long positions are gathered

log = logging.getLogger("folkmoot.reads")


@dataclass(slots=True)
class Reader:
    """What one user said of themselves in this turn of gathering: by room, how far they have read, and of that what
    waits to be written."""

    user_id: int
    known: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)


class Reads:
    """The positions that have not been written yet."""

    def __init__(
        self,
        database: Database,
        door: Door,
        registry: Registry,
        room: Callable[[str], RoomManager | None],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._database = database
        self._door = door
        self._registry = registry
        self._room = room
        self._spawn = spawn
        self._readers: dict[str, Reader] = {}  # by the opaque id of their account, which a token has
        self._writing = asyncio.Lock()
        self._gathering = False

    async def read(self, connection: Connection, room: str, seq: int) -> None:
        """Somebody says on a connection how far they have read; their other connections are told."""
        reader = self._reader(connection)
        if self._follows(connection, reader, room, seq):
            reader.known[room] = reader.waiting[room] = seq
        else:
            # The first one, or one before the last, which is somebody's wish to have it unread.
            reader.known.pop(room, None)
            reader.waiting.pop(room, None)
            await self.settle(connection.credential.user_uid)
            state = await self._door.do(connection.credential, ReadRoom(room, seq), counted=True)
            reader.known[room] = seq = state.seq
        self._begin()
        told = Told(frozenset({connection.user_id}), room, Scope.READ, ReadChanged(room, seq))
        for other in self._registry.of(told.users, ()):
            if other is not connection and other.concerned(told):
                other.tell(other.encoder.news(told.news))

    def said(self, connection: Connection, room: str, seq: int) -> None:
        """Somebody said something on a connection: they have read what stands above it."""
        reader = self._reader(connection)
        if seq > reader.waiting.get(room, 0):
            reader.waiting[room] = seq
        self._begin()

    async def place(self, credential: Credential, room: str, seq: int) -> ReadState:
        """Somebody says by HTTP how far they have read; all their connections are told. What waits is older, and is
        written first: a moment later it would take an earlier position forward again."""
        await self.settle(credential.user_uid)
        return await self._door.do(credential, ReadRoom(room, seq, told=True))

    async def settle(self, user_uid: str) -> None:
        """Have written what waits of a user's positions: they are about to be shown them."""
        reader = self._readers.get(user_uid)
        if (reader is not None and reader.waiting) or self._writing.locked():
            await self._write([] if reader is None else [reader])

    async def stop(self) -> None:
        """Write what there is: the server is about to end."""
        await self._write_all()

    def _reader(self, connection: Connection) -> Reader:
        uid = connection.credential.user_uid
        reader = self._readers.get(uid)
        if reader is None:
            reader = self._readers[uid] = Reader(connection.user_id)
        return reader

    def _follows(self, connection: Connection, reader: Reader, room: str, seq: int) -> bool:
        """Whether a position goes on from one that was let through a moment ago, in a room that is heard there."""
        known, manager = reader.known.get(room), self._room(room)
        if known is None or manager is None or room not in connection.subs:
            return False
        return max(known, reader.waiting.get(room, 0)) <= seq <= (manager.head or 0)

    def _begin(self) -> None:
        if not self._gathering:
            self._gathering = True
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._end)

    def _end(self) -> None:
        self._gathering = False
        if any(reader.waiting for reader in self._readers.values()):
            self._spawn(self._write_all())
        else:
            self._readers.clear()

    async def _write_all(self) -> None:
        readers, self._readers = self._readers, {}  # not before the writing begins, so that ``settle`` waits for it
        await self._write(list(readers.values()))

    async def _write(self, readers: list[Reader]) -> None:
        async with self._writing:
            reads: dict[tuple[str, int], list[int]] = {}
            for reader in readers:
                waiting, reader.waiting = reader.waiting, {}
                for place in waiting.items():
                    reads.setdefault(place, []).append(reader.user_id)
            if not reads:
                return
            try:
                await self._database.write(KeepReads(reads).apply)
            except Refusal:
                log.warning("%d positions of readers were not written", sum(map(len, reads.values())))
