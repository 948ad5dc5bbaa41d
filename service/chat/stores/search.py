"""What searching needs: an index of what was said, which follows the log by itself and may be behind it.

It is asked with what somebody may read, and trusted with nothing: what it finds is looked at again in the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from service.chat.queries import Phrase, Trait


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query with everybody and every room in it known by their ids. ``rooms`` is all that may be looked into;
    ``authors`` is empty for anybody. Times are Unix ms, ``since`` inclusive and ``before`` exclusive."""

    rooms: frozenset[int]
    words: tuple[Phrase, ...] = ()
    without: tuple[Phrase, ...] = ()
    authors: tuple[int, ...] = ()
    without_authors: tuple[int, ...] = ()
    traits: tuple[Trait, ...] = ()
    without_traits: tuple[Trait, ...] = ()
    since: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found. ``key`` is its place in the index: a later message has a higher one."""

    key: int
    room_id: int
    seq: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an excerpt; ``hit`` if it is what was looked for."""

    text: str
    hit: bool = False


Excerpt = tuple[Piece, ...]


class SearchIndex(Protocol):
    """The index. ``unavailable`` is raised where there is none, or where too many wait for it."""

    async def caught_up(self) -> bool:
        """Wait a moment for what was committed before; whether all of the log is in the index."""
        ...

    async def newest(self, wanted: Wanted, below: int | None, limit: int) -> list[Hit]:
        """What fits, the latest first, with keys lower than ``below``."""
        ...

    async def best(self, wanted: Wanted, below: int | None, first: int, limit: int) -> tuple[list[Hit], int]:
        """What fits best among the latest that fit, with keys lower than ``below``; ``first`` of them are passed
        over. And a key that is above all of those: below it they are the same, whatever is said meanwhile."""
        ...

    async def excerpts(self, wanted: Wanted, texts: Mapping[int, str]) -> dict[int, Excerpt]:
        """What to show of these texts; one that does not fit is left out."""
        ...
