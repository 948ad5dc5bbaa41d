"""A limit on the processor's time that some work takes, in a process that does nothing else.

Python runs a handler of a signal also in the middle of matching a pattern, so this ends what would not end by itself.
It belongs into the worker: signals are the process's, and handled on its first thread alone.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TimeIsUp(Exception):
    """The work took longer than it may, and was left where it stood."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise ``TimeIsUp`` in work that takes longer."""
    working = True

    def end(_signal: int, _frame: FrameType | None) -> None:
        if working:  # the signal may come when the work is over and the timer is not off yet
            raise TimeIsUp

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        working = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
