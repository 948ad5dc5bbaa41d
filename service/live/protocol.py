"""uvicorn's sans-I/O WebSocket protocol, with a short way between the socket and the connection.

Until a connection takes over, everything is uvicorn's: the handshake, the ASGI application, its refusals. After that
whole, unfragmented, masked data frames are unmasked here and handed to the connection; everything else (control
frames, fragments, whatever breaks the rules) goes to the websockets library one whole frame at a time, so that it
always stands at a frame boundary and judges as it always does.
"""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import Any, Protocol, cast

from websockets.frames import CloseCode, Frame, Opcode

from service.chat.errors import Code
from service.live.handshaking import Handshaking
from service.live.outbox import Outbox
from service.live.sender import Sender
from service.wire.closes import CLOSES, Close

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform without the compiled part
    from websockets.utils import apply_mask

log = logging.getLogger("folkmoot.sockets")

EXTENSION = "folkmoot.takeover"  # in the ASGI scope's extensions: the protocol itself
CLOSE_SECONDS = 5.0  # for a peer to answer a close frame, or to read what was written before; then it is aborted

# A frame's head (RFC 6455, section 5.2): two bytes, two or eight more of length, four of mask.
START_BYTES, MASK_BYTES = 2, 4
FIN_TEXT, FIN_BINARY, FIN_CLOSE = 0x81, 0x82, 0x88
# What may stand first: continuation, text or binary with and without FIN; close, ping and pong with it.
FIRST_BYTES = frozenset({0x00, 0x01, 0x02, 0x80, FIN_TEXT, FIN_BINARY, FIN_CLOSE, 0x89, 0x8A})
MASKED = 0x80  # in the second byte, with the length
SHORT_MAX = 125  # lengths up to here stand in the second byte itself; a control frame has no other


class Peer(Protocol):
    """The connection, as the protocol knows it."""

    alive: bool
    outbox: Outbox

    def slowed(self) -> None: ...
    def quickened(self) -> None: ...
    def lost(self) -> None: ...


class Listening(Protocol):
    """What the client says, as the protocol hands it on."""

    def receive(self, payload: bytes, binary: bool) -> None: ...
    def charge(self) -> None: ...


class FolkmootProtocol(Handshaking):
    """One socket. ``write_buffer_bytes`` may wait for its peer before that counts as slow."""

    write_buffer_bytes = 131_072

    peer: Peer | None = None
    _sender: Sender | None = None
    _partial: bytearray | None = None
    _needed = 0
    _fragments = False
    _failed = False

    def handle_parser_exception(self) -> None:
        """Answer what the library can't parse: before the handshake as HTTP, after it by its close frame."""
        if self.peer is not None:
            self._fail()
            return
        if self.handshake_initiated:
            super().handle_parser_exception()
            self.loop.call_later(CLOSE_SECONDS, self.transport.abort)  # closing waits for a peer that does not read
            return
        self.refuse(HTTPStatus.BAD_REQUEST, "The handshake can't be read.", Code.BAD_FRAME)

    async def run_asgi(self) -> None:
        """The application, which may leave its socket to a connection and return."""
        self.scope["extensions"][EXTENSION] = cast(Any, self)
        await super().run_asgi()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The application has returned; what only the handshake needed is let go (kilobytes, on ten thousand)."""
        super().on_task_complete(task)
        self.end_handshake()
        if self.peer is not None:
            del self.scope, self.request, self.response

    def take_over(self, peer: Peer, listening: Listening) -> None:
        """From now on the socket is ``peer``'s, and ``listening`` is told what its client says."""
        self.peer = peer
        self._receive = listening.receive
        self._charge = listening.charge
        self.queue = cast(Any, _NOBODY)
        self.transport.set_write_buffer_limits(self.write_buffer_bytes, self.write_buffer_bytes // 4)
        self._sender = Sender(self.transport, peer.outbox)
        # The base class closes the transport when the application returns, unless it waits for a close frame.
        self.close_timer = cast(Any, _OPEN)

    # What comes in

    def data_received(self, data: bytes) -> None:
        """Bytes from the socket."""
        peer = self.peer
        if peer is None:
            super().data_received(data)
            return
        if self._failed:
            return
        peer.alive = True
        if self._partial is not None:
            self._partial += data
            if len(self._partial) < self._needed:
                return
            data, self._partial = bytes(self._partial), None
        try:
            self._read_frames(data)
        except Exception:  # the event loop would abort the transport, and the client would not know what to think
            log.exception("a frame could not be taken")
            self._break_off(CloseCode.INTERNAL_ERROR, CLOSES[Close.INTERNAL].text)

    def _read_frames(self, data: bytes) -> None:
        at, size = 0, len(data)
        while at < size and not self._failed:
            if size - at < START_BYTES:
                self._keep(data[at:], START_BYTES)
                return
            first, second = data[at], data[at + 1]
            length, head = second & 0x7F, START_BYTES
            if second < MASKED or first not in FIRST_BYTES or (first >= FIN_CLOSE and length > SHORT_MAX):
                self._break_off(CloseCode.PROTOCOL_ERROR, "the frame breaks the rules of RFC 6455")
                return
            if length > SHORT_MAX:
                head += 2 if length == 126 else 8
                if size - at < head:
                    self._keep(data[at:], head)
                    return
                length = int.from_bytes(data[at + START_BYTES : at + head], "big")
                if length > self.config.ws_max_size:
                    self._break_off(CloseCode.MESSAGE_TOO_BIG, "the frame is over the limit")
                    return
            body = at + head + MASK_BYTES
            end = body + length
            if end > size:
                self._keep(data[at:], end - at)
                return
            if first == FIN_CLOSE:
                self.conn.current_size = None  # one may close in the middle of a message; the library takes it amiss
            if self.close_sent:
                if first == FIN_CLOSE:  # the answer to ours; the library would send a pong even now
                    self._by_library(data[at:end])
            elif (first == FIN_TEXT or first == FIN_BINARY) and not self._fragments:
                self._receive(apply_mask(data[body:end], data[body - MASK_BYTES : body]), first == FIN_BINARY)
            else:
                self._by_library(data[at:end])
            at = end

    def _keep(self, data: bytes, needed: int) -> None:
        self._partial = bytearray(data)
        self._needed = needed

    def _break_off(self, code: CloseCode, reason: str) -> None:
        self.conn.fail(code, reason)
        self._fail()

    def _fail(self) -> None:
        """The library has given its last word; nothing more is read into anything. The transport stays open for the
        peer to take that in: closing it on unread bytes would be a reset, which takes back what was sent."""
        self._failed = True
        self._partial = None
        self.write(b"".join(self.conn.data_to_send()))
        if self.close_sent or not self.transport.can_write_eof():
            self.transport.close()
        else:
            self.transport.write_eof()
            self.transport.resume_reading()
        self.close_sent = True
        self.loop.call_later(CLOSE_SECONDS, self.transport.abort)  # whether or not the peer has seen it
        if self.peer is not None:
            self.peer.lost()

    def _by_library(self, data: bytes) -> None:
        self.conn.receive_data(data)
        if self.conn.parser_exc is not None:
            self.handle_parser_exception()
            return
        for event in self.conn.events_received():
            self._handle(cast(Frame, event))

    def _handle(self, event: Frame) -> None:
        match event.opcode:
            case Opcode.TEXT | Opcode.BINARY:
                self.frames = [bytes(event.data)]
                self.curr_msg_data_type = "text" if event.opcode is Opcode.TEXT else "bytes"
                self._fragments = not event.fin
            case Opcode.CONT:
                self._charge()
                self.frames.append(bytes(event.data))
                self._fragments = not event.fin
            case Opcode.PING:
                self._charge()
                self.handle_ping()
                return
            case Opcode.PONG:
                self._charge()
                return
            case Opcode.CLOSE:
                self.handle_close(event)
                return
        if not self._fragments and not self.close_sent:
            frames, self.frames = self.frames, []
            self._receive(b"".join(frames), self.curr_msg_data_type == "bytes")

    # What goes out

    @property
    def waiting(self) -> int:
        """The bytes that the socket has not taken."""
        return self.transport.get_write_buffer_size()

    def write(self, frames: bytes) -> None:
        """Whole frames, beside the outbox's."""
        if self._sender is not None:
            self._sender.write(frames)

    def ping(self) -> None:
        """Ask for a sign of life."""
        if not self.close_sent and not self.transport.is_closing():
            self.write(b"\x89\x00")

    def handle_ping(self) -> None:
        """The library's pong."""
        self.write(b"".join(self.conn.data_to_send()))

    def close(self, code: int, reason: str) -> None:
        """Send a close frame; the peer has a few seconds to read it and to answer."""
        if self.close_sent or self.transport.is_closing():
            return
        self.close_sent = True
        self.conn.send_close(code, reason)
        self.write(b"".join(self.conn.data_to_send()))
        self.transport.resume_reading()
        self.close_timer = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def pause_reading(self) -> None:
        """Read nothing more for now."""
        if not self.transport.is_closing():
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        if not self.transport.is_closing():
            self.transport.resume_reading()

    def pause_writing(self) -> None:
        """The peer does not read."""
        super().pause_writing()
        if self.peer is not None:
            self.peer.slowed()

    def resume_writing(self) -> None:
        """The peer has read."""
        super().resume_writing()
        if self.peer is not None:
            self.peer.quickened()

    # The end

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is gone."""
        if self._sender is not None:
            self._sender.stop()
            self._sender = None
        self.end_handshake()
        if cast(object, self.close_timer) is _OPEN:
            self.close_timer = None
        super().connection_lost(exc)
        peer, self.peer = self.peer, None
        if peer is not None:
            peer.lost()

    def handle_close(self, event: Frame) -> None:
        """The peer closes, or answers our close."""
        if cast(object, self.close_timer) is _OPEN:
            self.close_timer = None
        super().handle_close(event)
        if self.peer is not None and not self.transport.is_closing():
            self.transport.close()

    def shutdown(self) -> None:
        """The server stops. The hub has sent off whom it could; nobody may hold it up."""
        if self.peer is not None:
            self.close(1012, "the server restarts")
            self.loop.call_later(1.0, self.transport.abort)
        else:
            super().shutdown()


class _Open:
    """Stands where uvicorn keeps the timer of a close under way, so that it leaves an open socket open."""

    def cancel(self) -> None:
        """There is nothing to cancel."""


_OPEN = _Open()


class _Nobody:
    """Stands where uvicorn queues what an application would receive, once there is none any more."""

    def put_nowait(self, message: object) -> None:
        """Nobody is told."""


_NOBODY = _Nobody()


def socket_protocol(write_buffer_bytes: int, handshake_seconds: float) -> type[FolkmootProtocol]:
    """The protocol with its settings, for uvicorn, which makes one for each socket and passes none."""
    settings = {"write_buffer_bytes": write_buffer_bytes, "handshake_seconds": handshake_seconds}
    return type("ConfiguredProtocol", (FolkmootProtocol,), settings)
