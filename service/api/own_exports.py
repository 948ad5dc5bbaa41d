"""One's own data on their way: all that the server has of somebody, for them to take along.

It is read in one state of the database and sent as it is read, so it holds a connection for as long as it takes: there
is one at a time, and it has to come to an end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import TypeVar

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from service.chat.errors import Code, Refusal
from service.chat.portable import Sources
from service.chat.records import User
from service.wire import portable

EXPORT_SECONDS = 900.0  # in which an export has to be fetched
RETRY_SECONDS = 30.0  # by then another one may be done
ZIP = "application/zip"

T = TypeVar("T")

log = logging.getLogger("folkmoot.exports")


class OwnExports:
    """Hands out people's own data, to one after another."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._busy = False
        # One, so that whatever becomes of an export, its end comes after what it was doing.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="export")

    def begin(self, user: User) -> OwnExport:
        """An export, which whoever asked for it sends or closes."""
        if self._busy:
            text = "Somebody else's data are being put together right now. Try again in a moment."
            raise Refusal(Code.UNAVAILABLE, text, retry_after=RETRY_SECONDS)
        self._busy = True
        return OwnExport(self, self._pieces(user))

    async def run(self, work: Callable[[], T]) -> T:
        """Do something of an export, after what is being done."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except RuntimeError as stopped:
            raise Refusal(Code.UNAVAILABLE, "The server is stopping.", retry_after=RETRY_SECONDS) from stopped

    def ended(self) -> None:
        """The next one may begin."""
        self._busy = False

    def stop(self) -> None:
        """Let go of the thread."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _pieces(self, user: User) -> Generator[bytes, None, None]:
        with ExitStack() as held:
            source = held.enter_context(self._sources.person(user.id, user.username))
            yield from portable.packed(source.lines(), source.contents(), source.blob)


class OwnExport(StreamingResponse):
    """One export on its way. Each piece is read on a thread when the one before it has been sent."""

    def __init__(self, exports: OwnExports, pieces: Generator[bytes, None, None]) -> None:
        self._exports = exports
        self._pieces = pieces
        super().__init__(self._sent(), media_type=ZIP)
        self.headers["Content-Disposition"] = 'attachment; filename="folkmoot-export.zip"'
        self.headers["Cache-Control"] = "no-store"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, in the time that it has; what comes of one that is cut off is not a whole zip."""
        try:
            async with asyncio.timeout(EXPORT_SECONDS):
                await super().__call__(scope, receive, send)
        except TimeoutError:
            log.warning("an export took too long, and was cut off")
        finally:
            self._exports.ended()
            await self._exports.run(self._pieces.close)

    async def _sent(self) -> AsyncIterator[bytes]:
        while piece := await self._exports.run(partial(next, self._pieces, b"")):
            yield piece
