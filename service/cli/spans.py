"""Spans of time as people type them: ``10m``, ``2h``, ``1d12h``."""

from __future__ import annotations

import re
from datetime import timedelta

SPAN_MAX = timedelta(days=3650)  # what is longer is meant to have no end

_SPAN = re.compile(r"(?:\d{1,6}[smhdw])+", re.IGNORECASE)
_PART = re.compile(r"(\d+)([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def span_of(word: str) -> timedelta | None:
    """How long that is; None if the word is no span."""
    if _SPAN.fullmatch(word) is None:
        return None
    parts = dict.fromkeys(_UNITS.values(), 0)
    for number, unit in _PART.findall(word.lower()):
        parts[_UNITS[unit]] += int(number)
    return timedelta(**parts) or None
