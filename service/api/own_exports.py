"""One's own data on their way: all that the server has of somebody, for them to take along.

It is read in one state of the database and sent as it is read, so it holds a connection for as long as it takes: there
are few at a time, one of each person, so that whoever takes theirs slowly keeps nobody else waiting; and each has to
come to an end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
from typing import TypeVar

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from service.chat.errors import Code, Refusal, Why
from service.chat.portable import Sources
from service.chat.records import User
from service.wire import portable

AT_ONCE = 2  # exports
EXPORT_SECONDS = 900.0  # in which an export has to be fetched
RETRY_SECONDS = 30.0  # by then another one may be done
ZIP = "application/zip"

T = TypeVar("T")

log = logging.getLogger("folkmoot.exports")


class OwnExports:
    """Hands out people's own data."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        # By whose they are. A thread for each, so that whatever becomes of one, its end comes after what it was doing.
        self._under_way: dict[int, ThreadPoolExecutor] = {}

    def begin(self, user: User) -> OwnExport:
        """An export, which whoever asked for it sends or closes."""
        if user.id in self._under_way:
            text = "You are fetching your data already; wait until that has ended."
            raise Refusal(Code.RATE_LIMITED, text, why=Why("exports_at_once"), retry_after=RETRY_SECONDS)
        if len(self._under_way) >= AT_ONCE:
            text = "Other people's data are being put together right now. Try again in a moment."
            raise Refusal(Code.UNAVAILABLE, text, retry_after=RETRY_SECONDS)
        self._under_way[user.id] = ThreadPoolExecutor(1, thread_name_prefix="export")
        return OwnExport(self, user.id, self._pieces(user))

    async def run(self, user_id: int, work: Callable[[], T]) -> T:
        """Do something of an export, after what is being done."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._under_way[user_id], work)
        except RuntimeError as stopped:
            raise Refusal(Code.UNAVAILABLE, "The server is stopping.", retry_after=RETRY_SECONDS) from stopped

    def end(self, user_id: int, close: Callable[[], None]) -> None:
        """Close an export, after what is being done; the next one may begin."""
        thread = self._under_way.pop(user_id)
        with suppress(RuntimeError):  # the server is stopping
            thread.submit(close)
        thread.shutdown(wait=False)

    def stop(self) -> None:
        """Let go of the threads."""
        for thread in list(self._under_way.values()):
            thread.shutdown(wait=True, cancel_futures=True)

    def _pieces(self, user: User) -> Generator[bytes, None, None]:
        with ExitStack() as held:
            source = held.enter_context(self._sources.person(user.id, user.username))
            yield from portable.packed(source.lines(), source.contents(), source.blob)


class OwnExport(StreamingResponse):
    """One export on its way. Each piece is read on a thread when the one before it has been sent."""

    def __init__(self, exports: OwnExports, user_id: int, pieces: Generator[bytes, None, None]) -> None:
        self._exports = exports
        self._user_id = user_id
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
            self._exports.end(self._user_id, self._pieces.close)

    async def _sent(self) -> AsyncIterator[bytes]:
        while piece := await self._exports.run(self._user_id, partial(next, self._pieces, b"")):
            yield piece
