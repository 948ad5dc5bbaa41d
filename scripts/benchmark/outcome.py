"""What a scenario has shown: figures by server, and whether the target was met."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Better(enum.Enum):
    HIGHER = "at least"
    LOWER = "at most"


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for. A miss is shown, and is no error: the machine may have had other work to do."""

    limit: float
    better: Better
    unit: str  # as it stands behind the figure: "×", " KiB"

    def met(self, figure: float) -> bool:
        return figure >= self.limit if self.better is Better.HIGHER else figure <= self.limit

    def __str__(self) -> str:
        return f"{self.better.value} {self.limit:,g}{self.unit}"


@dataclass(frozen=True, slots=True)
class Closes:
    """How long connections lived on that were to be closed: for a client, from its request to the close frame; and for
    the server itself, from its transaction on, as the bound of its histogram that the value stayed under."""

    count: int
    p50_ms: float
    p99_ms: float
    longest_ms: float
    server_p99_ms: float


@dataclass(frozen=True, slots=True)
class Searches:
    """How long searches took a client, one after another, and how long it took to index what they look through."""

    count: int
    messages: int
    p50_ms: float
    p95_ms: float
    longest_ms: float
    indexed_seconds: float


@dataclass(frozen=True, slots=True)
class Pages:
    """What the page was to a person: what came over the wire, when it was ready, how long frames took, and how much of
    it there was."""

    kb: float | None = None
    requests: int | None = None
    ready_ms: float | None = None
    frame_p95_ms: float | None = None
    frame_longest_ms: float | None = None
    nodes: float | None = None
    heap_mb: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """One server in one scenario; what it was not measured for is None."""

    server: str
    deliveries_per_second: float | None = None
    posts_per_second: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    cpu_seconds_per_million_deliveries: float | None = None
    idle_kib_per_connection: float | None = None
    connects_per_second: float | None = None
    cpu_ms_per_connect: float | None = None
    sign_ins_per_second: float | None = None
    closes: Closes | None = None
    searches: Searches | None = None
    pages: Pages | None = None
    generator_load: float | None = None  # of its core; near one, the generator is what was measured
    stolen_share: float | None = None  # of the time, by the host
    others_share: float | None = None  # of the time, by other programs on the two cores


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scenario, done."""

    name: str
    title: str
    figures: tuple[Figures, ...]
    measure: str  # what the figure is, for which there is a target
    figure: float
    target: Target
    rounds: tuple[float, ...]  # the same figure, round by round
    cpu_ratio: float | None = None  # for the same processor time, how many times what the textbook does
    wall_ratio: float | None = None  # in the same time, how many times what the textbook does

    @property
    def met(self) -> bool:
        return self.target.met(self.figure)
