"""uvicorn, as Folkmoot runs it: its settings in one place, and a stop that tells every connection first."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from types import FrameType

import uvicorn

from service.cli.listening import BACKLOG
from service.config import Settings
from service.live.http_protocol import http_protocol
from service.live.protocol import socket_protocol

KEEP_ALIVE_SECONDS = 30  # for which an idle HTTP connection is kept
STOP_SECONDS = 5  # for requests to end, when all sockets have been drained
FORCED_CHECK_SECONDS = 0.05  # how often a drain looks whether somebody has lost patience


class ChatServer(uvicorn.Server):
    """A server that announces itself once it listens, and at its end drains before it closes."""

    def __init__(
        self, config: uvicorn.Config, *, announce: Callable[[], Awaitable[None]], drain: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(config)
        self._announce = announce
        self._drain = drain

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.started:
            await self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nobody in any more, let those who are here go to another place one after another, then close."""
        for server in self.servers:
            server.close()
        drained = asyncio.ensure_future(self._drain())
        while not drained.done() and not self.force_exit:
            await asyncio.wait([drained], timeout=FORCED_CHECK_SECONDS)
        drained.cancel()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A first signal asks for an orderly end; a second one for an end.

        Unlike uvicorn's own, this does not raise the signal again when all is closed: an orderly end has status 0.
        """
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True


def configure(app: Callable[..., Awaitable[None]], current: Settings) -> uvicorn.Config:
    """How uvicorn is to run the application."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=http_protocol(current.handshake_seconds, current.slow_reader_seconds),
        ws=socket_protocol(current.write_buffer_bytes, current.handshake_seconds),
        lifespan="on",
        log_config=None,  # our own logging has been set up, and takes uvicorn's records too
        access_log=False,  # one line per request is written by us, without query strings
        server_header=False,
        backlog=BACKLOG,
        ws_max_size=current.frame_bytes,
        ws_ping_interval=None,  # the connection has a heartbeat of its own, to which any frame is life
        ws_ping_timeout=None,
        ws_per_message_deflate=False,  # 64 KiB a connection, and no frame could be shared
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        proxy_headers=bool(current.trusted_proxies),  # from strangers they are lies
        forwarded_allow_ips=list(current.trusted_proxies),
    )
