"""Work that takes longer than it may is left where it stands, also in the middle of one pattern."""

from __future__ import annotations

import re
import signal

import pytest

from service.text.time_limit import TimeIsUp, at_most

FOR_EVER = re.compile("(a*)*b")


def test_a_pattern_that_would_take_for_ever_is_left() -> None:
    with pytest.raises(TimeIsUp), at_most(0.02):
        FOR_EVER.match("a" * 64)


def test_what_is_done_in_time_is_not_disturbed_and_leaves_no_trace() -> None:
    before = signal.getsignal(signal.SIGPROF)
    with at_most(10.0):
        done = sum(range(1000))
    assert done == 499_500
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGPROF) == before
