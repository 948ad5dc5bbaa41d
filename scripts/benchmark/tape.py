"""A room's tape: every message of one room as bytes, once, in the order in which it went out.

All receivers of a room must get the same bytes, so one of them, whoever reads it first, has its bytes taken apart and
checked; of all others a whole chunk is compared with the tape by one `memcmp`. That is a stricter check than counting
(every byte of every delivery is compared) and hundreds of times cheaper, which is why a load generator in Python
keeps up with the server at all.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from .dialects import BadFrame, Dialect, Stamp

# Of the messages on a tape, each one that this divides is also read by a real JSON parser.
SAMPLE_EVERY = 101


class Tape:
    """The messages of one room, checked as they are appended."""

    def __init__(self, dialect: Dialect, last_key: int = 0) -> None:
        self.dialect = dialect
        self.data = bytearray()
        self.ends: list[int] = []  # where each message's frame ends
        self.frame_ends: list[int] = []  # the same, and where the frames of other events end
        self.sent: list[int] = []  # when it was sent, ns of the monotonic clock
        self.senders: list[int] = []
        self.keys: list[int] = []
        self.index_of: dict[int, int] = {}  # key → position among the messages
        self.readers = 0  # how many receivers are at the very end
        self._last_key = last_key
        self._last_number: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.ends)

    def follow(self, last_key: int) -> None:
        """A receiver has sat down after the message `last_key`: what it hears next must be what the tape holds next."""
        if self.ends or self._last_key not in (0, last_key):
            raise BadFrame(f"a receiver sat down at {last_key}, the others at {self._last_key}")
        self._last_key = last_key

    def messages_before(self, offset: int) -> int:
        """How many whole messages lie before a place on the tape."""
        return bisect_right(self.ends, offset)

    def frame_before(self, offset: int) -> int:
        """Where the last whole frame ends that lies before a place on the tape."""
        frames = bisect_right(self.frame_ends, offset)
        return self.frame_ends[frames - 1] if frames else 0

    def start_of(self, index: int) -> int:
        """Where a message's frame begins."""
        frame = bisect_left(self.frame_ends, self.ends[index])
        return self.frame_ends[frame - 1] if frame else 0

    def holds(self, index: int, stamp: Stamp) -> bool:
        """Whether a message there is the one that says this of itself, though its bytes may be others."""
        return (self.keys[index], self.senders[index], self.sent[index]) == (stamp.key, stamp.sender, stamp.sent)

    def append(self, frame: bytes, payload: bytes) -> Stamp:
        """Put a message on the tape that nobody has read before, if it may come next."""
        stamp = self.dialect.stamp(payload)
        if len(self.ends) % SAMPLE_EVERY == 0 and stamp != self.dialect.stamp_slowly(payload):
            raise BadFrame(f"read quickly and read properly this is not the same: {payload!r}")
        self._require_next(stamp.key)
        if stamp.number != self._last_number.get(stamp.sender, -1) + 1:
            raise BadFrame(
                f"after message {self._last_number.get(stamp.sender)} of sender {stamp.sender} came {stamp.number}"
            )
        self._last_number[stamp.sender] = stamp.number
        self.index_of[stamp.key] = len(self.ends)
        self.keys.append(stamp.key)
        self._put(frame, stamp.key)
        self.ends.append(len(self.data))
        self.sent.append(stamp.sent)
        self.senders.append(stamp.sender)
        return stamp

    def append_news(self, frame: bytes, payload: bytes) -> None:
        """Put an event on the tape that is no message: it has its place, and everyone must get it there."""
        key = self.dialect.key_of_news(payload)
        self._require_next(key)
        self._put(frame, key)

    def _require_next(self, key: int) -> None:
        if self.dialect.ordered and key != self._last_key + 1:
            raise BadFrame(f"after seq {self._last_key} came {key}")

    def _put(self, frame: bytes, key: int) -> None:
        self._last_key = key
        self.data += frame
        self.frame_ends.append(len(self.data))
        self.readers = 0
