"""The connections of a room as those who moderate it see them, and the end of one of them.

What is decided is ``chat.connections``'; here it is looked up who is there, and closed.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from itertools import islice

from service.chat.connections import Connected, DropConnection, ListConnections, prefix_of
from service.chat.door import Door
from service.chat.errors import invalid
from service.chat.ports import Page
from service.chat.records import Credential
from service.live.connection import Connection
from service.live.registry import Registry
from service.live.room_manager import RoomManager
from service.live.subscription import Subscription
from service.live.terms import Terms
from service.wire.closes import Close

NUMBER_DIGITS = 8  # hexadecimal, at least: ids of one node then sort as their connections came

_NUMBER = re.compile(r"[0-9a-f]{8,16}\Z")


class Connections:
    """Who is connected to this node, room by room."""

    def __init__(self, registry: Registry, room: Callable[[str], RoomManager | None], door: Door, terms: Terms) -> None:
        self._registry = registry
        self._room = room
        self._door = door
        self._terms = terms
        self._prefix = f"c{terms.node}"

    async def listed(self, credential: Credential, slug: str, page: Page) -> list[Connected]:
        """A page of a room's connections, the oldest first. Who may not see them is refused before anything is looked
        for: it would cost the more the more are here."""
        after = self._after(page.cursor)
        await self._door.ask(credential, ListConnections(slug, ()))
        manager = self._room(slug)
        there = (
            (connection, sub)
            for connection in self._registry
            if connection.number > after and (sub := connection.subs.get(slug)) is not None
        )
        found = () if manager is None else (self._seen(manager, *pair) for pair in islice(there, page.limit))
        return await self._door.ask(credential, ListConnections(slug, list(found)), counted=True)

    async def drop(self, credential: Credential, slug: str, id: str, reason: str | None) -> None:
        """End a connection that is in the room, once it is written down who did so. On a socket for many rooms that is
        the end of all of them."""
        connection = self._registry.get(self._number(id))
        if connection is not None and slug not in connection.subs:
            connection = None
        user_id = None if connection is None else connection.user_id
        await self._door.do(credential, DropConnection(slug, id, user_id, reason))
        if connection is not None:
            connection.close(Close.DROPPED)

    def _seen(self, manager: RoomManager, connection: Connection, sub: Subscription) -> Connected:
        age = asyncio.get_running_loop().time() - connection.since
        return Connected(
            id=f"{self._prefix}{connection.number:0{NUMBER_DIGITS}x}",
            user=connection.username,
            sid=connection.sid,
            since=self._terms.now() - int(age * 1000),
            address=prefix_of(connection.address),
            codec=connection.encoder.codec.name,
            behind=manager.is_behind(sub),
            lag=manager.lag(sub),
            queue=connection.queue,
        )

    def _number(self, id: str) -> int:
        """The number that stands in an id; 0, which is nobody's, in what is none of ours."""
        digits = id.removeprefix(self._prefix)
        return int(digits, 16) if digits != id and _NUMBER.match(digits) else 0

    def _after(self, cursor: str | None) -> int:
        if cursor is None:
            return 0
        number = self._number(cursor)
        if not number:
            raise invalid("cursor", "this is no cursor that the server gave out")
        return number
