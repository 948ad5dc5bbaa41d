"""Whether a word or a pattern is in a text, and where, at a cost that has a bound.

Patterns are RE2's: their time grows with the text and with the size of the program that a pattern is compiled to, and
with nothing else, so neither a pattern nor a text can be made that takes for ever. The size has a bound too. What
is done about a text that is met is decided in ``chat``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]

from service.chat.errors import invalid
from service.chat.records import FilterKind
from service.text.folding import INVISIBLE, Folded, fold, is_word, words

PROGRAM_BYTES = 262_144  # for a compiled pattern and what it remembers of the texts it has read
PROGRAMS_KEPT = 500  # compiled patterns: at worst 125 MiB
WORDS_KEPT = 10_000
WORD_SIZE, PHRASE_SIZE = 1, 30  # steps for a byte, as they were measured: a word is looked up, a phrase searched for
# Each search begins anew, and may read all that is left to find that a place ends early.
SEARCHED_MAX = 32_768  # bytes read to find all places of one pattern in one text


class Patterns:
    """Words and patterns, each matched against the folded text: in whatever case, width and disguise of invisible
    characters a word is written, it is that word."""

    def size(self, kind: FilterKind, pattern: str) -> int:
        """How much a byte of a text may cost: the instructions of a pattern's program. ``invalid`` if it is none."""
        if kind is FilterKind.WORD:
            word = _word(pattern)
            if not word:
                raise invalid("pattern", "there is nothing to look for in it")
            return WORD_SIZE if _is_one(word) else PHRASE_SIZE
        return _size(pattern)

    def read(self, text: str) -> Read:
        """The text, made ready once for all that is looked for in it."""
        return Read(fold(text))


class Read:
    """One text."""

    def __init__(self, folded: Folded) -> None:
        self._folded = folded
        self._bytes = folded.text.encode()
        self._standing: dict[str, list[int]] | None = None  # where each word begins that stands in the text

    @property
    def length(self) -> int:
        """In bytes, as it is matched."""
        return len(self._bytes)

    def meets(self, kind: FilterKind, pattern: str) -> bool:
        """Whether it is in the text."""
        if kind is FilterKind.WORD:
            return next(self._words(pattern), None) is not None
        return _compiled(pattern).search(self._bytes) is not None

    def places(self, kind: FilterKind, pattern: str) -> tuple[list[tuple[int, int]], int]:
        """Where it is, from and up to which code point of the original; and how many bytes were read to find that."""
        if kind is FilterKind.WORD:
            found, searched = list(self._words(pattern)), len(self._bytes)
        else:
            found, searched = self._matches(pattern)
        return [self._folded.original(start, end) for start, end in found], searched

    def _words(self, pattern: str) -> Iterator[tuple[int, int]]:
        """A word, or several, that do not stand in another word."""
        text, word = self._folded.text, _word(pattern)
        if _is_one(word):
            if self._standing is None:
                self._standing = words(text)
            for start in self._standing.get(word, ()):
                yield start, start + len(word)
            return
        start = text.find(word)
        while start >= 0:
            end = start + len(word)
            if not _joined(text, start) and not _joined(text, end):
                yield start, end
                start = text.find(word, end)
            else:
                start = text.find(word, start + 1)

    def _matches(self, pattern: str) -> tuple[list[tuple[int, int]], int]:
        program, text = _compiled(pattern), self._bytes
        found: list[tuple[int, int]] = []
        at = place = searched = 0
        while at < len(text):
            searched += len(text) - at
            match = program.search(text, at)
            if match is None:
                break
            start, end = match.span()
            place += len(text[at:start].decode())
            if searched > SEARCHED_MAX:
                found.append((place, len(self._folded.text)))  # what else is in the rest is not worth its price
                break
            if end == start:  # a place without width: on behind the next code point, or it would be found for ever
                place, at = place + 1, _next(text, start)
                continue
            length = len(text[start:end].decode())
            found.append((place, place + length))
            place, at = place + length, end
        return found, searched


def _joined(text: str, at: int) -> bool:
    """Whether the letters on both sides of a place are of one word."""
    return 0 < at < len(text) and is_word(text[at - 1]) and is_word(text[at])


def _next(text: bytes, at: int) -> int:
    """Where the next code point begins."""
    at += 1
    while at < len(text) and text[at] & 0xC0 == 0x80:
        at += 1
    return at


@lru_cache(maxsize=WORDS_KEPT)
def _word(pattern: str) -> str:
    return fold(pattern).text.strip()


@lru_cache(maxsize=WORDS_KEPT)
def _is_one(word: str) -> bool:
    """Whether it has nothing in it but what words are made of, so that it is one of a text's words or none."""
    return all(map(is_word, word))


@lru_cache(maxsize=PROGRAMS_KEPT)
def _size(pattern: str) -> int:
    program = _compiled(pattern)
    if program.search(b"") is not None:
        raise invalid("pattern", "it matches the empty text, and so every message")
    return int(program.programsize)


@lru_cache(maxsize=PROGRAMS_KEPT)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem = PROGRAM_BYTES
    options.never_capture = True
    options.case_sensitive = False
    options.log_errors = False
    try:
        return re2.compile(_spelt(pattern).encode(), options)
    except re2.error as error:
        raise invalid("pattern", _sentence(error)) from error


def _spelt(pattern: str) -> str:
    """The pattern as texts are spelt that it is matched against. What has a meaning in patterns is ASCII, and stays."""
    spelt: list[str] = []
    escaped = in_class = False
    for character in unicodedata.normalize("NFC", INVISIBLE.sub("", pattern)):
        if not character.isascii() and not escaped:
            spelt.append(_letters(fold(character).text, in_class))
        elif escaped and character == "C":
            raise invalid("pattern", r"\C is not allowed: it would match a part of a letter")
        else:
            spelt.append(character)
            if not escaped and character in "[]":
                in_class = character == "["
        escaped = character == "\\" and not escaped
    return "".join(spelt)


def _letters(folded: str, in_class: bool) -> str:
    if len(folded) > 1 and in_class:
        raise invalid("pattern", f"no letter between [ and ] may be one that is matched as several: {folded}")
    literal = re2.escape(folded)
    return f"(?:{literal})" if len(folded) > 1 else str(literal)


def _sentence(error: Exception) -> str:
    """What RE2 says of a pattern."""
    (said,) = error.args
    return f"this is no pattern (RE2): {said.decode() if isinstance(said, bytes) else said}"
