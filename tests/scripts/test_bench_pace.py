"""When the talkers talk. Time is passed in, and a talker here only counts."""

from __future__ import annotations

from typing import cast

from scripts.benchmark.connection import Connection
from scripts.benchmark.dialects import FolkmootDialect
from scripts.benchmark.pace import InFlight, OneAtATime, Silence, Steady
from scripts.benchmark.reader import Reader
from scripts.benchmark.tape import Tape


class Talker:
    def __init__(self) -> None:
        self.said = 0
        self.reader = Reader(Tape(FolkmootDialect()), lambda payload: None)

    def say(self, count: int) -> None:
        self.said += count


def crowd(count: int) -> tuple[list[Talker], list[Connection]]:
    talkers = [Talker() for _ in range(count)]
    return talkers, cast("list[Connection]", talkers)


def test_as_many_as_were_answered_go_out_again() -> None:
    (bob, cyn), talkers = crowd(2)
    pace = InFlight(4)
    pace.start(talkers, 0.0)
    pace.replied(talkers[0], 3)
    assert (bob.said, cyn.said) == (7, 4)


def test_the_next_one_waits_for_the_reply_and_for_everyone() -> None:
    (bob,), talkers = crowd(1)
    pace = OneAtATime(everyone=3)
    pace.start(talkers, 0.0)
    bob.reader.tape.readers = 3
    pace.turn(1.0)
    assert bob.said == 1, "it has not been acknowledged"
    pace.replied(talkers[0], 1)
    bob.reader.tape.readers = 2
    pace.turn(2.0)
    assert bob.said == 1, "someone has not got it"
    bob.reader.tape.readers = 3
    pace.turn(3.0)
    pace.turn(4.0)
    assert bob.said == 2


def test_a_steady_pace_is_spread_evenly_and_waits_for_nobody() -> None:
    (bob, cyn), talkers = crowd(2)
    pace = Steady(per_second=10)
    pace.start(talkers, 100.0)
    said = []
    for now in (100.0, 100.05, 100.1, 100.15, 101.0):
        pace.turn(now)
        said.append((bob.said, cyn.said))
    # A late turn makes up for what it missed: the load does not shrink because the server is slow.
    assert said == [(1, 0), (1, 1), (2, 1), (2, 2), (11, 10)]


def test_silence_answers_nobody() -> None:
    (bob,), talkers = crowd(1)
    pace = Silence()
    pace.start(talkers, 0.0)
    pace.replied(talkers[0], 1)
    pace.turn(1.0)
    assert bob.said == 0
