"""Cursors: opaque, exact, and taken back only as they were given out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.api.pages import CURSOR_MAX, Listing, decode, encode
from service.chat.errors import Code, Refusal
from service.chat.ports import Page

KEYS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=64)


@given(KEYS)
def test_every_key_comes_back_from_its_cursor(key: str) -> None:
    assert decode(encode(key)) == key


def test_the_longest_key_fits() -> None:
    assert len(encode("a" * 64)) <= CURSOR_MAX


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "=",
        "a",
        "lobby",
        "bG9iYnk=",
        "bG9iYnk!",
        " bG9iYnk",
        "bG9iYnk\n",
        "bG9iYnl",
        "_w",
        "AA",
        "ü",
        "\ud800",
        "🎉",
    ],
)
def test_what_was_never_given_out_is_invalid(cursor: str) -> None:
    """Among them another spelling of a real cursor (padding, other trailing bits), bytes that are no UTF-8, a NUL."""
    assert decode("bG9iYnk") == "lobby"
    with pytest.raises(Refusal) as caught:
        decode(cursor)
    assert caught.value.code is Code.INVALID
    assert caught.value.errors[0].field == "cursor"


def shown(listing: Listing, found: list[str]) -> dict[str, object]:
    return listing.render(found, key=lambda item: item, shape=lambda item: {"slug": item})


def test_a_page_asks_for_one_more_than_it_shows_and_so_knows_whether_it_is_the_last() -> None:
    listing = Listing("a", 2)
    assert listing.page == Page("a", 3)
    assert shown(listing, ["b", "c", "d"]) == {"items": [{"slug": "b"}, {"slug": "c"}], "next": encode("c")}
    assert shown(listing, ["b", "c"]) == {"items": [{"slug": "b"}, {"slug": "c"}], "next": None}
    assert shown(listing, []) == {"items": [], "next": None}
