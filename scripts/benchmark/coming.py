"""The scenarios of those who come and stay: sockets that are accepted, sockets that only wait."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from .bench import Bench, Side
from .dialects import Seat
from .house import room
from .memory import held_kib
from .outcome import Better, Figures, Outcome, Target
from .processor import Meter, Usage

# Sockets that come before the measured ones, so that what the first one loads and allocates is not counted.
FIRST_SOCKETS = 100
SETTLE_SECONDS = 1.0
ROOMS = 50
MS_PER_SECOND = 1000

IDLE_TARGET = Target(18, Better.LOWER, " KiB")
CONNECT_TARGET = Target(1.2, Better.LOWER, "×")


@dataclass(frozen=True, slots=True)
class Idle:
    """Thousands sit in their rooms and say nothing. One server at a time: neither presses on the other."""

    name: str = "idle"
    title: str = "Idle connections, each in a room"
    target: Target = IDLE_TARGET

    def steps(self, rounds: int) -> int:
        return 2

    def run(self, bench: Bench) -> Outcome:
        with bench.textbook() as side:
            theirs = self._held(bench, side)
        with bench.folkmoot() as side:
            ours = self._held(bench, side)
        return Outcome(
            name=self.name,
            title=f"{bench.scale.idle_connections:,} idle connections, each in a room",
            figures=(
                Figures("textbook", idle_kib_per_connection=theirs),
                Figures("folkmoot", idle_kib_per_connection=ours),
            ),
            measure="memory of the process for each",
            figure=ours,
            target=self.target,
            rounds=(ours,),
        )

    @staticmethod
    def _held(bench: Bench, side: Side) -> float:
        count, users = bench.scale.idle_connections, bench.house.users
        bench.progress.step(f"{count:,} idle connections: {side.server.name}")
        seats = [Seat(room(number % ROOMS), users[number % ROOMS].access) for number in range(FIRST_SOCKETS + count)]
        side.crowd.sit(seats[:FIRST_SOCKETS])
        side.crowd.run(SETTLE_SECONDS)
        before = held_kib(side.server.pid)
        side.crowd.sit(seats[FIRST_SOCKETS:])
        side.crowd.run(SETTLE_SECONDS)
        held = held_kib(side.server.pid) - before
        side.crowd.leave()
        return held / count


@dataclass(frozen=True, slots=True)
class Connects:
    """Sockets are opened, some at a time: ours each with a token never seen before, the textbook's with none."""

    name: str = "connects"
    title: str = "Sockets accepted: authenticated, and anonymous"
    target: Target = CONNECT_TARGET

    def steps(self, rounds: int) -> int:
        return 2 * rounds + 1

    def run(self, bench: Bench) -> Outcome:
        usages: dict[str, list[Usage]] = {"textbook": [], "folkmoot": []}
        count, rounds = bench.scale.connects, bench.scale.rounds
        with bench.textbook() as textbook, bench.folkmoot() as folkmoot:
            bench.progress.step(f"{self.title}: tokens")
            tokens = iter(bench.house.fresh_tokens(folkmoot.server, FIRST_SOCKETS + count * rounds))
            for side in (textbook, folkmoot):
                side.crowd.sit(
                    [Seat(None, next(tokens)) for _ in range(FIRST_SOCKETS)]
                    if side is folkmoot
                    else [Seat(None)] * FIRST_SOCKETS
                )
                side.leave()
            for number in range(rounds):
                for side in (textbook, folkmoot):
                    bench.progress.step(f"{self.title}: {side.server.name}, round {number + 1}")
                    seats = [Seat(None, next(tokens) if side is folkmoot else "") for _ in range(count)]
                    usages[side.server.name].append(self._round(bench, side, seats))
        return self._outcome(count, usages["textbook"], usages["folkmoot"])

    @staticmethod
    def _round(bench: Bench, side: Side, seats: list[Seat]) -> Usage:
        meter = Meter(side.server.pid, bench.cores.both)
        side.crowd.sit(seats)
        usage = meter.usage()
        side.leave()
        return usage

    def _outcome(self, count: int, theirs: list[Usage], ours: list[Usage]) -> Outcome:
        by_cpu = [mine.server / other.server for mine, other in zip(ours, theirs, strict=True)]
        on_wall = [other.seconds / mine.seconds for mine, other in zip(ours, theirs, strict=True)]
        return Outcome(
            name=self.name,
            title=self.title,
            figures=(self._figures("textbook", count, theirs), self._figures("folkmoot", count, ours)),
            measure="CPU for each socket",
            figure=statistics.median(by_cpu),
            target=self.target,
            rounds=tuple(by_cpu),
            cpu_ratio=1 / statistics.median(by_cpu),
            wall_ratio=statistics.median(on_wall),
        )

    @staticmethod
    def _figures(name: str, count: int, usages: list[Usage]) -> Figures:
        return Figures(
            server=name,
            connects_per_second=statistics.median(count / usage.seconds for usage in usages),
            cpu_ms_per_connect=statistics.median(usage.server / count * MS_PER_SECOND for usage in usages),
            generator_load=max(usage.generator_load for usage in usages),
            stolen_share=max(usage.stolen / usage.seconds for usage in usages),
            others_share=max(usage.others / usage.seconds for usage in usages),
        )
