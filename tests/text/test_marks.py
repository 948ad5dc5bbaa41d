"""The question that is asked of every message: whether it might have formatting."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from service.text.marks import marked


@pytest.mark.parametrize(
    "text",
    [
        "Hello, everyone.",
        "are you there?",
        "2 * 3 + 4 - 5 = 5",
        "it is 10:30 -- or 10.30",
        "snake_case, some_snake_case_",
        "#general @ann :) ;-)",
        "yes/no & so on (perhaps)",
        "C:\\Users\\ann",
        "a < b > c, 5 <6",
        "-1 +1 1.5",
        "see [1] and [2]",
        "first line\nsecond line\n\nthird",
    ],
)
def test_ordinary_sentences_are_not_sent_anywhere(text: str) -> None:
    assert not marked(text)


@pytest.mark.parametrize(
    "text",
    [
        "*a*",
        "**a**",
        "_a_",
        "(_a_)",
        "~~a~~",
        "`a`",
        "```\na\n```",
        "a\\*",
        "a\\\nb",
        "[a](https://b.example)",
        "https://a.example",
        "HTTP://a.example",
        "mailto:ann@a.example",
        "<ann@a.example>",
        "<https://a.example>",
        "> a",
        "a\n>b",
        "a\r> b",
        "- a",
        "a\n  + b",
        "* a",
        "1. a",
        "12) a",
        "-",
        "a|b\n-|-",
    ],
)
def test_whatever_may_be_formatting_is(text: str) -> None:
    assert marked(text)


def test_an_underscore_in_a_word_opens_nothing_in_any_script() -> None:
    """Markdown knows punctuation and blanks, and what else stands before an underscore keeps it from opening. Here that
    is asked the other way round, so what counts as of a word must be neither."""
    for code_point in range(sys.maxunicode + 1):
        character = chr(code_point)
        if character.isalnum():
            assert unicodedata.category(character)[0] not in "PSZ", character
