"""All connections of a scenario to one server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from .connection import Connection
from .dialects import BadFrame, Dialect, Seat
from .loop import Loop
from .pace import Pace, Silence
from .tape import Tape

CONNECTING_AT_ONCE = 64
SIT_SECONDS = 120.0
DRAIN_SECONDS = 30.0
SAMPLES = 40


class Crowd:
    """Sits down, talks at a pace, falls silent, and can say whether everyone heard everything."""

    def __init__(self, loop: Loop, dialect: Dialect, port: int, kind: type[Connection] = Connection) -> None:
        self._kind = kind
        self.loop = loop
        self.dialect = dialect
        self.port = port
        self.connections: list[Connection] = []
        self.talkers: list[Connection] = []
        self.tapes: dict[str | None, Tape] = {}
        self._pace: Pace = Silence()
        self._seated = 0

    def sit(self, seats: Sequence[Seat]) -> None:
        """Connect all of these, some at a time, and wait until each is where it should be."""
        waiting = iter(seats)
        goal = self._seated + len(seats)

        def next_one(_: Connection | None = None) -> None:
            for seat in waiting:
                self._connect(seat, seated)
                return

        def seated(connection: Connection) -> None:
            self._seated += 1
            next_one()

        for _ in range(min(CONNECTING_AT_ONCE, len(seats))):
            next_one()
        if not self.loop.turn_until(lambda: self._seated == goal, SIT_SECONDS, time.monotonic):
            raise BadFrame(
                f"{goal - self._seated} of {goal} connections to the {self.dialect.name} server were not seated"
            )

    def _connect(self, seat: Seat, seated: Callable[[Connection], None]) -> None:
        tape = self.tapes.get(seat.room)
        if tape is None:
            tape = self.tapes[seat.room] = Tape(self.dialect)
        connection = self._kind(self.dialect, self.port, seat, len(self.connections), tape)
        self.connections.append(connection)
        if seat.talks:
            self.talkers.append(connection)
            connection.talk(self._replied)
        connection.open(seated)
        self.loop.add(connection)

    def _replied(self, talker: Connection, count: int) -> None:
        self._pace.replied(talker, count)

    def start(self, pace: Pace, talkers: Sequence[Connection] | None = None) -> None:
        self._pace = pace
        pace.start(self.talkers if talkers is None else talkers, time.monotonic())

    def run(self, seconds: float) -> None:
        """Let them talk for that long."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            self._pace.turn(now)
            self.loop.turn(min(end - now, 0.002))

    def hush(self) -> None:
        """Stop talking; wait until all that was said is answered and delivered everywhere, and fail if it is not."""
        self._pace = Silence()
        if not self.loop.turn_until(self._all_delivered, DRAIN_SECONDS, time.monotonic):
            behind = [connection.reader.behind for connection in self.connections if connection.reader.behind]
            raise BadFrame(
                f"{len(behind)} receivers of the {self.dialect.name} server miss {sum(behind)} deliveries;"
                f" {self.said} messages were sent, {self.answered} acknowledged, {self.posts} delivered to anyone"
            )

    def _all_delivered(self) -> bool:
        if not all(talker.said == talker.answered for talker in self.talkers) or self.posts != self.said:
            return False
        return all(connection.reader.behind == 0 for connection in self.connections)

    @property
    def said(self) -> int:
        return sum(talker.said for talker in self.talkers)

    @property
    def answered(self) -> int:
        return sum(talker.answered for talker in self.talkers)

    @property
    def posts(self) -> int:
        """How many messages have come out of the server so far."""
        return sum(len(tape) for tape in self.tapes.values())

    @property
    def deliveries(self) -> int:
        return sum(connection.reader.delivered for connection in self.connections)

    def sampled(self) -> Iterable[Connection]:
        """Receivers spread evenly over the order in which they sat down: first and last in a fan-out both count."""
        silent = [connection for connection in self.connections if not connection.seat.talks] or self.connections
        return silent[:: max(1, len(silent) // SAMPLES)]

    def lose(self, connection: Connection) -> None:
        """One of those who only listen is gone."""
        self.loop.remove(connection)
        self.connections.remove(connection)

    def leave(self) -> None:
        for connection in self.connections:
            self.loop.remove(connection)
        self.connections.clear()
        self.talkers.clear()
        self.tapes.clear()
        self._seated = 0
