"""The figures for people, and what they have to know to read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from scripts.benchmark.grid import Grid, number
from scripts.scale.posts import BATCH
from scripts.scale.stopwatch import BATCHES, COLD, NEW_BATCHES, PLACES, ROUNDS, Line, Took

RATIO_MOST = 1.5  # of the medians, of the longest log to the shortest


def grids(sizes: Sequence[int], lines: Sequence[Line]) -> list[Grid]:
    """One table of what is read again and again, and one of what is read on new connections."""
    header = ("ms", *(f"{share} at {size:,}" for size in sizes for share in ("p50", "p95")), "ratio of p50", "met")
    return [
        Grid(f"Warm: at most {RATIO_MOST} times", header, 1, [_row(line.title, line.warm) for line in lines]),
        Grid(
            f"With an empty page cache: at most {RATIO_MOST} times",
            header,
            1,
            [_row(line.title, line.cold) for line in lines],
        ),
    ]


def ratio(took: Sequence[Took]) -> float:
    """How much more it takes in the longest log than in the shortest."""
    return took[-1].p50 / took[0].p50


def _row(title: str, took: Sequence[Took]) -> tuple[str, ...]:
    cells = (number(figure) for one in took for figure in (one.p50, one.p95))
    return (title, *cells, f"{ratio(took):.2f}×", "yes" if ratio(took) <= RATIO_MOST else "no")


def caption(now: datetime, machine: str, filesystem: str, load: float) -> str:
    """A paragraph for under the tables."""
    return (
        f"{now:%Y-%m-%d}, {machine}, load {load:.1f} before; {filesystem}. The use cases of the server on its own "
        "storage, in one process, without HTTP; the logs in turn, the same people in each: 200 rooms, half of all said "
        "in one of them. "
        f"Warm: {PLACES} places of the log, each {ROUNDS} times on one connection. With an empty page cache: "
        f"{COLD} places, each on a connection of its own, that has read the schema alone; what the operating system "
        f"keeps in memory stays there. Posts are batches of {BATCH} by as many people, until they are on disk; "
        f"{BATCHES} batches, and {NEW_BATCHES} that are the first of their connection."
    )
