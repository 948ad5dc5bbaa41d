"""What files are called: whatever somebody's machine says, made safe to show, to save and to put into a header."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.chat.filenames import NAME_BYTES_MAX, NAMELESS, clean, extension


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("harbour.jpg", "harbour.jpg"),
        ("  two  words .txt ", "two words .txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\bob\\photo.png", "photo.png"),
        ("..", NAMELESS),
        ("/", NAMELESS),
        ("", NAMELESS),
        (".htaccess", "htaccess"),
        ("page.html. . ", "page.html"),
        ("a\r\nSet-Cookie: x=1\r\n.txt", "a Set-Cookie: x=1 .txt"),
        ("a\0b\x1b[31m.txt", "ab[31m.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("photo\u2066\u200f\ufeff.png", "photo.png"),
        ("lone\ud800.txt", "lone.txt"),
        ("e\u0301tude.pdf", "\u00e9tude.pdf"),
        ("می\u200cخواهم.txt", "می\u200cخواهم.txt"),
        ("a\u2028b.txt", "a b.txt"),
    ],
)
def test_a_name_is_one_visible_line_without_a_path(raw: str, name: str) -> None:
    assert clean(raw) == name


def test_a_name_of_three_hundred_bytes_is_cut_and_keeps_its_extension() -> None:
    name = clean("ö" * 150 + ".tar.gz")
    assert len(name.encode()) <= NAME_BYTES_MAX
    assert name.endswith(("ö.gz", ".tar.gz"))
    assert clean("x" * 5_000 + ".png").endswith("x.png")


def test_an_extension_that_is_longer_than_any_is_cut_like_the_rest() -> None:
    assert clean("a." + "x" * 400) == "a." + "x" * (NAME_BYTES_MAX - 2)


@given(st.text(max_size=400))
def test_any_name_is_made_safe_and_stays_as_it_is_then(raw: str) -> None:
    name = clean(raw)
    assert name
    assert len(name.encode()) <= NAME_BYTES_MAX
    assert not set(name) & set("/\\\0\r\n\u202e\u2066")
    assert not name.startswith(".")
    assert unicodedata.is_normalized("NFC", name)
    assert clean(name) == name


@pytest.mark.parametrize(("name", "found"), [("a.PNG", "png"), ("a.tar.gz", "gz"), ("png", ""), ("a.", "")])
def test_an_extension_is_what_stands_behind_the_last_dot(name: str, found: str) -> None:
    assert extension(name) == found
