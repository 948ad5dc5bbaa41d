"""Filters: a room's rules about what is said there. A word or a pattern that is found in a message has it refused,
masked, or reported. What becomes of a message is in ``screening``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.chat import names, standing
from service.chat.deeds import Deed, What, actor_of
from service.chat.errors import Code, Refusal, Why, not_found
from service.chat.policy import Action, Standing
from service.chat.ports import Patterns, Transaction
from service.chat.reasons import reason_of
from service.chat.records import Asker, Filter, FilterAction, FilterKind
from service.chat.screening import READING_STEPS, SIZE_MAX, Screen

PATTERN_MAX = 200  # characters
FILTERS_MAX = 100  # of a room
TRIED_MESSAGES = 1_000  # the latest of a room, on which a filter is tried
TRIED_STEPS = 20_000_000  # that a trial may take, as far as one can tell without reading


@dataclass(frozen=True, slots=True)
class NewFilter:
    """What is to be looked for, and what becomes of a message in which it is found."""

    kind: FilterKind
    pattern: str
    action: FilterAction
    reason: str | None = None

    def clean(self) -> str:
        """The pattern, if it is one by its length and letters."""
        pattern = names.line("pattern", self.pattern, PATTERN_MAX)
        if self.kind is FilterKind.WORD:
            return " ".join(pattern.split())
        return pattern


@dataclass(frozen=True, slots=True)
class AddFilter:
    """Set a rule about what is said in a room."""

    room: str
    wanted: NewFilter
    patterns: Patterns

    def run(self, tx: Transaction, asker: Asker) -> Filter:
        """By who moderates the room. It holds from the next message on; who moderates is spared."""
        place = _moderated(tx, asker, self.room)
        wanted, pattern, reason = self.wanted, self.wanted.clean(), reason_of(self.wanted.reason)
        size = self.patterns.size(wanted.kind, pattern)
        there = tx.filters.of_room(place.room.id)
        if any((one.kind, one.pattern) == (wanted.kind, pattern) for one in there):
            raise Refusal(Code.CONFLICT, "The room has a filter for that already.")
        if len(there) >= FILTERS_MAX:
            raise Refusal(Code.LIMIT, f"A room has {FILTERS_MAX} filters at most.", why=Why("filters_per_room"))
        if size + sum(self.patterns.size(one.kind, one.pattern) for one in there) > SIZE_MAX:
            raise Refusal(
                Code.LIMIT,
                f"This pattern costs {size:,} steps for each byte of a message; all filters of a room together may"
                f" cost {SIZE_MAX:,}. Fewer repetitions and classes of letters cost less.",
                why=Why("filter_cost"),
            )
        added = tx.filters.add(place.room, wanted.kind, pattern, wanted.action, asker.user, reason)
        deed = Deed(actor_of(asker), What.FILTER_ADDED, place.rank, room=place.room, reason=reason)
        deed.done(tx, filter=added.uid, kind=added.kind.value, action=added.action.value)
        return added


@dataclass(frozen=True, slots=True)
class Trial:
    """In how many of the latest messages something was found, of how many that were looked at."""

    met: int
    looked_at: int


@dataclass(frozen=True, slots=True)
class TryFilter:
    """See what a filter would have found."""

    room: str
    wanted: NewFilter
    screen: Screen

    def run(self, tx: Transaction, asker: Asker) -> Trial:
        """In the room's latest messages, by who could set it. Nothing is changed."""
        place = _moderated(tx, asker, self.room)
        kind, pattern, asking = self.wanted.kind, self.wanted.clean(), asker.user.uid
        size = self.screen.patterns.size(kind, pattern)
        met = looked_at = steps = 0
        for message in reversed(tx.log.messages(place.room, TRIED_MESSAGES)):
            steps += READING_STEPS * len(message.text) + size * len(message.text.encode())
            if steps > TRIED_STEPS:
                break
            looked_at += 1
            met += self.screen.read(asking, message.text, size).meets(kind, pattern)
        return Trial(met, looked_at)


@dataclass(frozen=True, slots=True)
class ListFilters:
    """The filters of a room, for who moderates it."""

    room: str

    def run(self, tx: Transaction, asker: Asker) -> Sequence[Filter]:
        """In the order in which they were made."""
        place = _moderated(tx, asker, self.room)
        return tx.filters.of_room(place.room.id)


@dataclass(frozen=True, slots=True)
class RemoveFilter:
    """Take a filter away."""

    room: str
    filter: str

    def run(self, tx: Transaction, asker: Asker) -> None:
        """By who moderates the room. What it has masked stays so. It can't be undone: it is as easily set again."""
        place = _moderated(tx, asker, self.room)
        found = next((one for one in tx.filters.of_room(place.room.id) if one.uid == self.filter), None)
        if found is None:
            raise not_found("filter")
        tx.filters.delete(found, place.room.id)
        deed = Deed(actor_of(asker), What.FILTER_REMOVED, place.rank, room=place.room)
        deed.done(tx, filter=found.uid, kind=found.kind.value, action=found.action.value)


def _moderated(tx: Transaction, asker: Asker, slug: str) -> Standing:
    place = standing.of_asker(tx, asker, slug)
    standing.require(tx, Action.MODERATE, place)
    return place
