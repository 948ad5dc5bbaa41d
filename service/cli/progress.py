"""How far something is, for the person who waits for it: a bar on stderr, if that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


class Bar:
    """One bar, for one thing after another."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def step(self, what: str, total: int) -> None:
        """Something begins; ``total`` is how much it is, 0 if nobody knows."""
        self._progress.reset(self._task, description=what, total=total or None)

    def advance(self, more: int) -> None:
        """So much more of it is done."""
        self._progress.advance(self._task, more)


@contextmanager
def bar() -> Iterator[Bar]:
    """A bar that is gone when all is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not _somebody_watches()) as progress:
        yield Bar(progress)


def _somebody_watches() -> bool:
    return sys.stderr.isatty()
