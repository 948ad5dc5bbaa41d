"""The body of a request that is passed on piece by piece: an upload, bounded in bytes and in time.

Two bounds of time: one for each piece, so that who stalls is let go soon, and one for all of it, so that who sends a
byte now and then is let go, too.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

LINGER_SECONDS = 5.0  # for which a refused upload is still listened to


@dataclass(frozen=True, slots=True)
class StreamBounds:
    """Bytes and seconds of one upload, and the seconds in which its next piece must have come."""

    most: int
    seconds: float
    piece_seconds: float

    @property
    def too_large(self) -> str:
        """What is said of one over the limit."""
        return f"A file has at most {self.most:,} bytes."


class Stream:
    """The ``receive`` of one upload."""

    def __init__(self, bounds: StreamBounds, scope: Scope, receive: Receive, hang_up: dict[str, str]) -> None:
        headers = Headers(scope=scope)
        self.complete = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
        """Whether nothing of it is still to come."""
        self._bounds = bounds
        self._receive = receive
        self._hang_up = hang_up
        self._encoded = headers.get("content-encoding", "identity").lower() != "identity"
        self._size = 0
        self._until: float | None = None

    async def __call__(self) -> Message:
        """The next piece, or what is wrong with it."""
        if self.complete and self._until is not None:
            return await self._receive()
        if self._encoded:
            raise HTTPException(415, "Send the body without a content encoding.")
        now = asyncio.get_running_loop().time()
        if self._until is None:
            self._until = now + self._bounds.seconds
        try:
            async with asyncio.timeout(min(self._bounds.piece_seconds, max(0.0, self._until - now))):
                message = await self._receive()
        except TimeoutError:
            self.complete = True  # whatever still comes, nobody waits for it
            raise HTTPException(408, "The upload took too long.", self._hang_up) from None
        if message["type"] != "http.request":
            return message
        self._size += len(message.get("body", b""))
        self.complete = not message.get("more_body", False)
        if self._size > self._bounds.most:
            raise HTTPException(413, self._bounds.too_large, self._hang_up)
        return message

    async def linger(self) -> None:
        """Take what still comes of a refused upload, and drop it. To close on bytes that nobody has read is a reset,
        which takes the answer back: a browser would show its user a broken line, and not why."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while not self.complete:
                    message = await self._receive()
                    self.complete = message["type"] != "http.request" or not message.get("more_body", False)
