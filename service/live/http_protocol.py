"""uvicorn's HTTP protocol, with the deadlines and the bounds that it lacks."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from service.chat.errors import Code
from service.live.unreadable import answer

URL_BYTES = 16_384  # RFC 9112, section 3, asks for 8,000 at least
HEAD_BYTES = 65_536  # of one request: its URL and headers, or its trailers
CHUNK_BYTES = 12  # around each chunk of a body: its length, two ends of lines
CLOSE_SECONDS = 5.0  # for a client to take in why it was refused; then it is aborted


class FolkmootHTTP(HttpToolsProtocol):
    """One HTTP connection. Half a request would hold it for ever, and a head without an end would fill the memory: a
    head has to come in time, and may not be longer than anybody needs."""

    handshake_seconds = 10.0
    slow_reader_seconds = 30.0

    _stalled: asyncio.TimerHandle | None = None
    _unread = 0  # bytes that waited for the client when it was last looked at
    _deadline: asyncio.TimerHandle | None = None
    _surplus = 0  # bytes of this request, in later segments than its first, that are no body
    _refused = False
    _refusal = (HTTPStatus.BAD_REQUEST, Code.BAD_FRAME, "The request can't be read.")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Bytes from the socket. The parser keeps what has no end yet, and would keep any amount of it."""
        if self._refused:
            return  # what still comes is nothing to anybody
        self._surplus += len(data)
        super().data_received(data)
        if self._surplus > HEAD_BYTES and not self._refused:
            self._too_long()
            self._refuse()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._surplus = 0
        self._await_head()

    def on_url(self, url: bytes) -> None:
        """A piece of the URL."""
        super().on_url(url)
        if len(self.url) > URL_BYTES:
            self._refusal = (HTTPStatus.REQUEST_URI_TOO_LONG, Code.TOO_LARGE, "The address is too long.")
            raise ValueError("the address is too long")  # ends the parsing; it is answered in send_400_response

    def on_headers_complete(self) -> None:
        """Its head is there."""
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._too_long()
            raise ValueError("the head is too long")
        self._head_is_there()
        super().on_headers_complete()

    def on_chunk_header(self) -> None:
        """A chunk of a body begins."""
        self._surplus -= CHUNK_BYTES

    def on_body(self, body: bytes) -> None:
        """A piece of the body, which is for the application to bound."""
        self._surplus -= len(body)
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """The parser has given up, on its own or because we had it."""
        self._refuse()

    def pause_writing(self) -> None:
        """The client takes in less than it is sent. Who takes in nothing is not waited for for ever."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._unwatch()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._head_is_there()
        self._unwatch()
        super().connection_lost(exc)

    def timeout_keep_alive_handler(self) -> None:
        """Closing waits for a peer that does not read; aborting does not."""
        if not self.transport.is_closing():
            if self.transport.get_write_buffer_size():
                self.transport.abort()
            else:
                self.transport.close()

    def _too_long(self) -> None:
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        self._refusal = (status, Code.TOO_LARGE, "The headers of the request are too long.")

    def _refuse(self) -> None:
        """Say why, and read no more. The transport stays open for the client to take that in: closing it on unread
        bytes would be a reset, which takes back what was sent."""
        self._refused = True
        self._head_is_there()
        midway = self._give_up_answering()
        if self.transport.is_closing():
            return
        if not midway:  # a second answer within the first would be taken for a part of it
            self.transport.write(answer(*self._refusal, self.server_state.default_headers))
        if midway or not self.transport.can_write_eof():
            self.transport.close()
            return
        self.transport.write_eof()
        self.flow.resume_reading()
        self._deadline = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def _give_up_answering(self) -> bool:
        """Have the application know, if it is at work for this connection; whether it has begun to answer."""
        cycle = cast(RequestResponseCycle | None, self.cycle)
        if cycle is None or cycle.response_complete:
            return False
        cycle.disconnected = True
        cycle.message_event.set()
        return cycle.response_started

    def _watch(self) -> None:
        self._unread = self.transport.get_write_buffer_size()
        self._stalled = self.loop.call_later(self.slow_reader_seconds, self._look)

    def _look(self) -> None:
        """Slow is no stall: whoever has taken in something gets as long again."""
        if self.transport.get_write_buffer_size() < self._unread:
            self._watch()
        else:
            self.transport.abort()

    def _unwatch(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _await_head(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.handshake_seconds, self.transport.abort)

    def _head_is_there(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def http_protocol(handshake_seconds: float, slow_reader_seconds: float = 30.0) -> type[FolkmootHTTP]:
    """The protocol with its deadlines, for uvicorn, which makes one for each connection and passes none."""
    deadlines = {"handshake_seconds": handshake_seconds, "slow_reader_seconds": slow_reader_seconds}
    return type("ConfiguredHTTP", (FolkmootHTTP,), deadlines)
