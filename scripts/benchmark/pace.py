"""When the talkers of a crowd talk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .connection import Connection
from .tape import Tape


class Pace(Protocol):
    """Decides when the next message goes out. Time is passed in."""

    def start(self, talkers: Sequence[Connection], now: float) -> None:
        """Begin."""

    def replied(self, talker: Connection, count: int) -> None:
        """That many of a talker's messages have been acknowledged."""

    def turn(self, now: float) -> None:
        """The loop has gone around once."""


class Silence:
    """Nobody says anything more."""

    def start(self, talkers: Sequence[Connection], now: float) -> None:
        """Nothing begins."""

    def replied(self, talker: Connection, count: int) -> None:
        """No answer to an answer."""

    def turn(self, now: float) -> None:
        """Nothing happens."""


class InFlight(Silence):
    """Every talker has that many messages on their way, always."""

    def __init__(self, count: int) -> None:
        self.count = count

    def start(self, talkers: Sequence[Connection], now: float) -> None:
        for talker in talkers:
            talker.say(self.count)

    def replied(self, talker: Connection, count: int) -> None:
        talker.say(count)


class OneAtATime(Silence):
    """The next message leaves when everyone in the room has got the one before: there is never anything to join."""

    def __init__(self, everyone: int) -> None:
        self.everyone = everyone
        self._talker: Connection | None = None
        self._tape: Tape | None = None
        self._unanswered = 0

    def start(self, talkers: Sequence[Connection], now: float) -> None:
        (self._talker,) = talkers
        self._tape = self._talker.reader.tape
        self._unanswered = 1
        self._talker.say(1)

    def replied(self, talker: Connection, count: int) -> None:
        self._unanswered -= count

    def turn(self, now: float) -> None:
        if self._talker is None or self._tape is None:
            return
        if self._unanswered == 0 and self._tape.readers == self.everyone:
            self._unanswered = 1
            self._talker.say(1)


class Steady(Silence):
    """Every talker talks that often, evenly spread, whatever has come back: people do not wait for a slow server."""

    def __init__(self, per_second: float) -> None:
        self.interval = 1 / per_second
        self._due: list[tuple[float, Connection]] = []

    def start(self, talkers: Sequence[Connection], now: float) -> None:
        step = self.interval / len(talkers)
        self._due = [(now + step * place, talker) for place, talker in enumerate(talkers)]

    def turn(self, now: float) -> None:
        # The due times stay in turn: each talker goes to the end of the line with the same interval.
        while self._due and self._due[0][0] <= now:
            due, talker = self._due.pop(0)
            talker.say(1)
            self._due.append((due + self.interval, talker))

    @property
    def next_due(self) -> float:
        return self._due[0][0] if self._due else 0.0
