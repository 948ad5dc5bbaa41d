"""A server says when it listens, and at its end lets its people go first, unless somebody has lost patience."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import httpx
import pytest
import uvicorn

from service.cli.listening import listen
from service.cli.server import ChatServer


class House:
    """A server whose drain ends when the test says so."""

    def __init__(self) -> None:
        self.listener = listen("127.0.0.1", 0)
        self.announced, self.draining, self.drained = asyncio.Event(), asyncio.Event(), asyncio.Event()
        config = uvicorn.Config(self._answer, lifespan="off", log_config=None)
        self.server = ChatServer(config, announce=self._announce, drain=self._drain)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> asyncio.Task[None]:
        """Begin."""
        return asyncio.create_task(self.server.serve(sockets=[self.listener]))

    async def _announce(self) -> None:
        async with httpx.AsyncClient() as http:
            assert (await http.get(self.url)).status_code == 204, "who reads the line can connect"
        self.announced.set()

    async def _drain(self) -> None:
        self.draining.set()
        await self.drained.wait()

    @staticmethod
    async def _answer(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


@pytest.mark.anyio
async def test_people_are_let_go_before_the_server_closes_and_nobody_new_comes_in() -> None:
    house = House()
    serving = house.serve()
    await house.announced.wait()
    signal.raise_signal(signal.SIGTERM)
    await house.draining.wait()
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(house.url)
    assert not serving.done(), "it waits for the drain"
    house.drained.set()
    await serving


@pytest.mark.anyio
async def test_a_second_signal_ends_a_drain_that_takes_too_long() -> None:
    house = House()
    serving = house.serve()
    await house.announced.wait()
    signal.raise_signal(signal.SIGTERM)
    await house.draining.wait()
    signal.raise_signal(signal.SIGTERM)
    await serving
    assert not house.drained.is_set()
