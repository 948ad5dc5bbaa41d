"""The server's own histograms, read from its metrics."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many values fell under each bound, the bounds rising to infinity."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]

    def since(self, earlier: Histogram) -> Histogram:
        """What has been added after an earlier look."""
        return Histogram(self.bounds, tuple(now - then for now, then in zip(self.counts, earlier.counts, strict=True)))

    def plus(self, other: Histogram) -> Histogram:
        """Both together."""
        return Histogram(self.bounds, tuple(map(sum, zip(self.counts, other.counts, strict=True))))

    @property
    def total(self) -> int:
        return self.counts[-1]

    def bound(self, share: float) -> float:
        """The lowest bound that at least this share of the values stayed under: what was measured, and no guess at what
        lies between two bounds."""
        return next(bound for bound, count in zip(self.bounds, self.counts, strict=True) if count >= share * self.total)


def read(metrics: str, name: str) -> Histogram:
    """A histogram without labels, from the text that Prometheus reads."""
    found = re.findall(rf'^{name}_bucket\{{le="([^"]+)"\}} ([0-9.e+]+)$', metrics, re.MULTILINE)
    return Histogram(tuple(float(bound) for bound, _ in found), tuple(int(float(count)) for _, count in found))
