"""Somebody at a socket of lines (the text codec): what they type is a message, and what they read is lines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.e2e.house import House
from tests.e2e.programs import PATIENCE_SECONDS


class Typist:
    """``async with Typist(house, "bob", "lobby") as bob``: bob, in one room."""

    def __init__(self, house: House, username: str, slug: str, token: str | None = None) -> None:
        self._url = f"{house.room_url(slug)}?codec=text"
        self._headers = {"Authorization": f"Bearer {token or house.token(username)}"}
        self._socket: ClientConnection | None = None
        self.lines: list[str] = []

    async def __aenter__(self) -> Self:
        self._socket = await connect(
            self._url,
            additional_headers=self._headers,
            ping_interval=None,
            compression=None,
            open_timeout=PATIENCE_SECONDS,
            proxy=None,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._socket is not None:
            self._socket.transport.abort()
            await self._socket.wait_closed()

    async def type(self, text: str) -> None:
        """Say something."""
        assert self._socket is not None
        await self._socket.send(text)

    async def until(self, wanted: Callable[[str], bool]) -> str:
        """Read on until such a line comes."""
        assert self._socket is not None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    payload = await self._socket.recv()
                    assert isinstance(payload, str)
                    self.lines += payload.split("\n")
                    found = next(filter(wanted, payload.split("\n")), None)
                    if found is not None:
                        return found
        except TimeoutError:
            raise AssertionError(f"no such line came; last: {self.lines[-5:]}") from None

    async def until_closed(self) -> int | None:
        """Read on until the end; its code."""
        try:
            await self.until(lambda line: False)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else None
        raise AssertionError
