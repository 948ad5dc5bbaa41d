"""How much memory a process holds."""

from __future__ import annotations

from pathlib import Path

from .processor import PROC, process_tree


def held_kib(pid: int, proc: Path = PROC) -> int:
    """Its proportional set size in KiB, with its children's: pages shared with others count in part."""
    total = 0
    for member in process_tree(pid, proc):
        for line in (proc / str(member) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total
