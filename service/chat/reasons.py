"""The reason that somebody gives for an act of authority: one line, read by whom it concerns."""

from __future__ import annotations

from service.chat import names
from service.chat.deeds import REASON_MAX


def reason_of(raw: str | None) -> str | None:
    """The clean reason; None for none, also where it is blank. ``invalid`` if it is no line or too long."""
    if raw is None or not raw.strip():
        return None
    return names.line("reason", raw, REASON_MAX)
