"""What every scenario is given: the machine, the house, how long to measure, and whom to tell how far it has come."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .crowd import Crowd
from .dialects import Dialect, FolkmootDialect, TextbookDialect
from .house import House
from .loop import Loop
from .machine import Cores
from .servers import Server, textbook


class Progress(Protocol):
    """Is told at the beginning of each step what it is."""

    def step(self, what: str) -> None:
        """A step begins; the one before has ended."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured. Quick is for a look while working; only the full one is for publishing."""

    rounds: int
    warm_up_seconds: float
    window_seconds: float
    idle_connections: int
    connects: int
    searched: int = 0  # messages in the log that is searched


FULL = Scale(
    rounds=3, warm_up_seconds=1.5, window_seconds=4.0, idle_connections=10_000, connects=500, searched=1_000_000
)
QUICK = Scale(rounds=1, warm_up_seconds=1.5, window_seconds=2.0, idle_connections=2_000, connects=300, searched=100_000)


@dataclass(frozen=True, slots=True)
class Bench:
    """The workshop."""

    house: House
    home: Path
    cores: Cores
    scale: Scale
    progress: Progress
    loop: Loop

    @contextmanager
    def textbook(self) -> Iterator[Side]:
        """The textbook server on its one core, with nobody connected."""
        with textbook(self.new_directory("textbook"), {self.cores.server}) as server:
            yield Side(server, TextbookDialect(), Crowd(self.loop, TextbookDialect(), server.port))

    @contextmanager
    def folkmoot(
        self, *, on_both_cores: bool = False, prepare: Callable[[Path], None] = lambda data: None
    ) -> Iterator[Side]:
        """Ours, with a copy of the house, on the same core unless told otherwise; the copy is prepared before."""
        cores = self.cores.both if on_both_cores else {self.cores.server}
        with self.house.server(self.new_directory("folkmoot"), cores, prepare) as server:
            yield Side(server, FolkmootDialect(), Crowd(self.loop, FolkmootDialect(), server.port))

    def new_directory(self, name: str) -> Path:
        """A directory of its own for something that is started."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.home))


@dataclass(frozen=True, slots=True)
class Side:
    """One server and those who are connected to it."""

    server: Server
    dialect: Dialect
    crowd: Crowd

    def leave(self) -> None:
        """Everybody goes, and the server has taken note."""
        self.crowd.leave()
        self.server.wait_until_idle()
