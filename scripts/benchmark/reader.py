"""One receiver's way along its room's tape. No socket in here: bytes in, progress out."""

from __future__ import annotations

from collections.abc import Callable

from .dialects import BadFrame, Kind
from .frames import CLOSE, PING, TEXT, header_before, server_frame
from .tape import Tape

Bytes = bytes | memoryview


class Reader:
    """Follows the tape. How far it has come is what it has received; replies to its own sends are counted beside it."""

    __slots__ = ("_ack_prefix", "_early", "acks", "offset", "on_ping", "rest", "tape")

    def __init__(self, tape: Tape, on_ping: Callable[[bytes], None]) -> None:
        self.tape = tape
        self.offset = 0  # how far along the tape
        self.rest = b""  # a frame that is not whole yet and is not known to be on the tape
        self.acks = 0
        self.on_ping = on_ping
        self._ack_prefix = tape.dialect.ack_prefix
        self._early: set[int] = set()  # messages that came before others that are on the tape before them

    @property
    def passed(self) -> int:
        """How many messages of the tape, from its beginning, have been received."""
        return self.tape.messages_before(self.offset)

    @property
    def delivered(self) -> int:
        """How many whole messages have been received, each of them once."""
        return self.passed + len(self._early)

    @property
    def behind(self) -> int:
        """How many messages of the tape are missing here."""
        return len(self.tape) - self.delivered

    def read(self, chunk: Bytes) -> None:
        """Take what the socket gave. The usual case is one comparison; it may end in the middle of a frame."""
        tape = self.tape
        if not self.rest and tape.data.startswith(chunk, self.offset):
            self._advance(len(chunk))
        else:
            self._read_apart(chunk)

    def _advance(self, count: int) -> None:
        self.offset += count
        if self.offset == len(self.tape.data):
            self.tape.readers += 1

    def _read_apart(self, chunk: Bytes) -> None:
        data = self._back_to_a_frame() + self.rest + bytes(chunk)
        self.rest = b""
        at = 0
        while at < len(data):
            after: int | None = self._leap(data, at)
            if after == at:
                after = self._one_frame(data, at)
            if after is None:
                self.rest = data[at:]
                return
            at = after

    def _back_to_a_frame(self) -> bytes:
        """What has been matched of the frame that is half received: the bytes that follow make sense only with it."""
        start = self.tape.frame_before(self.offset)
        matched = bytes(self.tape.data[start : self.offset])
        self.offset = start
        return matched

    def _leap(self, data: bytes, at: int) -> int:
        """Over all that is on the tape, up to the next reply to a send of this connection's own."""
        end = min(len(data), at + len(self.tape.data) - self.offset)
        if self._ack_prefix is not None:
            ack = data.find(self._ack_prefix, at, end)
            if ack >= 0:
                end = header_before(data, ack, at)
        if end > at and self.tape.data.startswith(data[at:end], self.offset):
            self._advance(end - at)
            return end
        return at

    def _one_frame(self, data: bytes, at: int) -> int | None:
        found = server_frame(data, at)
        if found is None:
            return None
        opcode, begin, end = found
        if opcode == TEXT:
            self._text(data[at:end], data[begin:end])
        elif opcode == PING:
            self.on_ping(data[begin:end])
        elif opcode == CLOSE:
            raise BadFrame(f"the server closed a connection: {data[begin:end]!r}")
        return end

    def _text(self, frame: bytes, payload: bytes) -> None:
        match self.tape.dialect.kind(payload):
            case Kind.EVENT:
                self._event(frame, payload)
            case Kind.NEWS:
                self._news(frame, payload)
            case Kind.ACK:
                self.acks += 1

    def _event(self, frame: bytes, payload: bytes) -> None:
        tape = self.tape
        key = tape.dialect.stamp(payload).key
        index = tape.index_of.get(key)
        if index is None:
            index = len(tape)
            tape.append(frame, payload)
        elif not tape.holds(index, tape.dialect.stamp_slowly(payload)):
            raise BadFrame(f"the others were delivered something else: {payload!r}")
        here = self.passed
        if index < here or key in self._early:
            raise BadFrame(f"delivered twice: {payload!r}")
        if index == here and tape.start_of(index) != self.offset and tape.dialect.ordered:
            raise BadFrame(f"delivered without the events that come before it: {payload!r}")
        if index > here and tape.dialect.ordered:
            raise BadFrame(f"delivered before {index - here} others that come first: {payload!r}")
        self._early.add(key)
        self._catch_up(here)

    def _news(self, frame: bytes, payload: bytes) -> None:
        """An event that is no message: new to all, or what the tape holds here."""
        if self.offset == len(self.tape.data):
            self.tape.append_news(frame, payload)
        elif not self.tape.data.startswith(frame, self.offset):
            raise BadFrame(f"an event that came elsewhere to the others: {payload!r}")
        self._advance(len(frame))

    def _catch_up(self, here: int) -> None:
        """Move on over what has come early."""
        while here < len(self.tape) and self._early:
            key = self.tape.keys[here]
            if key not in self._early:
                return
            self._early.remove(key)
            self._advance(self.tape.ends[here] - self.offset)
            here += 1
