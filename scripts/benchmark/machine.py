"""What it runs on: the cores that are handed out, the files that may be open, and a line for under the table."""

from __future__ import annotations

import os
import platform
import resource
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cores:
    """Which core serves and which one loads."""

    server: int
    generator: int

    @property
    def both(self) -> set[int]:
        return {self.server, self.generator}


def hand_out_cores() -> Cores | None:
    """The first two cores that we may use; None where there is only one, since nothing can be measured there."""
    usable = sorted(os.sched_getaffinity(0))
    return Cores(usable[0], usable[1]) if len(usable) > 1 else None


def open_files_allowed() -> int:
    """Raise the limit of open files as far as we may, for the servers as well, which inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def describe() -> str:
    """The processor, the cores and the versions that matter to the figures."""
    return f"{_processor()}, {os.cpu_count()} cores; Linux {platform.release()}; Python {platform.python_version()}"


def filesystem_of(directory: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The kind of file system that a directory lies on: what a commit to disk means depends on it."""
    best, kind = "", "unknown"
    for line in mounts.read_text().splitlines():
        _, mounted_at, this_kind, *_ = line.split(" ")
        if directory.resolve().is_relative_to(mounted_at) and len(mounted_at) >= len(best):
            best, kind = mounted_at, this_kind
    return kind


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
