"""Token buckets: how much at once, how much in the long run, and whose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.chat import limits
from service.chat.errors import Code, Refusal
from service.chat.limits import BURST_SECONDS, Bucket, Buckets

RATE = 10


def test_a_burst_may_be_saved_up_and_no_more() -> None:
    bucket = Bucket(RATE, 0.0)
    assert [bucket.take(0.0) for _ in range(RATE * BURST_SECONDS + 1)].count(True) == RATE * BURST_SECONDS
    assert [bucket.take(1_000.0) for _ in range(1_000)].count(True) == RATE * BURST_SECONDS


def test_what_was_told_to_wait_is_enough() -> None:
    bucket = Bucket(RATE, 0.0)
    while bucket.take(0.0):
        pass
    assert not bucket.take(bucket.wait * 0.9)
    assert bucket.take(bucket.wait + bucket._at)


def test_a_bucket_that_was_left_alone_is_full_again() -> None:
    bucket = Bucket(RATE, 0.0)
    for _ in range(RATE):
        bucket.take(0.0)
    assert not bucket.full
    bucket.take(BURST_SECONDS)
    assert bucket.full


@given(gaps=st.lists(st.floats(0, 3), max_size=200), rate=st.integers(1, 50))
def test_in_the_long_run_the_rate_holds(gaps: list[float], rate: int) -> None:
    bucket, now, taken = Bucket(rate, 0.0), 0.0, 0
    for gap in gaps:
        now += gap
        taken += bucket.take(now)
    assert taken <= rate * (now + BURST_SECONDS) + 1e-6


def test_everybody_has_their_own_bucket() -> None:
    now = 0.0
    buckets = Buckets(RATE, lambda: now)
    for _ in range(RATE * BURST_SECONDS):
        buckets.spend("bob")
    with pytest.raises(Refusal) as caught:
        buckets.spend("bob")
    assert caught.value.code is Code.RATE_LIMITED
    assert caught.value.retry_after == pytest.approx(1 / RATE)
    buckets.spend("cyn")
    now = 1.0
    buckets.spend("bob")


def test_buckets_are_not_remembered_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "USERS_REMEMBERED", 3)
    buckets = Buckets(RATE, lambda: 0.0)
    for name in ("bob", "cyn", "gus", "bob", "mo"):
        buckets.spend(name)
    assert list(buckets._buckets) == ["gus", "bob", "mo"], "who was here longest ago goes first"
