"""Queries: what is read in what people type, and what is said of what can't be read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.chat.errors import Code, Refusal
from service.chat.queries import QUERY_MAX, TERMS_MAX, Phrase, Query, Trait, parse

DAY = 86_400_000  # ms
BEGINS = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ("lunch", Query(words=(Phrase("lunch"),))),
        ("  free   lunch ", Query(words=(Phrase("free"), Phrase("lunch")))),
        ("lunch lunch", Query(words=(Phrase("lunch"),))),
        ('"free lunch" soon', Query(words=(Phrase("free lunch"), Phrase("soon")))),
        ("lun*", Query(words=(Phrase("lun", prefix=True),))),
        ('"free lun"*', Query(words=(Phrase("free lun", prefix=True),))),
        ("lunch -free", Query(words=(Phrase("lunch"),), without=(Phrase("free"),))),
        ('lunch -"no such thing"', Query(words=(Phrase("lunch"),), without=(Phrase("no such thing"),))),
        ("from:bob", Query(authors=("bob",))),
        ("FROM:@Bob", Query(authors=("bob",))),
        ("from:bob from:cyn -from:gus", Query(authors=("bob", "cyn"), without_authors=("gus",))),
        ("in:lobby -in:#den", Query(rooms=("lobby",), without_rooms=("den",))),
        ("has:link has:FILE -has:reaction", Query(traits=(Trait.LINK, Trait.FILE), without_traits=(Trait.REACTION,))),
        ("before:2026-11-22", Query(before=BEGINS)),
        ("after:2026-11-22", Query(since=BEGINS + DAY)),
        ("on:2026-11-22", Query(since=BEGINS, before=BEGINS + DAY)),
        ("after:2026-11-22T01:00:00+01:00", Query(since=BEGINS + 1)),
        ("before:2026-11-22T00:00Z", Query(before=BEGINS)),
        ("before:2026-11-22 before:2026-11-24", Query(before=BEGINS)),
        ("after:2026-11-22 after:2026-11-21", Query(since=BEGINS + DAY)),
    ],
)
def test_a_query_means_what_it_says(raw: str, meant: Query) -> None:
    assert parse(raw) == meant


@pytest.mark.parametrize(
    "word", ["https://example.org", "12:30", "foo:bar", "AND", "NEAR(", "^caret", "{a", "don't", "a+b"]
)
def test_whatever_has_another_meaning_elsewhere_is_a_word_here(word: str) -> None:
    assert parse(word) == Query(words=(Phrase(word),))


def test_signs_between_words_are_passed_over() -> None:
    assert parse("cats & dogs - and *") == parse("cats dogs and")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("", "say what to look for"),
        (" - ", "say what to look for"),
        ("-lunch", "say what to look for"),
        ("-from:bob -has:link", "say what to look for"),
        ('"free lunch', "a quotation mark"),
        ("a*", "at least 2 letters"),
        ('"free a"*', "at least 2 letters"),
        ("\N{PARTY POPPER}", "pictures and symbols"),
        ("from:", "from: has nothing behind it"),
        ("from:@", "from: has nothing behind it"),
        ('in:""', "in: has nothing behind it"),
        ("has:cake", "after has: write link or file or reaction"),
        ("before:yesterday", "yesterday is no date"),
        ("before:2026-02-30", "2026-02-30 is no date"),
        ("after:9999-12-31", "9999-12-31 is no date"),
        ("-on:2026-11-22", "can't have a minus"),
        ("x" * (QUERY_MAX + 1), f"at most {QUERY_MAX} characters"),
        ("x " * (TERMS_MAX + 1), f"at most {TERMS_MAX} words"),
        ("a\0b", "NUL"),
        ("a\ud800b", "lone surrogates"),
    ],
)
def test_what_can_not_be_read_is_told(raw: str, said: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse(raw)
    assert caught.value.code is Code.INVALID
    assert caught.value.errors[0].field == "q"
    assert said in caught.value.message


@given(st.text())
def test_whatever_is_typed_is_read_or_refused(raw: str) -> None:
    found: Query | Code
    try:
        found = parse(raw)
    except Refusal as refusal:
        found = refusal.code
    assert found == Code.INVALID or (isinstance(found, Query) and found != Query())
