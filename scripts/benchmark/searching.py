"""The scenarios of search: how long one takes in a long log, and what being searchable costs those who talk."""

from __future__ import annotations

import itertools
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from .bench import Bench, Side
from .dialects import BadFrame
from .library import Library, queries
from .outcome import Better, Figures, Outcome, Searches, Target
from .pace import InFlight
from .talking import TALKING, figures
from .window import Window, share_ms, watch

QUERIES = 240  # of a round
WARM_UP = 24
LIMIT = 20  # messages on a page, as a person looks at them
INDEX_SECONDS = 1_800.0  # by then all is indexed, or something is wrong
POLL_SECONDS = 0.5
NS_PER_MS = 1_000_000
INDEX_FILE = "search.db"

FAST = Target(50, Better.LOWER, " ms")
FREE = Target(0.95, Better.HIGHER, "×")


@dataclass(frozen=True, slots=True)
class Searching:
    """One after another, by one person who may read all of it, on the server's one core."""

    name: str = "search"
    title: str = "Searching in a long log"
    target: Target = FAST

    def steps(self, rounds: int) -> int:
        return 2 + rounds

    def run(self, bench: Bench) -> Outcome:
        library = Library(bench.scale.searched, time.time_ns() // NS_PER_MS)
        bench.progress.step(f"{self.title}: writing {library.messages:,} messages")
        with (
            bench.folkmoot(prepare=library.fill) as side,
            httpx.Client(base_url=side.server.url, headers=bench.house.users[0].bearer, trust_env=False) as client,
        ):
            bench.progress.step(f"{self.title}: waiting for the index")
            indexed = _wait_for_index(client)
            asked = queries(random.Random(2))
            for query in itertools.islice(asked, WARM_UP):
                _search(client, query)
            rounds = []
            for number in range(bench.scale.rounds):
                bench.progress.step(f"{self.title}: round {number + 1}")
                rounds.append(sorted(_search(client, query) for query in itertools.islice(asked, QUERIES)))
        took = sorted(itertools.chain.from_iterable(rounds))
        searches = Searches(
            len(took), library.messages, share_ms(took, 0.5), share_ms(took, 0.95), share_ms(took, 1), indexed
        )
        return Outcome(
            name=self.name,
            title=f"{self.title}, of {library.messages:,} messages",
            figures=(Figures("folkmoot", searches=searches),),
            measure=f"p95 of {len(took):,} searches",
            figure=searches.p95_ms,
            target=self.target,
            rounds=tuple(share_ms(one, 0.95) for one in rounds),
        )


def _wait_for_index(client: httpx.Client) -> float:
    began = time.monotonic()
    while time.monotonic() < began + INDEX_SECONDS:
        answer = client.get("/api/search", params={"q": "anything"}, timeout=INDEX_SECONDS)
        if answer.status_code == httpx.codes.OK and answer.json()["complete"]:
            return time.monotonic() - began
        time.sleep(POLL_SECONDS)
    raise BadFrame("the log was never indexed")


def _search(client: httpx.Client, query: dict[str, str]) -> int:
    """How long it took (ns)."""
    began = time.monotonic_ns()
    answer = client.get("/api/search", params={**query, "limit": LIMIT})
    took = time.monotonic_ns() - began
    if answer.is_error:
        raise BadFrame(f"a search was refused: {answer.status_code} {answer.text}")
    return took


@dataclass(frozen=True, slots=True)
class Indexing:
    """Everyone talks, to a server that indexes what is said and to one that can't: a directory stands where its index
    would be. Turn by turn, both ours, with the same settings, on the same core."""

    name: str = "indexing"
    title: str = "50 rooms of 20, everyone talks, with an index and without one"
    target: Target = FREE

    def steps(self, rounds: int) -> int:
        return 2 * rounds

    def run(self, bench: Bench) -> Outcome:
        windows: dict[str, list[Window]] = {"without": [], "with": []}
        ways: tuple[tuple[str, Callable[[Path], None]], ...] = (
            ("without", _without_index),
            ("with", lambda data: None),
        )
        for number in range(bench.scale.rounds):
            for name, prepare in ways:
                bench.progress.step(f"{self.title}: {name}, round {number + 1}")
                with bench.folkmoot(prepare=prepare) as side:
                    windows[name].append(self._window(bench, side))
        pairs = list(zip(windows["with"], windows["without"], strict=True))
        rounds = [a.posts_per_second / b.posts_per_second for a, b in pairs]
        by_cpu = [a.deliveries_per_server_second / b.deliveries_per_server_second for a, b in pairs]
        return Outcome(
            name=self.name,
            title=self.title,
            figures=tuple(replace(figures(f"folkmoot, {name}", found)) for name, found in windows.items()),
            measure="posts a second, to those without",
            figure=statistics.median(rounds),
            target=self.target,
            rounds=tuple(rounds),
            cpu_ratio=statistics.median(by_cpu),
            wall_ratio=statistics.median(rounds),
        )

    @staticmethod
    def _window(bench: Bench, side: Side) -> Window:
        (everyone,) = [talking for talking in TALKING if talking.name == "everyone"]
        side.crowd.sit(everyone.seats(bench.house.users))
        side.server.wait_until_idle()
        side.crowd.start(InFlight(1))
        side.crowd.run(bench.scale.warm_up_seconds)
        window = watch(side.crowd, side.server.pid, bench.cores.both, bench.scale.window_seconds)
        side.crowd.hush()
        side.server.wait_until_idle()
        side.crowd.leave()
        return window


def _without_index(data: Path) -> None:
    for end in ("", "-wal", "-shm"):
        (data / f"{INDEX_FILE}{end}").unlink(missing_ok=True)
    (data / INDEX_FILE).mkdir()
