"""A WebSocket by plain ASGI: what a server that knows nothing of ours would carry, and no network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from service.app import Application

HOST = "127.0.0.1:8000"
ORIGIN = f"http://{HOST}"

Json = dict[str, Any]


class Socket:
    """One handshake, and the socket that it may become."""

    def __init__(self, app: Application, path: str, query: str, headers: list[tuple[str, str]], offers: list[str]):
        self._inbox: asyncio.Queue[Json] = asyncio.Queue()
        self._outbox: asyncio.Queue[Json] = asyncio.Queue()
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
            "client": ("192.0.2.1", 50_000),
            "server": ("127.0.0.1", 8_000),
            "subprotocols": offers,
            "state": {},
            "extensions": {"websocket.http.response": {}},
        }
        self._inbox.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.ensure_future(app(scope, self._inbox.get, self._send))
        self.subprotocol: str | None = None
        self.status = 0
        self.problem: Json = {}
        self.response_headers: dict[str, str] = {}
        self.close_code: int | None = None

    async def _send(self, message: Any) -> None:
        await self._outbox.put(message)

    async def answered(self) -> Socket:
        """The handshake's answer: 101, or a status with its problem."""
        first = await self._outbox.get()
        if first["type"] == "websocket.accept":
            self.status, self.subprotocol = 101, first.get("subprotocol")
            return self
        assert first["type"] == "websocket.http.response.start", first
        self.status = first["status"]
        self.response_headers = {name.decode(): value.decode() for name, value in first["headers"]}
        body = await self._outbox.get()
        assert not body.get("more_body")
        self.problem = json.loads(body["body"])
        await self._task
        return self

    async def raw(self) -> Any:
        """The next frame: text, or bytes. None is the end, whose code is then known."""
        message = await self._outbox.get()
        if message["type"] == "websocket.close":
            self.close_code = message["code"]
            return None
        return message.get("text") if message.get("bytes") is None else message["bytes"]

    async def next(self, *types: str) -> Any:
        """The next frame, or the next of these types, as JSON."""
        while True:
            text = await self.raw()
            if text is None:
                return None
            frame = json.loads(text)
            if not types or frame["type"] in types:
                return frame

    def say(self, **frame: Any) -> None:
        """Send a command."""
        self.send(json.dumps(frame))

    def send(self, text: str | bytes) -> None:
        """Send a frame."""
        kind = "text" if isinstance(text, str) else "bytes"
        self._inbox.put_nowait({"type": "websocket.receive", kind: text})

    async def end(self) -> None:
        """The peer goes away."""
        self._inbox.put_nowait({"type": "websocket.disconnect", "code": 1006})
        await self._task


@asynccontextmanager
async def dialled(
    app: Application,
    path: str = "/ws",
    *,
    token: str | None = None,
    query: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    offers: tuple[str, ...] = (),
    host: str | None = HOST,
) -> AsyncIterator[Socket]:
    """A handshake and its answer; ``token`` goes into the header."""
    sent = [*headers]
    if host is not None:
        sent.append(("Host", host))
    if token is not None:
        sent.append(("Authorization", f"Bearer {token}"))
    socket = Socket(app, path, query, sent, list(offers))
    try:
        yield await socket.answered()
    finally:
        await socket.end()
