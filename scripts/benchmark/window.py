"""One measured stretch of time, and what several of them say together."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .crowd import Crowd
from .processor import Meter, Usage

NS_PER_MS = 1e6
MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Window:
    """What one server did while it was watched."""

    deliveries: int
    posts: int
    usage: Usage
    latencies: Sequence[int]  # ns, of every message at the sampled receivers, sorted

    @property
    def deliveries_per_second(self) -> float:
        return self.deliveries / self.usage.seconds

    @property
    def posts_per_second(self) -> float:
        return self.posts / self.usage.seconds

    @property
    def deliveries_per_server_second(self) -> float:
        """The measure: deliveries for a second of the server's processor time. A wall clock also shows the host."""
        return self.deliveries / self.usage.server if self.usage.server else 0.0

    @property
    def server_seconds_per_million(self) -> float:
        return self.usage.server / self.deliveries * MILLION if self.deliveries else 0.0

    def latency_ms(self, share: float) -> float:
        """The latency that this share of all deliveries stayed under."""
        return share_ms(self.latencies, share)


def share_ms(took: Sequence[int], share: float) -> float:
    """What this share of some times (ns, sorted) stayed under, in ms."""
    if not took:
        return 0.0
    return took[min(len(took) - 1, int(len(took) * share))] / NS_PER_MS


def watch(crowd: Crowd, pid: int, cores: set[int], seconds: float) -> Window:
    """Measure a crowd that is talking already."""
    sampled = list(crowd.sampled())
    for connection in sampled:
        connection.sample()
    deliveries, posts = crowd.deliveries, crowd.posts
    meter = Meter(pid, cores)
    crowd.run(seconds)
    usage = meter.usage()
    deliveries, posts = crowd.deliveries - deliveries, crowd.posts - posts
    latencies = sorted(latency for connection in sampled for latency in connection.stop_sampling())
    return Window(deliveries, posts, usage, latencies)


def median(windows: Sequence[Window], figure: Callable[[Window], float]) -> float:
    return statistics.median(map(figure, windows))


def median_ratio(ours: Sequence[Window], theirs: Sequence[Window], figure: Callable[[Window], float]) -> float:
    """Of each round a ratio, of the ratios the median: a machine that drifts moves both sides of each ratio."""
    pairs = zip(map(figure, ours), map(figure, theirs), strict=True)
    return statistics.median(mine / other if other else 0.0 for mine, other in pairs)
