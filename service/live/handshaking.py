"""The handshake of a socket: uvicorn's, but that each has a deadline and an answer, whatever was sent."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import HeaderLineTooLong, RequestLineTooLong, TooManyHeaders
from websockets.http11 import Request

from service.chat.errors import Code
from service.live.unreadable import answer


class Handshaking(WebSocketsSansIOProtocol):
    """One socket until it is accepted or refused, which has to be within ``handshake_seconds``."""

    handshake_seconds = 10.0

    _refused = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The HTTP protocol has seen an upgrade request, and hands the transport over."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(self.handshake_seconds, self._overdue)

    def _overdue(self) -> None:
        """The application has not answered the handshake in time."""
        self._deadline = None
        if not self.handshake_complete:
            self.transport.abort()

    def end_handshake(self) -> None:
        """It is over, one way or the other: there is no deadline any more."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def data_received(self, data: bytes) -> None:
        """Bytes of the handshake; after a refusal, what still comes is nothing to anybody."""
        if self._refused:
            return
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated and not self._refused:
            self._answer_unreadable(self.conn.handshake_exc)

    def _answer_unreadable(self, error: Exception) -> None:
        """Answer a handshake that the library did not take. It has prepared a response, but nobody sends that."""
        match error:
            case RequestLineTooLong():
                self.refuse(HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long.", Code.TOO_LARGE)
            case HeaderLineTooLong() | TooManyHeaders():
                status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                self.refuse(status, "The headers of the handshake are too long.", Code.TOO_LARGE)
            case _:
                self.refuse(HTTPStatus.BAD_REQUEST, "The handshake can't be read.", Code.BAD_FRAME)

    def handle_connect(self, event: Request) -> None:
        """uvicorn's, but for a target that is not ASCII, which it would fail on."""
        if event.path.isascii():
            super().handle_connect(event)
        else:
            self.refuse(HTTPStatus.BAD_REQUEST, "The target of the request is not ASCII.", Code.BAD_FRAME)

    def refuse(self, status: HTTPStatus, detail: str, code: Code) -> None:
        """Answer what never reached the application, and close."""
        self.handshake_complete = self.close_sent = self._refused = True
        self.transport.write(answer(status, code, detail, self.default_headers))
        self.transport.close()

    async def send(self, message: Any) -> None:
        """uvicorn's, which forgets that a refusal with a body of its own completes the handshake too."""
        if message["type"] == "websocket.accept":
            self._accept(message.get("subprotocol"))
            return
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True

    def _accept(self, subprotocol: str | None) -> None:
        """Complete the handshake: as uvicorn does, without a log line that holds the query, and without the date."""
        if self.disconnected or self.transport.is_closing():
            raise ClientDisconnected
        if subprotocol is not None:
            self.response.headers["Sec-WebSocket-Protocol"] = subprotocol
        self.handshake_complete = True
        self.conn.send_response(self.response)
        self.transport.write(b"".join(self.conn.data_to_send()))
