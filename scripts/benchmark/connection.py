"""One client's socket: it connects, sits down in its room, listens, and if its seat says so talks.

What is read goes through a stage at a time: the answer to the handshake, the greeting, then the room. A connection
that only listens hands what it gets straight to its reader; nothing stands between them on the hot path.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from .dialects import BadFrame, Dialect, Seat
from .frames import END_OF_HEAD, PONG, TEXT, client_frame, server_frame, upgraded
from .reader import Reader
from .tape import Tape

LOOPBACK = "127.0.0.1"


class Connection:
    """One socket to one server."""

    __slots__ = (
        "_dialect",
        "_on_replies",
        "_on_seated",
        "_port",
        "_seen",
        "_unread",
        "_unsent",
        "answered",
        "latencies",
        "reader",
        "said",
        "seat",
        "seated",
        "sender",
        "sock",
        "take",
    )

    def __init__(self, dialect: Dialect, port: int, seat: Seat, sender: int, tape: Tape) -> None:
        self._dialect = dialect
        self._port = port
        self.seat = seat
        self.sender = sender
        self.reader = Reader(tape, self._pong)
        self.said = 0
        self.answered = 0
        self.seated = False
        self.latencies: list[int] | None = None  # ns, of every message, where a sample is taken
        self.take: Callable[[bytes | memoryview], None] = self._upgrading
        self._on_seated: Callable[[Connection], None] = _ignore
        self._on_replies: Callable[[Connection, int], None] = _ignore_replies
        self._unread = b""
        self._unsent = b""
        self._seen = 0
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def open(self, on_seated: Callable[[Connection], None]) -> None:
        """Begin to connect; `writable` goes on with it, and `on_seated` is called in the end."""
        self._on_seated = on_seated
        self._unsent = self._dialect.request(self.seat, self._port)
        self.sock.connect_ex((LOOPBACK, self._port))

    def writable(self) -> bool:
        """Send what is left to be sent; whether that was all of it."""
        error = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise BadFrame(f"a connection could not be made: error {error}")
        unsent, self._unsent = self._unsent, b""
        self._send(unsent)
        return not self._unsent

    @property
    def blocked(self) -> bool:
        """Whether bytes wait for the server to read."""
        return bool(self._unsent)

    def _send(self, data: bytes) -> None:
        if self._unsent:
            self._unsent += data
            return
        try:
            sent = self.sock.send(data) if data else 0
        except BlockingIOError:
            sent = 0
        self._unsent = data[sent:]

    def _pong(self, payload: bytes) -> None:
        self._send(client_frame(payload, PONG))

    def _upgrading(self, chunk: bytes | memoryview) -> None:
        self._unread += bytes(chunk)
        head, end, rest = self._unread.partition(END_OF_HEAD)
        if not end:
            return
        if not upgraded(head):
            raise BadFrame(f"the handshake was refused: {self._unread[:500].decode(errors='replace')}")
        self._unread = b""
        self.take = self._greeting
        if self._dialect.after_upgrade(self.seat):
            self._sit(0)
        if rest:
            self.take(rest)

    def _greeting(self, chunk: bytes | memoryview) -> None:
        data = self._unread + bytes(chunk)
        at = 0
        while not self.seated and (found := server_frame(data, at)):
            opcode, begin, at = found
            if opcode == TEXT:
                answer, last_key = self._dialect.greet(self.seat, data[begin:at])
                self._send(answer)
                if last_key is not None:
                    self._sit(last_key)
        self._unread = data[at:]
        if self.seated and self._unread:
            rest, self._unread = self._unread, b""
            self.take(rest)

    def _sit(self, last_key: int) -> None:
        self.seated = True
        if self.seat.room is not None:
            self.reader.tape.follow(last_key)
        self.take = self._talking if self.seat.talks else self.reader.read
        self._on_seated(self)

    def talk(self, on_replies: Callable[[Connection, int], None]) -> None:
        """From now on tell when replies to what was said have come."""
        self._on_replies = on_replies

    def sample(self) -> None:
        """Keep the latency of every message received here, from now on."""
        self.latencies = []
        self._seen = self.reader.passed
        if not self.seat.talks:
            self.take = self._sampling

    def stop_sampling(self) -> list[int]:
        taken, self.latencies = self.latencies or [], None
        if not self.seat.talks:
            self.take = self.reader.read
        return taken

    def _sampling(self, chunk: bytes | memoryview) -> None:
        self.reader.read(chunk)
        self._look_at_new(self.reader.passed)

    def _look_at_new(self, passed: int) -> None:
        if self.latencies is not None:
            now = time.monotonic_ns()
            self.latencies += [now - sent for sent in self.reader.tape.sent[self._seen : passed]]
        self._seen = passed

    def _talking(self, chunk: bytes | memoryview) -> None:
        reader = self.reader
        reader.read(chunk)
        if self._dialect.ack_prefix is None:
            passed = reader.passed
            reader.acks += reader.tape.senders[self._seen : passed].count(self.sender)
            self._look_at_new(passed)
        elif self.latencies is not None:
            self._look_at_new(reader.passed)
        if reader.acks:
            replies, reader.acks = reader.acks, 0
            self.answered += replies
            self._on_replies(self, replies)

    def say(self, count: int) -> None:
        """Post that many messages, in one write as they would leave a client that has them all at once."""
        say, seat, sender, number = self._dialect.say, self.seat, self.sender, self.said
        now = time.monotonic_ns()
        self._send(b"".join([say(seat, now, sender, number + more) for more in range(count)]))
        self.said = number + count

    def ended(self) -> None:
        raise BadFrame(f"the {self._dialect.name} server closed a connection")

    def close(self) -> None:
        self.sock.close()


def _ignore(_: Connection) -> None:
    """Nobody asked."""


def _ignore_replies(_: Connection, __: int) -> None:
    """Nobody asked."""
