"""Where a list is gone on with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """Where to go on (``cursor``: the last key seen, or None from the start) and how many items at most."""

    cursor: str | None
    limit: int
