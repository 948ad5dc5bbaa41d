"""Tries, counted in windows that begin with the first of them."""

from __future__ import annotations

import pytest

from service.api import attempts
from service.api.attempts import LimitedAttempts, Windows
from service.chat.signin import WINDOW_SECONDS, Bucket

BOB, CYN = Bucket("account bob", 3), Bucket("account cyn", 3)


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.ms = 1_790_000_000_000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def counted(watch: Watch) -> LimitedAttempts:
    return LimitedAttempts(watch)


def test_a_bucket_holds_what_it_says_and_says_when_it_will_be_empty(counted: LimitedAttempts, watch: Watch) -> None:
    assert [counted.take(BOB) for _ in range(3)] == [None] * 3
    watch.ms += 100_000
    assert counted.take(BOB) == WINDOW_SECONDS - 100
    assert counted.take(BOB) == WINDOW_SECONDS - 100, "who is refused does not push the end away"
    watch.ms += (WINDOW_SECONDS - 100) * 1000 - 1
    assert counted.take(BOB) == pytest.approx(0.001, abs=1e-6)
    watch.ms += 1
    assert counted.take(BOB) is None


def test_each_bucket_is_counted_for_itself(counted: LimitedAttempts) -> None:
    for _ in range(4):
        counted.take(BOB)
    assert counted.take(CYN) is None
    assert counted.take(BOB) is not None


def test_what_is_given_back_can_be_taken_again_but_nothing_is_gained_by_it(counted: LimitedAttempts) -> None:
    counted.give_back(BOB)
    assert [counted.take(BOB) for _ in range(3)] == [None] * 3
    counted.give_back(BOB)
    assert counted.take(BOB) is None
    assert counted.take(BOB) is not None


def test_a_cleared_bucket_is_empty(counted: LimitedAttempts) -> None:
    for _ in range(4):
        counted.take(BOB)
    counted.clear(BOB)
    counted.clear(CYN)
    assert [counted.take(BOB) for _ in range(3)] == [None] * 3


def test_whoever_invents_names_gets_no_more_memory_than_there_is(
    counted: LimitedAttempts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "WINDOWS_MAX", 100)
    for number in range(1_000):
        assert counted.take(Bucket(f"account {number}", 3)) is None
    assert counted._windows.reset() == 100


def test_the_windows_are_a_storage_as_the_library_wants_it(watch: Watch) -> None:
    windows = Windows(watch)
    assert windows.check()
    assert windows.base_exceptions is ValueError
    assert windows.get("a") == 0
    assert windows.get_expiry("a") == watch.ms / 1000
    assert windows.incr("a", 60, amount=2) == 2
    assert windows.get("a") == 2
    assert windows.get_expiry("a") == watch.ms / 1000 + 60
