"""The scenario of Monday morning: some talk as ever while fifty others sign in, and checking passwords is work."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .bench import Bench, Side
from .dialects import BadFrame, Seat
from .house import MEMBERS, room
from .outcome import Better, Outcome, Target
from .pace import Steady
from .storm import Storm
from .talking import figures
from .window import Window, watch

AT_ONCE = 50
ROOMS = 10
MESSAGES_PER_SECOND = 10.0  # in each room
FINISH_SECONDS = 30.0

TARGET = Target(3, Better.LOWER, "×")


@dataclass(frozen=True, slots=True)
class SigningIn:
    """Quiet, storm, quiet, storm, all on our server. It has both cores, and shares them with the load generator."""

    name: str = "sign-ins"
    title: str = f"{AT_ONCE} people signing in while others talk"
    target: Target = TARGET

    def steps(self, rounds: int) -> int:
        return 2 * rounds + 1

    def run(self, bench: Bench) -> Outcome:
        quiet, stormy, rates = [], [], []
        with bench.folkmoot(on_both_cores=True) as side:
            bench.progress.step(f"{self.title}: connecting")
            users = bench.house.users
            side.crowd.sit(
                [
                    Seat(room(at), users[place].access, talks=place == 0)
                    for place in range(MEMBERS)
                    for at in range(ROOMS)
                ]
            )
            for number in range(bench.scale.rounds):
                bench.progress.step(f"{self.title}: quiet, round {number + 1}")
                quiet.append(self._window(bench, side))
                bench.progress.step(f"{self.title}: storm, round {number + 1}")
                window, rate = self._storm(bench, side)
                stormy.append(window)
                rates.append(rate)
            side.crowd.leave()
        return self._outcome(quiet, stormy, rates)

    @staticmethod
    def _window(bench: Bench, side: Side) -> Window:
        side.crowd.start(Steady(MESSAGES_PER_SECOND))
        side.crowd.run(bench.scale.warm_up_seconds)
        window = watch(side.crowd, side.server.pid, bench.cores.both, bench.scale.window_seconds)
        side.crowd.hush()
        return window

    def _storm(self, bench: Bench, side: Side) -> tuple[Window, float]:
        storm = Storm(bench.loop, side.server.port, [user.username for user in bench.house.users])
        began = time.monotonic()
        storm.start(AT_ONCE)
        window = self._window(bench, side)
        rate = storm.signed_in / (time.monotonic() - began)
        storm.finish()
        if not bench.loop.turn_until(lambda: storm.inside == 0, FINISH_SECONDS, time.monotonic):
            raise BadFrame(f"{storm.inside} people were never answered when they signed in")
        side.server.wait_until_idle()
        return window, rate

    def _outcome(self, quiet: Sequence[Window], stormy: Sequence[Window], rates: Sequence[float]) -> Outcome:
        ratios = [after.latency_ms(0.99) / before.latency_ms(0.99) for before, after in zip(quiet, stormy, strict=True)]
        return Outcome(
            name=self.name,
            title=self.title,
            figures=(
                figures("folkmoot, quiet", quiet),
                replace(figures("folkmoot, storm", stormy), sign_ins_per_second=statistics.median(rates)),
            ),
            measure="p99 of a delivery, to quiet",
            figure=statistics.median(ratios),
            target=self.target,
            rounds=tuple(ratios),
        )
