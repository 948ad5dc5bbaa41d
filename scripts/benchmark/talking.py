"""The scenarios in which people talk: rooms, who sits in them, at what pace they talk."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .bench import Bench, Side
from .dialects import Seat
from .house import HALL, MEMBERS, User, room
from .outcome import Better, Figures, Outcome, Target
from .pace import InFlight, OneAtATime, Pace
from .window import Window, median, median_ratio, watch


@dataclass(frozen=True, slots=True)
class Talking:
    """Both servers are alive and full at once, and only one is talked to at a time: A, B, A, B."""

    name: str
    title: str
    rooms: tuple[str, ...]
    members: int  # of each room
    talkers: int  # of each room
    pace: Callable[[], Pace]
    target: Target
    by_posts: bool = (
        False  # whether the target is posts a second, instead of deliveries for the server's processor time
    )

    def steps(self, rounds: int) -> int:
        return 2 + 2 * rounds

    def seats(self, users: Sequence[User]) -> list[Seat]:
        """All who talk in a room are different users; who only listens is one of the same few, connected again."""
        return [
            Seat(slug, users[place % MEMBERS].access, talks=place < self.talkers)
            for place in range(self.members)
            for slug in self.rooms
        ]

    def run(self, bench: Bench) -> Outcome:
        windows: dict[str, list[Window]] = {"textbook": [], "folkmoot": []}
        with bench.textbook() as textbook, bench.folkmoot() as folkmoot:
            sides = (textbook, folkmoot)
            for side in sides:
                bench.progress.step(f"{self.title}: connecting to {side.server.name}")
                side.crowd.sit(self.seats(bench.house.users))
                side.server.wait_until_idle()
            for number in range(bench.scale.rounds):
                for side in sides:
                    bench.progress.step(f"{self.title}: {side.server.name}, round {number + 1}")
                    windows[side.server.name].append(self._round(bench, side))
            for side in sides:
                side.crowd.leave()
        return self._outcome(windows["textbook"], windows["folkmoot"])

    def _round(self, bench: Bench, side: Side) -> Window:
        side.crowd.start(self.pace())
        side.crowd.run(bench.scale.warm_up_seconds)
        window = watch(side.crowd, side.server.pid, bench.cores.both, bench.scale.window_seconds)
        side.crowd.hush()
        side.server.wait_until_idle()
        return window

    def _outcome(self, theirs: Sequence[Window], ours: Sequence[Window]) -> Outcome:
        by_cpu = [
            a.deliveries_per_server_second / b.deliveries_per_server_second for a, b in zip(ours, theirs, strict=True)
        ]
        posts = [window.posts_per_second for window in ours]
        rounds = posts if self.by_posts else by_cpu
        return Outcome(
            name=self.name,
            title=self.title,
            figures=(figures("textbook", theirs), figures("folkmoot", ours)),
            measure=_durable_posts(ours) if self.by_posts else "deliveries per CPU second",
            figure=statistics.median(rounds),
            target=self.target,
            rounds=tuple(rounds),
            cpu_ratio=statistics.median(by_cpu),
            wall_ratio=median_ratio(ours, theirs, lambda window: window.deliveries_per_second),
        )


def _durable_posts(windows: Sequence[Window]) -> str:
    by_cpu = median(windows, lambda window: window.posts / window.usage.server if window.usage.server else 0.0)
    return f"durable posts a second ({by_cpu:,.0f} per CPU second)"


def figures(name: str, windows: Sequence[Window]) -> Figures:
    """The medians of one server's windows."""
    return Figures(
        server=name,
        deliveries_per_second=median(windows, lambda window: window.deliveries_per_second),
        posts_per_second=median(windows, lambda window: window.posts_per_second),
        p50_ms=median(windows, lambda window: window.latency_ms(0.50)),
        p99_ms=median(windows, lambda window: window.latency_ms(0.99)),
        cpu_seconds_per_million_deliveries=median(windows, lambda window: window.server_seconds_per_million),
        generator_load=max(window.usage.generator_load for window in windows),
        stolen_share=max(window.usage.stolen / window.usage.seconds for window in windows),
        others_share=max(window.usage.others / window.usage.seconds for window in windows),
    )


SMALL_ROOMS = tuple(room(number) for number in range(50))

TALKING = (
    Talking(
        name="hall",
        title="One room of 1,000, 20 talk, 4 in flight each",
        rooms=(HALL,),
        members=1000,
        talkers=20,
        pace=lambda: InFlight(4),
        target=Target(30, Better.HIGHER, "×"),
    ),
    Talking(
        name="rooms",
        title="50 rooms of 20, one talks in each, 2 in flight",
        rooms=SMALL_ROOMS,
        members=20,
        talkers=1,
        pace=lambda: InFlight(2),
        target=Target(2.3, Better.HIGHER, "×"),
    ),
    Talking(
        name="single",
        title="One message at a time to a room of 1,000",
        rooms=(HALL,),
        members=1000,
        talkers=1,
        pace=lambda: OneAtATime(1000),
        target=Target(1.8, Better.HIGHER, "×"),
    ),
    Talking(
        name="everyone",
        title="50 rooms of 20, everyone talks",
        rooms=SMALL_ROOMS,
        members=20,
        talkers=20,
        pace=lambda: InFlight(1),
        target=Target(8000, Better.HIGHER, " a second"),
        by_posts=True,
    ),
)
