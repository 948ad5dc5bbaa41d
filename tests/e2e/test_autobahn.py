"""The cases by which WebSocket implementations have long been judged (Autobahn's test suite), against our protocol as
the server runs it. The cases want an echo, so that is what stands behind it here; compression is switched off in the
server and in the cases alike."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from kosoku import run_fuzzingclient

from service.cli.listening import listen
from service.cli.server import configure
from service.config import Settings
from service.live.outbox import Outbox, Tick
from service.live.protocol import EXTENSION, FolkmootProtocol
from service.wire.codecs import BINARY_FRAME, TEXT_FRAME, frame

pytestmark = pytest.mark.anyio

LARGEST_BYTES = 16 * 1024 * 1024  # which is what the largest of the cases sends
CASES_MIN = 300  # without the ones about compression
COMPRESSION = ["12.*", "13.*"]


class Echo:
    """Both the connection and what its client says, as the protocol knows them."""

    def __init__(self, protocol: FolkmootProtocol) -> None:
        self.alive = True
        self.outbox = Outbox(Tick(asyncio.get_running_loop()), lambda frames: None)
        self._protocol = protocol

    def receive(self, payload: bytes, binary: bool) -> None:
        """Say it back; what is no text is refused as a connection does it."""
        if not binary:
            try:
                payload.decode()
            except UnicodeDecodeError:
                self._protocol.close(1007, "not UTF-8")
                return
        self._protocol.write(frame(BINARY_FRAME if binary else TEXT_FRAME, payload))

    def charge(self) -> None:
        """Floods are not judged here."""

    def slowed(self) -> None:
        """An echo has nothing that it could leave out."""

    def quickened(self) -> None:
        """Nor to send later."""

    def lost(self) -> None:
        """Nor to tidy up."""


async def echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The application: it takes its sockets over as the real one does."""
    await receive()
    protocol = scope["extensions"][EXTENSION]
    await send({"type": "websocket.accept"})
    peer = Echo(protocol)
    protocol.take_over(peer, peer)


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """Where the echo is."""
    listener = listen("127.0.0.1", 0)
    config = configure(echo, Settings(data=tmp_path, frame_bytes=LARGEST_BYTES, _env_file=None))
    config.lifespan = "off"
    server = uvicorn.Server(config)
    with contextlib.closing(listener):
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving


async def test_every_case_is_passed(address: str) -> None:
    results = await run_fuzzingclient(address, exclude_cases=COMPRESSION, concurrency=8)
    assert len(results) >= CASES_MIN
    failed = [(result.case_id, result.result, result.result_close) for result in results if not result.passed]
    assert failed == []
