"""How long to wait before connecting again: a pure schedule.

The waits double up to a ceiling, and each is drawn at random from nothing up to its bound ("full jitter"), so that a
thousand clients of a restarted server do not come back in the same instant.
"""

from __future__ import annotations

import random
from collections.abc import Callable

FIRST_SECONDS = 1.0  # bound of the first wait
CEILING_SECONDS = 30.0  # bound of all later ones
STABLE_MS = 10_000  # a connection that lasted this long was a good one: the schedule starts anew


class Backoff:
    """The waits of one client. ``chance`` answers a number in [0, 1)."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        self._chance = chance
        self._attempt = 0

    def next(self, at_least: float = 0.0) -> float:
        """Seconds until the next attempt, on top of what the server asked for."""
        bound = min(CEILING_SECONDS, FIRST_SECONDS * 2.0 ** min(self._attempt, 16))
        self._attempt += 1
        return at_least + bound * self._chance()

    def lasted(self, ms: int) -> None:
        """A connection is over that stood for so long."""
        if ms >= STABLE_MS:
            self._attempt = 0

    @property
    def fresh(self) -> bool:
        """Whether the next attempt is the first one after a good connection."""
        return self._attempt == 0
