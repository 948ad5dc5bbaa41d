"""Who used how much processor time, and how much of it the host took away."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")

# Where the fields are in /proc/PID/stat once the name in parentheses, which may hold anything, is cut off (proc(5)).
_UTIME, _STIME = 11, 12
# And in a `cpuN` line of /proc/stat: user, nice, system, irq and softirq are work done; idle and iowait are not.
_BUSY = (1, 2, 3, 6, 7)
_STEAL = 8


def process_tree(pid: int, proc: Path = PROC) -> list[int]:
    """A process and all that it has started, as far as they live."""
    tree, at = [pid], 0
    while at < len(tree):
        for children in (proc / str(tree[at]) / "task").glob("*/children"):
            tree += map(int, _read(children).split())
        at += 1
    return tree


def used_seconds(pid: int, proc: Path = PROC) -> float:
    """Processor time of all threads of a process and of its children, in user mode and in the kernel."""
    ticks = 0
    for member in process_tree(pid, proc):
        fields = _read(proc / str(member) / "stat").rpartition(")")[2].split()
        if fields:
            ticks += int(fields[_UTIME]) + int(fields[_STIME])
    return ticks / TICKS_PER_SECOND


def stolen_seconds(cores: Iterable[int], proc: Path = PROC) -> float:
    """How long these cores would have run, had the host not given them to someone else."""
    return sum(ticks[_STEAL] for ticks in _ticks_of(cores, proc)) / TICKS_PER_SECOND


def busy_seconds(cores: Iterable[int], proc: Path = PROC) -> float:
    """How long these cores have worked, for whomever."""
    return sum(ticks[field] for ticks in _ticks_of(cores, proc) for field in _BUSY) / TICKS_PER_SECOND


def _ticks_of(cores: Iterable[int], proc: Path) -> list[list[int]]:
    """The fields of each core's line; the first one is its number."""
    names = {f"cpu{core}" for core in cores}
    lines = (line.split() for line in _read(proc / "stat").splitlines() if line.startswith("cpu"))
    return [[int(name.removeprefix("cpu")), *map(int, ticks)] for name, *ticks in lines if name in names]


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""  # It ended while we looked.


@dataclass(frozen=True, slots=True)
class Usage:
    """Between two looks at the clocks."""

    seconds: float
    server: float  # processor seconds of the server
    generator: float  # of this process
    stolen: float  # by the host, of the cores in use
    busy: float  # of the cores in use, for whomever

    @property
    def others(self) -> float:
        """What other programs took of the cores in use. A ratio by the clock says little where that is much."""
        return max(0.0, self.busy - self.server - self.generator)

    @property
    def generator_load(self) -> float:
        """What share of its core the load generator needed: near one, it would be what is measured."""
        return self.generator / self.seconds if self.seconds else 0.0


class Meter:
    """Reads all clocks at once, at the beginning and at the end of a window."""

    def __init__(self, pid: int, cores: Iterable[int]) -> None:
        self._pid = pid
        self._cores = tuple(cores)
        self._begin = self._look()

    def _look(self) -> tuple[float, ...]:
        cores = self._cores
        used = used_seconds(self._pid), time.process_time()
        return time.monotonic(), *used, stolen_seconds(cores), busy_seconds(cores)

    def usage(self) -> Usage:
        return Usage(*(now - then for now, then in zip(self._look(), self._begin, strict=True)))
