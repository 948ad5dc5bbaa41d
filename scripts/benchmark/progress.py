"""How far it has come, on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class Bar:
    """A bar of steps. It is drawn between the measured windows: a thread of its own would disturb what is measured."""

    def __init__(self, console: Console, steps: int) -> None:
        self._bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}"),
            console=console,
            auto_refresh=False,
        )
        self._task = self._bar.add_task("", total=steps)
        self._begun = False

    def __enter__(self) -> Bar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def step(self, what: str) -> None:
        self._bar.update(self._task, advance=1 if self._begun else 0, description=what)
        self._bar.refresh()
        self._begun = True

    def finish(self) -> None:
        self.step("done")
