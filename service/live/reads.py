"""How far people have read, on its way to the database.

Who reads along says so with every message, and who says something has read what stands above it. A write for each of
those would be a thousand for one message in a large room; so a position is written at once where the last one was
written a while ago, and otherwise together with all others a moment later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from service.chat.door import Door
from service.chat.errors import Refusal
from service.chat.events import ReadChanged, Told
from service.chat.ports import Database
from service.chat.reading import KeepReads, ReadRoom
from service.chat.records import Credential
from service.chat.roles import Scope
from service.live.connection import Connection
from service.live.registry import Registry

GATHER_SECONDS = 1.0  # how long positions are gathered

log = logging.getLogger("folkmoot.reads")


class Reads:
    """The positions that have not been written yet."""

    def __init__(
        self,
        database: Database,
        door: Door,
        registry: Registry,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._database = database
        self._door = door
        self._registry = registry
        self._spawn = spawn
        self._written: dict[tuple[int, str], float] = {}  # of this turn of gathering: when
        self._waiting: dict[tuple[int, str], int] = {}
        self._gathering = False

    async def read(self, credential: Credential, connection: Connection, room: str, seq: int) -> None:
        """Somebody says on a connection how far they have read; their other connections are told."""
        key = (connection.user_id, room)
        if key in self._written and seq >= self._waiting.get(key, 0):
            self._gather(key, seq)
        else:
            # Also a position before the last one, which is somebody's wish to have it unread.
            self._waiting.pop(key, None)
            self._written[key] = asyncio.get_running_loop().time()
            self._begin()
            await self._door.do(credential, ReadRoom(room, seq), counted=True)
        told = Told(frozenset({connection.user_id}), room, Scope.READ, ReadChanged(room, seq))
        for other in self._registry.of(told.users, ()):
            if other is not connection and other.concerned(told):
                other.tell(other.encoder.news(told.news))

    def said(self, user_id: int, room: str, seq: int) -> None:
        """Somebody said something: they have read what stands above it."""
        self._gather((user_id, room), seq)

    def _gather(self, key: tuple[int, str], seq: int) -> None:
        self._waiting[key] = max(seq, self._waiting.get(key, 0))
        self._begin()

    def _begin(self) -> None:
        if not self._gathering:
            self._gathering = True
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._end)

    def _end(self) -> None:
        waiting, self._waiting = self._waiting, {}
        self._written.clear()
        self._gathering = False
        if waiting:
            self._spawn(self._write(waiting))

    async def _write(self, waiting: dict[tuple[int, str], int]) -> None:
        try:
            await self._database.write(KeepReads(waiting).apply)
        except Refusal:
            log.warning("%d positions of readers were not written", len(waiting))
