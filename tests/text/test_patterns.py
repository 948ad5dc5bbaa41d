"""Words and patterns in texts: found in every disguise, at their places in the original, at a bounded cost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.chat.errors import Refusal
from service.chat.names import TEXT_MAX
from service.chat.records import FilterKind
from service.chat.screening import READING_STEPS, SIZE_MAX, STEPS_SAVED
from service.text import patterns
from service.text.folding import GROWTH_MAX
from service.text.patterns import PHRASE_SIZE, PROGRAM_BYTES, SEARCHED_MAX, WORD_SIZE, Patterns

WORD, PATTERN = FilterKind.WORD, FilterKind.PATTERN
UTF8_WIDEST = 3  # bytes of a code point that one of the basic plane may become


def found(kind: FilterKind, pattern: str, text: str) -> list[str]:
    """What of a text was found."""
    read = Patterns().read(text)
    places, _ = read.places(kind, pattern)
    assert bool(places) is read.meets(kind, pattern)
    return [text[start:end] for start, end in places]


@pytest.mark.parametrize(
    ("word", "text", "places"),
    [
        ("bad", "Bad, BAD and bad.", ["Bad", "BAD", "bad"]),
        ("bad", "badge, embad, badbad", []),
        ("bad", "_bad_ *bad* (bad)", ["bad", "bad", "bad"]),
        ("bad", "so b\u200da\u00add", ["b\u200da\u00add"]),
        ("bad", "ｂａｄ 𝐛𝐚𝐝", ["ｂａｄ", "𝐛𝐚𝐝"]),
        ("bad", "bad2 2bad", []),
        ("bad", "bad\u0301", []),
        ("strasse", "Straße", ["Straße"]),
        ("Straße", "STRASSE", ["STRASSE"]),
        ("café", "cafe\u0301", ["cafe\u0301"]),
        (":(", "oh :( and :((", [":(", ":("]),
        ("b c", "ab c, b cd, ab cd, b c", ["b c"]),
        ("buy now", "BUY NOW!", ["BUY NOW"]),
        ("死", "死", ["死"]),
    ],
)
def test_a_word_is_found_where_it_stands_by_itself(word: str, text: str, places: list[str]) -> None:
    assert found(WORD, word, text) == places


@pytest.mark.parametrize(
    ("pattern", "text", "places"),
    [
        (r"https?://\S+", "see HTTP://evil.example/x now", ["HTTP://evil.example/x"]),
        (r"b+a+d", "bbb\u200baaad", ["bbb\u200baaad"]),
        (r"Ｂad", "bad", ["bad"]),
        (r"Straß+e", "STRASSSSE", ["STRASSSSE"]),
        (r"caf[éè]", "cafe\u0301 CAFÈ", ["cafe\u0301", "CAFÈ"]),
        (r"[а-я]{3,}", "ПРИВЕТ", ["ПРИВЕТ"]),
        (r"^a", "aa a", ["a"]),
        (r"a.c", "a\nc", []),
        (r"(?s)a.c", "a\nc", ["a\nc"]),
        (r"f", "ﬁ", ["ﬁ"]),
        (r"🎉+", "🎉🎉 é 🎉", ["🎉🎉", "🎉"]),
    ],
)
def test_a_pattern_is_found_as_one_reads_it(pattern: str, text: str, places: list[str]) -> None:
    assert Patterns().size(PATTERN, pattern) > 0
    assert found(PATTERN, pattern, text) == places


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "missing )"),
        ("a{2", ""),
        (r"(a)\1", "invalid escape sequence"),
        (r"(?=a)b", "invalid perl operator"),
        (r"\pL{90}", "pattern too large"),
        ("x*", "every message"),
        ("", "every message"),
        ("\u200d", "every message"),
        ("a|", "every message"),
        (r"\C", "part of a letter"),
        ("[ß]", "matched as several: ss"),
        (r"\é", "invalid escape sequence"),
    ],
)
def test_what_is_no_pattern_is_told_in_a_sentence(pattern: str, said: str) -> None:
    if not said:
        assert Patterns().size(PATTERN, pattern), "RE2 takes what is no repetition for what it says"
        return
    with pytest.raises(Refusal) as caught:
        Patterns().size(PATTERN, pattern)
    assert caught.value.errors[0].field == "pattern"
    assert said in caught.value.message


@pytest.mark.parametrize("word", ["\u200b\u200d", "\ufe0f"])
def test_a_word_of_nothing_visible_is_none(word: str) -> None:
    with pytest.raises(Refusal, match="nothing to look for"):
        Patterns().size(WORD, word)


@pytest.mark.parametrize(
    ("word", "size"), [("bad", WORD_SIZE), ("Ｂad2", WORD_SIZE), ("buy now", PHRASE_SIZE), (":(", PHRASE_SIZE)]
)
def test_a_word_is_looked_up_and_a_phrase_searched_for(word: str, size: int) -> None:
    assert Patterns().size(WORD, word) == size


# Short ones of all kinds, and whatever RE2 makes of them.
_PATTERN = st.text("ab()[]{}*+?|.^$\\,12-ßé", min_size=1, max_size=12)


@given(_PATTERN, st.text("abß\u0301é\u200d 1🎉\n", max_size=30))
def test_whatever_the_pattern_it_is_refused_or_its_places_are_in_order_and_in_the_text(pattern: str, text: str) -> None:
    try:
        Patterns().size(PATTERN, pattern)
    except Refusal:
        return
    read = Patterns().read(text)
    places, _ = read.places(PATTERN, pattern)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert [start for start, _ in places] == sorted(start for start, _ in places)
    assert not places or read.meets(PATTERN, pattern)


class Meter:
    """Counts the bytes that a compiled pattern is asked to look through."""

    def __init__(self, program: Any) -> None:
        self._program = program
        self.read = 0

    def search(self, text: bytes, at: int = 0) -> Any:
        self.read += len(text) - at
        return self._program.search(text, at)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+$", "a" * (TEXT_MAX - 1) + "!"),
        ("(a|a)*b", "a" * TEXT_MAX),
        ("(.*a){20}c", "ab" * (TEXT_MAX // 2)),
        ("a.*b|a", "a" * TEXT_MAX),
        ("[ab]*a[ab]{60}c", "ab" * (TEXT_MAX // 2)),
    ],
)
def test_the_worst_patterns_read_a_text_no_more_often_than_the_bound_says(
    pattern: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RE2 takes at most so many steps for a byte as the program has instructions; how often it reads is ours."""
    meter = Meter(patterns._compiled(pattern))
    assert Patterns().size(PATTERN, pattern) <= SIZE_MAX
    monkeypatch.setattr(patterns, "_compiled", lambda _: meter)
    read = Patterns().read(text)
    read.meets(PATTERN, pattern)
    assert meter.read <= read.length
    meter.read = 0
    _, searched = read.places(PATTERN, pattern)
    assert meter.read == searched <= SEARCHED_MAX + read.length


def test_past_the_bound_the_rest_of_the_text_is_taken_whole() -> None:
    text = "a" * TEXT_MAX
    places, _ = Patterns().read(text).places(PATTERN, "a.*b|a")
    assert places[0] == (0, 1)
    assert places[-1][1] == TEXT_MAX, "what could not be looked at any more is masked rather than let by"


def test_the_places_of_an_ordinary_pattern_are_all_found() -> None:
    text = "bad " * (TEXT_MAX // 40)
    assert len(found(PATTERN, "b[a@]d", text)) == TEXT_MAX // 40


def test_any_text_may_be_sent_before_any_filters_by_who_has_saved_up() -> None:
    longest = Patterns().read("㌀" * TEXT_MAX)
    assert longest.length == TEXT_MAX * GROWTH_MAX * UTF8_WIDEST
    assert longest.length * SIZE_MAX + READING_STEPS * TEXT_MAX <= STEPS_SAVED


def test_a_program_and_what_it_remembers_have_a_bound_in_memory() -> None:
    assert patterns._compiled("a+").options.max_mem == PROGRAM_BYTES
