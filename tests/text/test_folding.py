"""Folding: what is one word is one text, in whatever spelling, and each place leads back to the original."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.folding import GROWTH_MAX, INVISIBLE, PILE_MAX, fold, is_word, words


def as_the_standard_has_it(text: str) -> str:
    """The whole text at once, without places: NFKC_Casefold."""
    seen = unicodedata.normalize("NFKC", INVISIBLE.sub("", text))
    return unicodedata.normalize("NFKC", seen.casefold())


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("Bad", "bad"),
        ("ｂａｄ", "bad"),
        ("𝔟𝔞𝔡", "bad"),
        ("b\u200ba\u00add\ufeff", "bad"),
        ("b\U000e0061ad", "bad"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("ﬁne", "fine"),
        ("Cafe\u0301", "café"),
        ("Σίσυφος", "σίσυφοσ"),
        ("\u1112\u1161\u11ab", "한"),
        ("ﾊﾟ", "パ"),
        ("e\u200d\u0301", "é"),
    ],
)
def test_a_word_in_disguise_is_that_word(written: str, compared: str) -> None:
    assert fold(written).text == compared


# Letters that compose, decompose, grow, vanish or change their case, among ordinary ones.
_ODD = st.sampled_from("aAßﬁé\u0301\u0327\u0345ΐẞİıΣς½…㌀ﾊﾟ각\u1100\u1161\u11a8\u09c7\u09be\u200d\u00ad\ufe0f🎉ª①ǅ")
_TEXT = st.text(_ODD | st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="ﷺﷻ"), max_size=PILE_MAX)


@given(_TEXT)
def test_folding_by_parts_is_folding_the_whole(text: str) -> None:
    assert fold(text).text == as_the_standard_has_it(text)


def test_no_letter_composes_across_the_parts() -> None:
    """Each code point that composes with one before it, behind one with which it does."""
    missed = []
    for point in (*range(0xD800), *range(0xE000, 0x1E000)):
        parts = unicodedata.normalize("NFD", chr(point))
        if len(parts) > 1 and fold(parts).text != as_the_standard_has_it(parts):
            missed.append(parts)
    assert missed == []


@given(_TEXT, st.data())
def test_a_place_leads_back_to_what_it_came_from(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    if not folded.text:
        return
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    first, last = folded.original(start, end)
    assert 0 <= first < last <= len(text)
    assert folded.text[start:end] in fold(text[first:last]).text, "what stands there says at least that"


def test_invisible_characters_belong_to_the_place_that_they_stand_in_and_not_beside_it() -> None:
    folded = fold("\u200bb\u200da\u200dd\u200b!")
    assert folded.text == "bad!"
    assert folded.original(0, 3) == (1, 6)
    assert folded.original(3, 4) == (7, 8)


def test_a_text_grows_by_a_bound_and_so_does_the_work() -> None:
    text = "ﷺ" * 4_000
    assert len(unicodedata.normalize("NFKC", text)) == 72_000
    assert len(fold(text).text) <= GROWTH_MAX * len(text)
    piled = fold("a" + "\u0323\u0307" * 2_000)
    assert len(piled.text) <= 4_001, "a pile of marks, which to order as a whole takes the square of its height"


@pytest.mark.parametrize(("character", "word"), [("a", True), ("7", True), ("\u0301", True), ("字", True)])
@pytest.mark.parametrize(("other", "no_word"), [("_", False), (" ", False), ("-", False), ("🎉", False)])
def test_letters_digits_and_marks_make_words(character: str, word: bool, other: str, no_word: bool) -> None:
    assert (is_word(character), is_word(other)) == (word, no_word)


def test_the_words_of_a_text_are_those_that_stand_by_themselves() -> None:
    assert words("bad, _bad_ e\u0301t\u0301 2bad") == {"bad": [0, 6], "e\u0301t\u0301": [11], "2bad": [16]}
    assert words("") == words(" .!") == {}
