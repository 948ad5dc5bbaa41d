"""What people type to find something, read into what is meant by it.

Words are all looked for, ``"words together"`` as they stand, ``begin*`` also as beginnings, ``-word`` not at all.
``from:bob``, ``in:lobby``, ``has:link``, ``before:2026-11-22``, ``after:`` and ``on:`` narrow it further; a minus
before the first three turns them round. Whatever has a colon and none of these names is a word like any other.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NoReturn, TypeVar

from service.chat.errors import Refusal, invalid
from service.chat.names import storable

T = TypeVar("T")

FIELD = "q"
QUERY_MAX = 500  # characters
TERMS_MAX = 20  # words, phrases and filters together
PREFIX_MIN = 2  # characters before a star: one alone begins a good part of all words
SHOWN_MAX = 40  # characters of a term that an error repeats

_TERM = re.compile(
    r"(?P<minus>-?)(?:(?P<key>from|in|has|before|after|on):)?"
    r'(?:"(?P<phrase>[^"]*)"(?P<star>\*?)|(?P<word>[^\s"]+))',
    re.IGNORECASE,
)
_BARE_KEY = re.compile(r"-?(from|in|has|before|after|on):\Z", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d{1,6})?(Z|[+-]\d\d:\d\d)\Z", re.ASCII | re.IGNORECASE)
_WORDS = re.compile(r"[^\W_]+")
_DATES = ("before", "after", "on")


class Trait(StrEnum):
    """What a message can have beside its words."""

    LINK = "link"
    FILE = "file"
    REACTION = "reaction"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One word, or several that stand together; with ``prefix`` the last of them may go on."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. Usernames are folded; times are Unix ms, ``since`` inclusive and ``before`` exclusive."""

    words: tuple[Phrase, ...] = ()
    without: tuple[Phrase, ...] = ()
    authors: tuple[str, ...] = ()
    without_authors: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    without_rooms: tuple[str, ...] = ()
    traits: tuple[Trait, ...] = ()
    without_traits: tuple[Trait, ...] = ()
    since: int | None = None
    before: int | None = None


def parse(raw: str) -> Query:
    """Read a query; ``invalid`` with a sentence about what can't be read in it."""
    if len(storable(FIELD, raw)) > QUERY_MAX:
        raise wrong(f"use at most {QUERY_MAX} characters")
    if raw.count('"') % 2:
        raise wrong('a quotation mark (") is not closed')
    reading = _Reading()
    for number, match in enumerate(_TERM.finditer(raw)):
        if number >= TERMS_MAX:
            raise wrong(f"use at most {TERMS_MAX} words and filters")
        reading.take(match)
    return reading.done()


def wrong(sentence: str) -> Refusal:
    """The refusal of a query."""
    return invalid(FIELD, sentence)


class _Reading:
    """A query, term by term."""

    def __init__(self) -> None:
        self._lists: dict[tuple[str, bool], dict[object, None]] = {}
        self._since: int | None = None
        self._before: int | None = None

    def take(self, match: re.Match[str]) -> None:
        minus, key, phrase = bool(match["minus"]), (match["key"] or "").lower(), match["phrase"]
        value = match["word"] if phrase is None else phrase
        if key in _DATES:
            self._date(key, value, minus)
        elif key:
            self._add(key, _value(key, value), minus)
        elif phrase is not None:
            self._word(phrase, bool(match["star"]), minus)
        elif _BARE_KEY.match(value):
            raise wrong(f"{value} has nothing behind it")
        else:
            self._word(value.rstrip("*"), value.endswith("*"), minus)

    def done(self) -> Query:
        """The whole query. There must be something to go by: what is not looked for finds nothing."""
        found = Query(
            words=self._all("word", Phrase),
            without=self._all("word", Phrase, minus=True),
            authors=self._all("from", str),
            without_authors=self._all("from", str, minus=True),
            rooms=self._all("in", str),
            without_rooms=self._all("in", str, minus=True),
            traits=self._all("has", Trait),
            without_traits=self._all("has", Trait, minus=True),
            since=self._since,
            before=self._before,
        )
        if not (found.words or found.authors or found.rooms or found.traits or found.since or found.before):
            raise wrong("say what to look for: a word, or a filter such as from: or in:")
        return found

    def _word(self, text: str, prefix: bool, minus: bool) -> None:
        words = _WORDS.findall(text)
        if not words:
            if any(unicodedata.category(character) == "So" for character in text):
                raise wrong("pictures and symbols can't be looked for, only words")
            return  # a dash, an ampersand: it stands between words
        if prefix and len(words[-1]) < PREFIX_MIN:
            raise wrong(f"write at least {PREFIX_MIN} letters before a star")
        self._add("word", Phrase(text, prefix), minus)

    def _date(self, key: str, value: str, minus: bool) -> None:
        if minus:
            raise wrong(f"{key}: can't have a minus before it")
        begins, ends = _span(value)
        if key in ("after", "on"):
            since = ends if key == "after" else begins
            self._since = since if self._since is None else max(self._since, since)
        if key in ("before", "on"):
            before = begins if key == "before" else ends
            self._before = before if self._before is None else min(self._before, before)

    def _add(self, kind: str, value: object, minus: bool) -> None:
        self._lists.setdefault((kind, minus), {})[value] = None

    def _all(self, kind: str, type_: type[T], *, minus: bool = False) -> tuple[T, ...]:
        return tuple(value for value in self._lists.get((kind, minus), ()) if isinstance(value, type_))


def _value(key: str, value: str) -> object:
    if key == "has":
        try:
            return Trait(value.lower())
        except ValueError:
            raise wrong("after has: write " + " or ".join(trait.value for trait in Trait)) from None
    bare = value.removeprefix("@" if key == "from" else "#").lower()
    return bare or _nothing(key)


def _nothing(key: str) -> NoReturn:
    raise wrong(f"{key}: has nothing behind it")


def _span(value: str) -> tuple[int, int]:
    """From when until when a day lasts (in UTC), or a moment, which is over as soon as it has come."""
    try:
        if _DAY.match(value):
            begins = datetime.fromisoformat(value).replace(tzinfo=UTC)
            return _ms(begins), _ms(begins + timedelta(days=1))
        if _TIME.match(value):
            moment = _ms(datetime.fromisoformat(value.upper()))
            return moment, moment + 1
    except (ValueError, OverflowError):
        pass  # a thirtieth of February
    raise wrong(f"{value[:SHOWN_MAX]} is no date: write it as 2026-11-22, or as a time such as 2026-11-22T09:30:00Z")


def _ms(moment: datetime) -> int:
    return max(0, int(moment.timestamp() * 1000))
