"""What a request may bring in: how long its head and its body are, how slowly they come, and what they are.

A body is read when a route asks for it, so an unknown address stays 404 and a route without a body never waits for
one. ``HTTPException`` is what passes through the framework's own handling of bodies unchanged.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api import strict_json
from service.api.problems import Problem, problem
from service.api.streams import Stream, StreamBounds
from service.chat.errors import Refusal

URL_BYTES_MAX = 8_192  # path and query; longer is 414
HEAD_BYTES_MAX = 32_768  # names and values of all headers; more is 431
JSON_PATHS = "/api/"  # below this, a body is JSON, unless it is a file
UPLOADS = re.compile(r"/api/rooms/[^/]+/files\Z")  # the paths whose bodies are files, and go through piece by piece
HANG_UP = {"Connection": "close"}  # who was not listened to to the end may otherwise go on sending for ever

_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json(?:\s*;\s*charset=\"?utf-8\"?)?\s*\Z", re.IGNORECASE)
_BAD_PATH = re.compile("[\x00-\x1f\x7f\ufffd]")


@dataclass(frozen=True, slots=True)
class Intake:
    """ASGI middleware: refuse what is too long, too slow or not what it says. Sizes in bytes, time in seconds."""

    app: ASGIApp
    body_bytes: int
    body_seconds: float
    uploads: StreamBounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the head; hand on with a body that is bounded."""
        is_upload = scope["method"] == "POST" and UPLOADS.match(scope["path"]) is not None
        refusal = self._head(scope, Headers(scope=scope), is_upload)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        body = Stream(self.uploads, scope, receive, HANG_UP) if is_upload else Body(self, scope, receive)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and not body.complete:
                MutableHeaders(scope=message).update(HANG_UP)
            elif isinstance(body, Stream) and not body.complete and not message.get("more_body", False):
                await send({**message, "more_body": True})
                await body.linger()
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        await self.app(scope, body, answer)

    def _head(self, scope: Scope, headers: Headers, is_upload: bool) -> Problem | None:
        if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > URL_BYTES_MAX:
            return problem(414, f"The address is longer than {URL_BYTES_MAX:,} bytes.")
        if sum(len(name) + len(value) for name, value in scope["headers"]) > HEAD_BYTES_MAX:
            return problem(431, f"The headers are longer than {HEAD_BYTES_MAX:,} bytes.")
        if _BAD_PATH.search(scope["path"]):
            return problem(404, "There is nothing at this address.")
        if b"%00" in scope["query_string"]:
            return problem(400, "The address holds a NUL.")
        declared = headers.get("content-length", "")
        most, too_large = (
            (self.uploads.most, self.uploads.too_large) if is_upload else (self.body_bytes, self.too_large)
        )
        if declared and (len(declared) > 15 or not declared.isdecimal() or int(declared) > most):
            return problem(413, too_large, headers=HANG_UP)
        return None

    @property
    def too_large(self) -> str:
        """What is said of a body over the limit."""
        return f"A request's body has at most {self.body_bytes:,} bytes."


class Body:
    """The ``receive`` of one request: it answers with the whole body, checked, or raises what is wrong with it."""

    def __init__(self, intake: Intake, scope: Scope, receive: Receive) -> None:
        self._intake = intake
        self._scope = scope
        self._receive = receive
        self._read = False
        headers = Headers(scope=scope)
        self.complete = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
        """Whether nothing of it is still to come."""

    async def __call__(self) -> Message:
        """The next ASGI message; the first one is the whole body."""
        if self._read:
            return await self._receive()
        self._read = True
        try:
            async with asyncio.timeout(self._intake.body_seconds):
                body = await self._whole()
        except TimeoutError:
            raise HTTPException(408, "The request's body took too long.", HANG_UP) from None
        if body is None:
            return {"type": "http.disconnect"}
        if body and self._scope["path"].startswith(JSON_PATHS):
            self._check(body)
        return {"type": "http.request", "body": body, "more_body": False}

    async def _whole(self) -> bytes | None:
        body = bytearray()
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                return None
            body += message.get("body", b"")
            if len(body) > self._intake.body_bytes:
                raise HTTPException(413, self._intake.too_large, HANG_UP)
            if not message.get("more_body", False):
                self.complete = True
                return bytes(body)

    def _check(self, body: bytes) -> None:
        headers = Headers(scope=self._scope)
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise HTTPException(415, "Send the body without a content encoding.")
        if not _JSON.match(headers.get("content-type", "").strip()):
            raise HTTPException(415, "Send JSON, as application/json.")
        try:
            strict_json.check(body)
        except Refusal as refusal:
            raise HTTPException(refusal.status, refusal.message) from None
