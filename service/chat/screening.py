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
from math import ceil

from service.chat.errors import Code, Refusal, Why
from service.chat.ports import Patterns, Text
from service.chat.records import Filter, FilterAction

SIZE_MAX = 1_500  # steps that all filters of a room together may take for a byte
READING_STEPS = 200  # for a code point, before anything is looked for: to fold a text takes longer than most patterns
STEPS_SAVED = 75_000_000  # steps that a user may have saved up: enough for any text before any filters
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

    def spend(self, user_uid: str, steps: int, besides: int = 0) -> None:
        """Take them, or raise ``rate_limited``; who comes back needs so many ``besides``."""
        with self._lock:
            left, now = self._now(user_uid)
            enough = steps <= left
            self._keep(user_uid, left - steps if enough else left, now)
        if not enough:
            wait = (steps + besides - left) / STEPS_PER_SECOND
            text = "The filters of the room have as much to do with what you sent as they may have for one user."
            raise Refusal(Code.RATE_LIMITED, text, why=Why("filter_effort"), retry_after=ceil(wait * 1000) / 1000)

    def owe(self, user_uid: str, steps: int) -> None:
        """Steps that were taken before anybody knew how many they would be: they are waited for afterwards."""
        with self._lock:
            left, now = self._now(user_uid)
            self._keep(user_uid, left - steps, now)

    def _now(self, user_uid: str) -> tuple[float, float]:
        now = self._monotonic()
        left, at = self._left.pop(user_uid, (STEPS_SAVED, now))
        return min(STEPS_SAVED, left + (now - at) * STEPS_PER_SECOND), now

    def _keep(self, user_uid: str, left: float, now: float) -> None:
        self._left[user_uid] = (left, now)
        if len(self._left) > USERS_REMEMBERED:
            self._left.popitem(last=False)


class Screen:
    """The way of a text past filters."""

    def __init__(self, patterns: Patterns, effort: Effort) -> None:
        self.patterns = patterns
        self.effort = effort

    def read(self, user_uid: str, text: str, size: int) -> Text:
        """Make a text ready for something of that size to be looked for. Who has not the steps for both is refused,
        and for the first of them before it is begun."""
        reading = READING_STEPS * len(text)
        self.effort.spend(user_uid, reading, besides=size * len(text))
        read = self.patterns.read(text)
        self.effort.spend(user_uid, size * read.length, besides=reading)
        return read

    def look(self, user_uid: str, filters: Sequence[Filter], text: str) -> Screened:
        """Look at what somebody wants to say. ``forbidden`` if a filter refuses it, by whom and why; not what it looks
        for, which would be a lesson in how to get round it."""
        size = sum(self.patterns.size(one.kind, one.pattern) for one in filters)
        read = self.read(user_uid, text, size)
        met = [one for one in filters if read.meets(one.kind, one.pattern)]
        refused = _first(met, FilterAction.REJECT)
        if refused is not None:
            why = Why("filter", refused.by, refused.at, reason=refused.reason)
            raise Refusal(Code.FORBIDDEN, "A filter of this room does not let this message through.", why=why)
        masks = [one for one in met if one.action is FilterAction.MASK]
        return Screened(self._masked(user_uid, masks, read, text), _first(met, FilterAction.REPORT))

    def _masked(self, user_uid: str, masks: Sequence[Filter], read: Text, text: str) -> str:
        for one in masks:
            places, searched = read.places(one.kind, one.pattern)
            self.effort.owe(user_uid, self.patterns.size(one.kind, one.pattern) * searched)
            for start, end in places:
                text = text[:start] + MASK * (end - start) + text[end:]
        return text


def _first(met: Sequence[Filter], action: FilterAction) -> Filter | None:
    return next((one for one in met if one.action is action), None)
