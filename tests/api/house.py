"""A whole server without a socket: every part as ``create_app`` fits it together, on a database in a folder of the
test's, reached by ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from service.app import Application, create_app
from service.chat import demo
from service.config import Settings

URL = "http://127.0.0.1:8000"
PASSWORD = demo.PASSWORD

Json = dict[str, Any]


class House:
    """The server, and requests to it by name of who asks."""

    def __init__(self, app: Application, http: httpx.AsyncClient) -> None:
        self.app = app
        self.http = http
        self._tokens: dict[str, str] = {}

    async def sign_in(self, username: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        """The answer of the token endpoint."""
        form = {"grant_type": "password", "username": username, "password": password, **more}
        return await self.http.post("/oauth/token", data=form)

    async def token(self, username: str, password: str = PASSWORD, **more: str) -> str:
        """A new access token."""
        answer = await self.sign_in(username, password, **more)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def ask(self, who: str | None, method: str, path: str, body: object = None) -> httpx.Response:
        """A request of somebody's, who stays signed in from one to the next; nobody's if it is None."""
        if who is not None and who not in self._tokens:
            self._tokens[who] = await self.token(who)
        return await self.ask_with(None if who is None else self._tokens[who], method, path, body)

    async def ask_with(self, token: str | None, method: str, path: str, body: object = None) -> httpx.Response:
        """A request with that token."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return await self.http.request(method, path, headers=headers, json=body)


@asynccontextmanager
async def open_house(folder: Path, *, cast: bool = True, **settings: Any) -> AsyncIterator[House]:
    """A server that runs on that data directory; ``cast``: with the demonstration's users and rooms in it."""
    app = create_app(Settings(data=folder, _env_file=None, **settings))
    async with _running(app):
        if cast:
            await demo.seed(app.parts.database, app.parts.passwords)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as http:
            yield House(app, http)


def code_of(answer: httpx.Response) -> str:
    """The code of a refusal, or ``ok``. A refusal is a whole problem document, of the status that it says."""
    if answer.is_success:
        return "ok"
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["detail"]
    return str(problem["code"])


@asynccontextmanager
async def _running(app: Application) -> AsyncIterator[None]:
    """Start the application as a server does (ASGI's lifespan), and stop it."""
    inbox: asyncio.Queue[Json] = asyncio.Queue()
    outbox: asyncio.Queue[Json] = asyncio.Queue()

    async def send(message: Any) -> None:
        outbox.put_nowait(message)

    life = asyncio.ensure_future(app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, inbox.get, send))

    async def reach(phase: str) -> None:
        inbox.put_nowait({"type": f"lifespan.{phase}"})
        answer = await outbox.get()
        assert answer["type"] == f"lifespan.{phase}.complete", answer

    await reach("startup")
    try:
        yield
    finally:
        await reach("shutdown")
        await life
