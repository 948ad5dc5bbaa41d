"""Texts as they are compared: the same letters in whatever spelling are one text, and each place of it leads back to
the original.

This is the Unicode Standard's case folding for compatibility (NFKC_Casefold): compatible forms become one, case goes,
and so does what is invisible, for a zero-width joiner between two letters must not make another word of them. Patterns
are not matched here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

# Normalising is quadratic in the marks on one letter: a longer pile is folded in parts (UAX #15, stream-safe text).
PILE_MAX = 32  # code points
GROWTH_MAX = 4  # code points that one may become: a few ligatures would make a text 18 times as long
CHARACTERS_KNOWN = 8_192  # of which is remembered what becomes of them

# Default_Ignorable_Code_Point (UAX #44).
INVISIBLE = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_JAMO = range(0x1161, 0x1200)  # vowels and finals, which compose with what stands before them though they are no marks


@dataclass(frozen=True, slots=True)
class Folded:
    """``text`` is what is compared. Its code point ``i`` came from ``starts[i]`` up to ``ends[i]`` of the original;
    where both are None, each from its own."""

    text: str
    starts: list[int] | None = None
    ends: list[int] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original from which ``text[start:end]``, which is not empty, came."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """The text as it is compared."""
    if text.isascii():
        return Folded(text.lower())
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    pile, start, end = "", 0, 0

    def put() -> None:
        if pile:
            piece = _single(pile)[0] if len(pile) == 1 else _fold(pile)
            folded.append(piece)
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))

    for at, character in enumerate(text):
        if INVISIBLE.match(character):
            continue
        if pile and _single(character)[1] and len(pile) < PILE_MAX:
            pile += character
        else:
            put()
            pile, start = character, at
        end = at + 1
    put()
    return Folded("".join(folded), starts, ends)


def words(text: str) -> dict[str, list[int]]:
    """The words of a text, and where each begins."""
    found: dict[str, list[int]] = {}
    start = 0
    for inside, letters in groupby(text, is_word):
        word = "".join(letters)
        if inside:
            found.setdefault(word, []).append(start)
        start += len(word)
    return found


@lru_cache(maxsize=CHARACTERS_KNOWN)
def is_word(character: str) -> bool:
    """Whether it stands in a word: letters, digits and marks. An underscore does not, for it is what emphasis is
    written with."""
    return character.isalnum() or unicodedata.category(character)[0] == "M"


@lru_cache(maxsize=CHARACTERS_KNOWN)
def _single(character: str) -> tuple[str, bool]:
    """What a code point becomes by itself, and whether it joins what stands before it."""
    first = unicodedata.normalize("NFKD", character)[0]
    return _fold(character), unicodedata.category(first)[0] == "M" or ord(first) in _JAMO


def _fold(pile: str) -> str:
    composed = unicodedata.normalize("NFKC", pile)
    if len(composed) > GROWTH_MAX * len(pile):
        return pile.casefold()
    return unicodedata.normalize("NFKC", composed.casefold())
