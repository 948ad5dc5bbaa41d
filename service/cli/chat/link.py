"""Carrying out what a conversation decides: the socket, the requests beside it, the waiting.

Everything that happens is put into one inbox and told to the conversation in turn, so nothing in it can overlap.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from service.cli.account import Account, SignInFailed, Unreachable
from service.cli.chat import lines
from service.cli.chat.conversation import Conversation
from service.cli.chat.effects import Connect, Effect, FetchOlder, FetchSanctions, Leave, Renew, Send, Show, Stop, Wake
from service.cli.chat.sending import FAILED

OPEN_SECONDS = 10.0  # for a connection to be made
PING_SECONDS = 20.0  # between our pings; a server that answers none for as long is gone
CLOSE_SECONDS = 2.0  # for a farewell; then the connection is just dropped
FRAME_BYTES = 16 * 1024 * 1024  # a reset carries 50 messages of 4,000 code points, and their authors
OLDER_MESSAGES = 50
PAGE = 200  # of a list that is read to its end

Told = Callable[[], list[Effect]]


class Link:
    """One run of the terminal client."""

    def __init__(
        self, conversation: Conversation, account: Account, http: httpx.AsyncClient, show: Callable[[lines.Line], None]
    ) -> None:
        self._conversation = conversation
        self._account = account
        self._http = http
        self._show = show
        self._inbox: asyncio.Queue[Told] = asyncio.Queue()
        self._socket: ClientConnection | None = None
        self._connection: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, told: Told) -> None:
        """Something happened: ``told`` reports it to the conversation when its turn comes."""
        self._inbox.put_nowait(told)

    async def run(self) -> int:
        """Talk until it is over; the exit status."""
        self.tell(self._conversation.start)
        try:
            while True:
                told = await self._inbox.get()
                for effect in self._understood(told):
                    if isinstance(effect, Stop):
                        return effect.status
                    await self._perform(effect)
        finally:
            await self._end()

    def _understood(self, told: Told) -> list[Effect]:
        try:
            return told()
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            said = "The server sent something that is not of this protocol. Is there a Folkmoot of this version?"
            return [Show(lines.warning(said)), Stop(FAILED)]

    async def _perform(self, effect: Effect) -> None:
        match effect:
            case Show(line):
                self._show(line)
            case Send(frame):
                await self._send(frame)
            case Connect(seconds, renew):
                await self._hang_up()
                self._connection = self._begin(self._connect(seconds, renew))
            case Renew():
                self._begin(self._renew())
            case Wake(seconds):
                self._begin(self._wake(seconds))
            case FetchOlder(seq):
                self._begin(self._older(seq))
            case FetchSanctions(user, kinds):
                self._begin(self._sanctions(user, kinds))
            case Leave(username):
                self._begin(self._leave(username))

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _send(self, frame: dict[str, Any]) -> None:
        if self._socket is None:
            return
        try:
            await self._socket.send(json.dumps(frame, ensure_ascii=False))
        except ConnectionClosed:
            return  # the reader sees it too, and says with which code

    async def _connect(self, seconds: float, renew: bool) -> None:
        await asyncio.sleep(seconds)
        me = asyncio.current_task()

        def tell(told: Told) -> None:
            # What an abandoned connection still had to say is about a log that is replayed on the next one.
            self.tell(lambda: told() if self._connection is me else [])

        try:
            if renew:
                await self._account.renew()
            async with connect(
                _socket_url(self._http.base_url),
                additional_headers=self._bearer(),
                open_timeout=OPEN_SECONDS,
                ping_interval=PING_SECONDS,
                ping_timeout=PING_SECONDS,
                close_timeout=CLOSE_SECONDS,
                max_size=FRAME_BYTES,
                compression=None,
                user_agent_header=self._http.headers["User-Agent"],
            ) as socket:
                self._socket = socket
                await self._listen(socket, tell)
        except SignInFailed as failure:
            said = str(failure)
            tell(lambda: self._conversation.not_renewed(said))
        except InvalidStatus as refusal:
            status, problem, wait = _refusal(refusal)
            tell(lambda: self._conversation.refused(status, problem, wait))
        except (OSError, TimeoutError, Unreachable, InvalidHandshake) as failure:
            said = _unreachable(failure, self._http.base_url)
            tell(lambda: self._conversation.unreachable(said))

    async def _listen(self, socket: ClientConnection, tell: Callable[[Told], None]) -> None:
        try:
            while True:
                text = await socket.recv()
                tell(lambda text=text: self._conversation.received(json.loads(text)))  # type: ignore[misc]
        except ConnectionClosed as end:
            code = 1006 if end.rcvd is None else end.rcvd.code
            reason = "" if end.rcvd is None else end.rcvd.reason
            tell(lambda: self._conversation.closed(code, reason))
        finally:
            if self._socket is socket:
                self._socket = None

    async def _renew(self) -> None:
        try:
            await self._account.renew()
        except SignInFailed as failure:
            warning = lines.warning(f"{failure} This session ends when its token expires.")
            self.tell(lambda: [Show(warning)])
        except Unreachable:
            return  # the token's end closes the connection, and then it is tried again
        else:
            token = self._account.access_token
            self.tell(lambda: self._conversation.renewed(token))

    async def _wake(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.tell(self._conversation.woken)

    async def _older(self, seq: int) -> None:
        async def ask() -> None:
            path = f"/api/rooms/{self._conversation.room}/messages"
            page = (await self._request("GET", path, {"before": seq, "limit": OLDER_MESSAGES})).json()
            self.tell(lambda: self._conversation.older(page))

        await self._beside(ask)

    async def _sanctions(self, user: str, kinds: tuple[str, ...]) -> None:
        async def ask() -> None:
            found: list[dict[str, Any]] = []
            query: dict[str, Any] | None = {"limit": PAGE}
            while query is not None:
                page = (await self._request("GET", f"/api/rooms/{self._conversation.room}/sanctions", query)).json()
                found += page["items"]
                query = None if page["next"] is None else {"limit": PAGE, "cursor": page["next"]}
            self.tell(lambda: self._conversation.sanctions(user, kinds, found))

        await self._beside(ask)

    async def _leave(self, username: str) -> None:
        async def ask() -> None:
            await self._request("DELETE", f"/api/rooms/{self._conversation.room}/members/{username}")
            self.tell(self._conversation.left)

        await self._beside(ask)

    async def _beside(self, ask: Callable[[], Awaitable[None]]) -> None:
        try:
            await ask()
        except httpx.HTTPStatusError as refusal:
            said = _problem(refusal.response.content)
            self.tell(lambda: self._conversation.failed(said))
        except (httpx.HTTPError, SignInFailed, Unreachable, ValueError):
            self.tell(lambda: self._conversation.failed("The server did not answer; try again."))

    async def _request(self, method: str, path: str, query: dict[str, Any] | None = None) -> httpx.Response:
        response = await self._http.request(method, path, params=query, headers=self._bearer())
        if response.status_code == httpx.codes.UNAUTHORIZED:
            await self._account.renew()
            response = await self._http.request(method, path, params=query, headers=self._bearer())
        return response.raise_for_status()

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._account.access_token}"}

    async def _hang_up(self) -> None:
        task, self._connection = self._connection, None
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait([task])

    async def _end(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)


def _socket_url(base: httpx.URL) -> str:
    parts = urlsplit(str(base))
    scheme = "wss" if parts.scheme == "https" else "ws"
    return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/") + "/ws", "", ""))


def _refusal(refusal: InvalidStatus) -> tuple[int, str, float]:
    """Status, sentence and the seconds to wait, from a handshake that was not let in."""
    response = refusal.response
    wait = response.headers.get("Retry-After", "0")
    return response.status_code, _problem(bytes(response.body or b"")), float(wait) if wait.isdigit() else 0.0


def _problem(body: bytes) -> str:
    try:
        problem = json.loads(body)
    except ValueError:
        problem = None
    return lines.because(problem) if isinstance(problem, dict) else "The server refused, and did not say why."


def _unreachable(failure: Exception, base: httpx.URL) -> str:
    if isinstance(failure, Unreachable):
        return str(failure)
    return f"There is no connection to {base}: {str(failure) or type(failure).__name__}."
