"""What is counted, by name, and how Prometheus reads it.

The hot path adds to plain integers (``metrics.deliveries += n``): the library's own counters take a lock and build
label tuples for each increment, which costs more than a delivery. They become Prometheus samples only when somebody
reads ``/metrics``. Everything is changed on the event loop, except a histogram, which has one writer of its own.

Labels are small closed sets (codes, route templates), never names of users or rooms: those would grow without bound
and tell strangers who is here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "folkmoot_"

BATCH_SIZES = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)  # entries in one commit
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

METRICS: dict[str, str] = {
    "connections": "Open sockets.",
    "rooms": "Rooms that somebody here listens to.",
    "posts_total": "Messages committed.",
    "deliveries_total": "Events handed to a socket: one for each event and receiver.",
    "commits_batch_size": "Posts and other changes committed in one transaction.",
    "commits_seconds": "Seconds that committing a batch took.",
    "slow_readers_total": "Times that a reader fell behind and was fed from the log.",
    "closes_total": "Sockets closed by the server, by close code.",
    "refusals_total": "Requests and commands refused, by code.",
    "formatted_total": "Texts with marks, by outcome: formatted, plain (the marks meant nothing), late or failed.",
    "sign_ins_total": "Attempts at the token endpoint, by outcome: ok, refused or limited.",
    "revocations_seconds": "Seconds from the transaction that took a right away to the close of a socket.",
    "requests_total": "HTTP requests answered, by method, route and status.",
    "requests_seconds": "Seconds until an HTTP request was answered, by route.",
}
"""Every metric of ours, without the prefix, and what it says."""

Gauge = Callable[[], float]


class Histogram:
    """How often a value fell under each of some bounds. One thread may write to it; any may read."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def buckets(self) -> list[tuple[str, float]]:
        """The cumulative counts that Prometheus wants, the last without an upper bound."""
        total = 0
        cumulated: list[tuple[str, float]] = []
        for bound, count in zip((*map(str, self.bounds), "+Inf"), self.counts, strict=True):
            total += count
            cumulated.append((bound, total))
        return cumulated


class Metrics:
    """The counts of one running server. ``connections`` and ``rooms`` are asked for when they are read."""

    __slots__ = (
        "closes",
        "commit_seconds",
        "commit_size",
        "connections",
        "deliveries",
        "formatted",
        "posts",
        "refusals",
        "request_seconds",
        "requests",
        "revocation_seconds",
        "rooms",
        "sign_ins",
        "slow_readers",
    )

    def __init__(self) -> None:
        self.connections: Gauge = lambda: 0
        self.rooms: Gauge = lambda: 0
        self.posts = 0
        self.deliveries = 0
        self.slow_readers = 0
        self.closes: Counter[int] = Counter()
        self.refusals: Counter[str] = Counter()
        self.sign_ins: Counter[str] = Counter()
        self.formatted: Counter[str] = Counter()
        self.requests: Counter[tuple[str, str, int]] = Counter()
        self.request_seconds: dict[str, Histogram] = {}
        self.commit_size = Histogram(BATCH_SIZES)
        self.commit_seconds = Histogram(SECONDS)
        self.revocation_seconds = Histogram(SECONDS)

    def committed(self, entries: int, posts: int, seconds: float) -> None:
        """Count one commit; called by the journal alone."""
        self.posts += posts
        self.commit_size.observe(entries)
        self.commit_seconds.observe(seconds)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one HTTP request. ``method`` and ``route`` must come from our own routes, not from the client."""
        self.requests[method, route, status] += 1
        histogram = self.request_seconds.get(route)
        if histogram is None:
            histogram = self.request_seconds[route] = Histogram(SECONDS)
        histogram.observe(seconds)


class MetricsCollector:
    """The metrics as Prometheus' families."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """Called by the registry, once for each reading."""
        metrics = self._metrics
        yield _gauge("connections", metrics.connections())
        yield _gauge("rooms", metrics.rooms())
        yield _counter("posts_total", {(): metrics.posts})
        yield _counter("deliveries_total", {(): metrics.deliveries})
        yield _counter("slow_readers_total", {(): metrics.slow_readers})
        yield _counter("closes_total", {(str(code),): n for code, n in metrics.closes.copy().items()}, "code")
        yield _counter("refusals_total", {(code,): n for code, n in metrics.refusals.copy().items()}, "code")
        yield _counter("formatted_total", {(how,): n for how, n in metrics.formatted.copy().items()}, "outcome")
        yield _counter("sign_ins_total", {(how,): n for how, n in metrics.sign_ins.copy().items()}, "outcome")
        requests: dict[tuple[str, ...], int] = {
            (method, route, str(status)): n for (method, route, status), n in metrics.requests.copy().items()
        }
        yield _counter("requests_total", requests, "method", "route", "status")
        yield _histogram("requests_seconds", {(route,): h for route, h in metrics.request_seconds.items()}, "route")
        yield _histogram("commits_batch_size", {(): metrics.commit_size})
        yield _histogram("commits_seconds", {(): metrics.commit_seconds})
        yield _histogram("revocations_seconds", {(): metrics.revocation_seconds})


class Exposition:
    """The metrics as the text that Prometheus scrapes. The registry is its own, so that two servers in one process do
    not count together."""

    def __init__(self, metrics: Metrics) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(MetricsCollector(metrics))
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """The values of this moment."""
        return generate_latest(self._registry)


def _gauge(name: str, value: float) -> Metric:
    return GaugeMetricFamily(PREFIX + name, METRICS[name], value=value)


def _counter(name: str, values: Mapping[tuple[str, ...], int], *labels: str) -> Metric:
    family = CounterMetricFamily(PREFIX + name, METRICS[name], labels=labels)
    for label_values, value in values.items():
        family.add_metric(label_values, value)
    return family


def _histogram(name: str, histograms: dict[tuple[str, ...], Histogram], *labels: str) -> Metric:
    family = HistogramMetricFamily(PREFIX + name, METRICS[name], labels=labels)
    for label_values, histogram in histograms.items():
        family.add_metric(label_values, buckets=histogram.buckets(), sum_value=histogram.sum)
    return family
