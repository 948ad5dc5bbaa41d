"""Times on the wire: RFC 3339 in UTC with milliseconds outwards, any offset inwards; Unix milliseconds inside."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from service.chat.records import FOREVER

# The grammar of RFC 3339, section 5.6. The calendar itself is checked by who makes a date of it.
_FORM = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MICROSECONDS = 6  # digits of a second's fraction that a datetime holds


@lru_cache(maxsize=4096)
def render(at: int) -> str:
    """Unix milliseconds as RFC 3339 in UTC with milliseconds."""
    seconds, ms = divmod(at, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ms:03d}Z"


def parse(text: str) -> int | None:
    """A time of RFC 3339 as Unix milliseconds; None for what is none, or lies before 1970 or after the year 9999."""
    match = _FORM.match(text)
    if match is None:
        return None
    fraction = match[1] or ""
    trimmed = text.replace(fraction, fraction[: _MICROSECONDS + 1], 1).upper().replace("Z", "+00:00")
    try:
        at = (datetime.fromisoformat(trimmed) - _EPOCH) // _MILLISECOND  # whole numbers: a float would lose one of them
    except (ValueError, OverflowError):
        return None
    return at if 0 <= at <= FOREVER else None
