"""What counts, in windows that begin with the first of it."""

from __future__ import annotations

import pytest

from service.api import attempts
from service.api.attempts import LimitedCounts, Windows
from service.chat.attempts import Bucket

WINDOW_SECONDS = 300
BOB, CYN = (Bucket(f"account {name}", 3, WINDOW_SECONDS, "Wait a little.") for name in ("bob", "cyn"))


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
def counts(watch: Watch) -> LimitedCounts:
    return LimitedCounts(watch)


def fill(counts: LimitedCounts, bucket: Bucket) -> None:
    for _ in range(bucket.most):
        counts.count(bucket)


def test_a_bucket_holds_what_it_says_and_says_when_it_will_be_empty(counts: LimitedCounts, watch: Watch) -> None:
    assert counts.left(BOB) == 3
    counts.count(BOB)
    watch.ms += 100_000
    counts.count(BOB)
    assert counts.left(BOB) == 1
    assert counts.wait(BOB) == WINDOW_SECONDS - 100, "what comes later does not push the end away"
    counts.count(BOB)
    assert counts.left(BOB) == 0
    watch.ms += (WINDOW_SECONDS - 100) * 1000 - 1
    assert counts.left(BOB) == 0
    assert counts.wait(BOB) == pytest.approx(0.001, abs=1e-6)
    watch.ms += 1
    assert counts.left(BOB) == 3


def test_each_bucket_is_counted_for_itself(counts: LimitedCounts) -> None:
    fill(counts, BOB)
    assert (counts.left(BOB), counts.left(CYN)) == (0, 3)


def test_a_bucket_that_is_over_full_has_nothing_left_and_not_less(counts: LimitedCounts) -> None:
    fill(counts, BOB)
    counts.count(BOB)
    assert counts.left(BOB) == 0


def test_a_cleared_bucket_is_empty(counts: LimitedCounts) -> None:
    fill(counts, BOB)
    counts.clear(BOB)
    counts.clear(CYN)
    assert counts.left(BOB) == 3


def test_whoever_invents_names_gets_no_more_memory_than_there_is(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "WINDOWS_MAX", 100)
    windows = Windows(watch)
    for number in range(1_000):
        windows.incr(f"account {number}", WINDOW_SECONDS)
    assert windows.reset() == 100


def test_the_windows_are_a_storage_as_the_library_wants_it(watch: Watch) -> None:
    windows = Windows(watch)
    assert windows.check()
    assert windows.base_exceptions is ValueError
    assert windows.get("a") == 0
    assert windows.get_expiry("a") == watch.ms / 1000
    assert windows.incr("a", 60, amount=2) == 2
    assert windows.get("a") == 2
    assert windows.get_expiry("a") == watch.ms / 1000 + 60
