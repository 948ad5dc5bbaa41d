"""Refresh tokens: computed, not stored."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from service.chat import keyfiles
from service.chat.ids import new_uid
from service.chat.refresh import REFRESH_KEYS, Generation, RefreshTokens, open_refresh_tokens

SID = new_uid("s", 1_790_000_000_000)
OURS = RefreshTokens([b"a" * 43])
THEIRS = RefreshTokens([b"b" * 43])


@given(st.integers(0, 999_999_999))
def test_a_token_is_read_as_what_it_was_made_of_and_is_always_the_same(generation: int) -> None:
    token = OURS.text(SID, generation)
    assert OURS.text(SID, generation) == token
    assert OURS.read(token) == Generation(SID, generation)


def test_each_session_and_generation_has_a_token_of_its_own() -> None:
    another = new_uid("s", 1_790_000_000_000)
    macs = {OURS.text(sid, number)[-43:] for sid in (SID, another) for number in range(100)}
    assert len(macs) == 200


def test_a_token_of_another_server_or_with_another_word_is_none_of_ours() -> None:
    token = OURS.text(SID, 7)
    assert OURS.read(token)
    prefix, sid, number, mac = token.split("_", 3)
    assert OURS.read(THEIRS.text(SID, 7)) is None
    assert OURS.read("_".join((prefix, sid, "8", mac))) is None
    assert OURS.read("_".join((prefix, sid[:-1] + ("0" if sid[-1] != "0" else "1"), number, mac))) is None


def test_a_token_has_one_spelling_only() -> None:
    token = OURS.text(SID, 7)
    last = [token[:-1] + character for character in "AEIMQUYcgkosw048BCDF" if character != token[-1]]
    others = [token.replace("_7_", "_07_"), token.replace("_7_", "_+7_"), token.replace("_7_", "_\u0667_")]
    for other in (*last, *others, token + "\n", " " + token, token + "=", token.upper()):
        assert OURS.read(other) is None


@given(st.text(max_size=120))
def test_whatever_comes_in_place_of_a_token_is_none_of_ours(text: str) -> None:
    assert OURS.read(text) is None
    assert OURS.read("rt_" + text) is None


def test_after_a_rotation_of_the_secret_old_tokens_are_read_and_new_ones_are_made_with_the_new_one(
    tmp_path: Path,
) -> None:
    old = open_refresh_tokens(tmp_path).text(SID, 1)
    keyfiles.rotate(tmp_path / REFRESH_KEYS, 1_790_000_000_000)
    rotated = open_refresh_tokens(tmp_path)
    assert rotated.read(old) == Generation(SID, 1)
    assert rotated.text(SID, 1) != old
    assert rotated.read(rotated.text(SID, 1)) == Generation(SID, 1)


def test_the_secret_itself_is_not_the_key() -> None:
    """The same secret, used for something else, makes nothing that would pass here."""
    raw = RefreshTokens.__new__(RefreshTokens)
    raw._keys = [b"a" * 43]
    assert OURS.read(raw.text(SID, 1)) is None
