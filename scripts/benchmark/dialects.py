"""What is said to each server, and how its answers are told apart.

A dialect knows one server's frames and nothing of sockets. Both carry the same text of 120 bytes, and the text
carries what the measurement needs: when it was sent, by whom, and its number among that sender's messages.
"""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass
from typing import Protocol

from .frames import client_frame, handshake

TEXT_BYTES = 120
TIME_DIGITS = 19  # of a monotonic clock in nanoseconds
SENDER_DIGITS = 5
NUMBER_DIGITS = 8
_SENDER_AT = TIME_DIGITS + 1
_STAMP_BYTES = TIME_DIGITS + 1 + SENDER_DIGITS + 1 + NUMBER_DIGITS + 1
_FILLER = ("the quick brown fox jumps over the lazy dog and meets the others in the lobby at noon " * 2)[
    : TEXT_BYTES - _STAMP_BYTES
].encode()


@dataclass(frozen=True, slots=True)
class Seat:
    """One connection to be made: the room that it sits in (none: it only connects), as whom, and whether it talks."""

    room: str | None
    token: str = ""
    talks: bool = False


class Kind(enum.Enum):
    EVENT = enum.auto()
    NEWS = enum.auto()  # an event that is no message: everyone gets it, in its place among the messages
    ACK = enum.auto()
    OTHER = enum.auto()


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a delivered message says of itself. `key` is what makes it the only one in its room."""

    key: int
    sender: int
    number: int
    sent: int


class BadFrame(Exception):
    """A server said what it must not say: the run is worth nothing."""


def text_of(sent: int, sender: int, number: int) -> bytes:
    """A message's text: always 120 bytes of plain ASCII."""
    return b"%019d %05d %08d %b" % (sent, sender, number, _FILLER)


def stamp_in(text: bytes) -> tuple[int, int, int]:
    """When a text was sent, by whom, and its number."""
    return (
        int(text[:TIME_DIGITS]),
        int(text[_SENDER_AT : _SENDER_AT + SENDER_DIGITS]),
        int(text[_SENDER_AT + SENDER_DIGITS + 1 : _STAMP_BYTES - 1]),
    )


class Dialect(Protocol):
    """How one of the servers is spoken to."""

    name: str
    ack_prefix: (
        bytes | None
    )  # how the payload of a reply to a send usually begins; None: one's own message coming back is the reply
    ordered: bool  # whether the server promises one order to all receivers of a room

    def request(self, seat: Seat, port: int) -> bytes:
        """The handshake for this seat."""

    def after_upgrade(self, seat: Seat) -> bool:
        """Whether the seat is taken as soon as the socket is open."""

    def greet(self, seat: Seat, payload: bytes) -> tuple[bytes, int | None]:
        """While sitting down: what to send upon this payload, and once seated the last key given out in the room."""

    def say(self, seat: Seat, sent: int, sender: int, number: int) -> bytes:
        """The frame that posts one message."""

    def kind(self, payload: bytes) -> Kind:
        """What a payload is: a message delivered, a reply, or anything else."""

    def key_of_news(self, payload: bytes) -> int:
        """The place of an event that is no message, among all of its room."""

    def stamp(self, payload: bytes) -> Stamp:
        """What the delivered message in this payload says of itself, read the quick way."""

    def stamp_slowly(self, payload: bytes) -> Stamp:
        """The same, read by a real parser: the quick way is held to it in samples."""


class TextbookDialect:
    """The copied loop: whatever is said in a room comes to everyone in it, as it is."""

    name = "textbook"
    ack_prefix: bytes | None = None
    # Two handlers may interleave at their awaits, so the loop promises no common order.
    ordered = False

    def request(self, seat: Seat, port: int) -> bytes:
        return handshake(f"/chat/{seat.room or 'lobby'}", port, {})

    def after_upgrade(self, seat: Seat) -> bool:
        return True

    def greet(self, seat: Seat, payload: bytes) -> tuple[bytes, int | None]:
        raise BadFrame("the textbook server spoke before anyone else did")

    def say(self, seat: Seat, sent: int, sender: int, number: int) -> bytes:
        return client_frame(text_of(sent, sender, number))

    def kind(self, payload: bytes) -> Kind:
        return Kind.EVENT

    def key_of_news(self, payload: bytes) -> int:
        raise BadFrame(f"the copied loop knows of messages only: {payload!r}")

    def stamp(self, payload: bytes) -> Stamp:
        sent, sender, number = stamp_in(payload)
        return Stamp(sender * 10**NUMBER_DIGITS + number, sender, number, sent)

    def stamp_slowly(self, payload: bytes) -> Stamp:
        time_text, sender, number, *_ = payload.decode("ascii").split(" ")
        return Stamp(int(sender) * 10**NUMBER_DIGITS + int(number), int(sender), int(number), int(time_text))


class FolkmootDialect:
    """Ours, by its public contract: hello, join, ok; then send, ok, and the event on its own."""

    _OK_PREFIX = b'{"type":"ok"'

    name = "folkmoot"
    ack_prefix: bytes | None = _OK_PREFIX
    ordered = True

    _EVENT_PREFIX = b'{"type":"message.posted"'
    _SEQ = b'"seq":'
    _TEXT = b'"text":"'

    def request(self, seat: Seat, port: int) -> bytes:
        return handshake("/ws", port, {"Authorization": f"Bearer {seat.token}"})

    def after_upgrade(self, seat: Seat) -> bool:
        return False

    def greet(self, seat: Seat, payload: bytes) -> tuple[bytes, int | None]:
        frame = json.loads(payload)
        match frame["type"]:
            case "hello" if seat.room is None:
                return b"", 0
            case "hello":
                return client_frame(json.dumps({"type": "join", "id": "join", "room": seat.room}).encode()), None
            case "ok":
                return b"", int(frame["seq"])
            case "error":
                raise BadFrame(f"no seat in {seat.room}: {payload.decode()}")
            case _:
                return b"", None

    def say(self, seat: Seat, sent: int, sender: int, number: int) -> bytes:
        # The nonce begins with the time, as a client's should: such keys go to the end of the server's index instead
        # of all over it.
        return client_frame(
            b'{"type":"send","id":"%d","room":"%b","text":"%b","nonce":"%019d-%05d-%08d"}'
            % (number, (seat.room or "").encode(), text_of(sent, sender, number), sent, sender, number)
        )

    def kind(self, payload: bytes) -> Kind:
        if payload.startswith(self._EVENT_PREFIX):
            return Kind.EVENT
        if payload.startswith(self._OK_PREFIX):
            return Kind.ACK
        # Nothing promises the order or the spacing of the members of a JSON object, so what looks unusual is read
        # properly.
        frame = json.loads(payload)
        match frame["type"]:
            case "message.posted":
                return Kind.EVENT
            case "ok":
                return Kind.ACK
            case "error":
                raise BadFrame(f"a send was refused: {payload.decode()}")
            case "lagging" | "removed" | "restart":
                raise BadFrame(f"a receiver was given up: {payload.decode()}")
            case _:
                return Kind.NEWS if "seq" in frame and "at" in frame else Kind.OTHER

    def key_of_news(self, payload: bytes) -> int:
        return int(json.loads(payload)["seq"])

    def stamp(self, payload: bytes) -> Stamp:
        at = payload.find(self._SEQ)
        text_at = payload.find(self._TEXT)
        if at < 0 or text_at < 0:
            return self.stamp_slowly(payload)
        at += len(self._SEQ)
        end = at
        while payload[end : end + 1].isdigit():
            end += 1
        text_at += len(self._TEXT)
        sent, sender, number = stamp_in(payload[text_at : text_at + _STAMP_BYTES])
        return Stamp(int(payload[at:end]), sender, number, sent)

    def stamp_slowly(self, payload: bytes) -> Stamp:
        event = json.loads(payload)
        message = event["message"]
        if event["type"] != "message.posted" or message["seq"] != event["seq"] or len(message["text"]) != TEXT_BYTES:
            raise BadFrame(f"not the event that was expected: {payload.decode()}")
        sent, sender, number = stamp_in(message["text"].encode())
        return Stamp(int(event["seq"]), sender, number, sent)
