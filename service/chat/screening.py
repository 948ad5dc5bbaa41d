"""What a room's filters find in a text, and what becomes of it. Who sets a filter is in ``filters``; how a text is
matched is behind a port.

Matching is done where messages are stored, one after another, so what it costs has a bound in each direction: the
filters of a room together, the length of a text, and for each user the steps that are taken for them. Who sets the
worst pattern that may be set, and sends it the worst text, is slowed down before others notice.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.chat.errors import Code, Refusal, Why
from service.chat.ports import Patterns
from service.chat.records import Filter, FilterAction

SIZE_MAX = 1_500  # steps that all filters of a room together may take for a byte
STEPS_SAVED = (
    75_000_000  # steps that a user may have saved up: enough for the longest text before the costliest filters
)
STEPS_PER_SECOND = 4_000_000  # steps for a user; a step is 1 to 10 ns where it is a step at all
USERS_REMEMBERED = 10_000  # of whom it is known what they have left; who was seen longest ago goes first
MASK = "*"


@dataclass(frozen=True, slots=True)
class Screened:
    """A text as it is to be stored, and the filter that wants it reported, if one does."""

    text: str
    report: Filter | None = None


class Effort:
    """The steps that are left for each user. ``monotonic`` is in seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()  # messages are stored on one thread, and filters tried on others

    def spend(self, user_uid: str, steps: int) -> None:
        """Take them, or raise ``rate_limited``."""
        with self._lock:
            now = self._monotonic()
            left, at = self._left.pop(user_uid, (STEPS_SAVED, now))
            left = min(STEPS_SAVED, left + (now - at) * STEPS_PER_SECOND)
            wait = (steps - left) / STEPS_PER_SECOND
            self._left[user_uid] = (left if wait > 0 else left - steps, now)
            if len(self._left) > USERS_REMEMBERED:
                self._left.popitem(last=False)
        if wait > 0:
            text = "The filters of the room have as much to do with what you sent as they may have for one user."
            raise Refusal(Code.RATE_LIMITED, text, why=Why("filter_effort"), retry_after=round(wait, 3))


class Screen:
    """The way of a text past filters."""

    def __init__(self, patterns: Patterns, effort: Effort) -> None:
        self.patterns = patterns
        self.effort = effort

    def look(self, user_uid: str, filters: Sequence[Filter], text: str) -> Screened:
        """Look at what somebody wants to say. ``forbidden`` if a filter refuses it, by whom and why; not what it looks
        for, which would be a lesson in how to get round it."""
        read = self.patterns.read(text)
        size = sum(self.patterns.size(one.kind, one.pattern) for one in filters)
        self.effort.spend(user_uid, size * read.length)
        met = [one for one in filters if read.meets(one.kind, one.pattern)]
        refused = _first(met, FilterAction.REJECT)
        if refused is not None:
            why = Why("filter", refused.by, refused.at, reason=refused.reason)
            raise Refusal(Code.FORBIDDEN, "A filter of this room does not let this message through.", why=why)
        shown = text
        for one in met:
            if one.action is FilterAction.MASK:
                for start, end in read.places(one.kind, one.pattern):
                    shown = shown[:start] + MASK * (end - start) + shown[end:]
        return Screened(shown, _first(met, FilterAction.REPORT))


def _first(met: Sequence[Filter], action: FilterAction) -> Filter | None:
    return next((one for one in met if one.action is action), None)
