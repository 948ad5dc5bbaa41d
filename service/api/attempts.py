"""Attempts, counted by the ``limits`` library in fixed windows that begin with the first that counts.

The library's own memory storage reads the wall clock and starts a thread for each count; this one takes the server's
clock, stays on the event loop, and keeps a bounded number of windows, whoever invents names for them.
"""

from __future__ import annotations

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from service.chat.attempts import Bucket
from service.chat.ports import Clock

WINDOWS_MAX = 50_000  # windows kept, about 300 bytes each; the one that began first goes first
NAMESPACE = "attempts"


class Windows(Storage):
    """How often each key was counted since its window began."""

    STORAGE_SCHEME = None

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._windows: dict[str, tuple[int, float]] = {}  # count, end in Unix seconds; in the order of their beginning

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the library wraps, if told to: nothing here can fail."""
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and begin a window if none is open."""
        count, end = self._open(key) or (0, self._now() + expiry)
        self._windows[key] = (count + amount, end)
        if len(self._windows) > WINDOWS_MAX:
            del self._windows[next(iter(self._windows))]
        return count + amount

    def get(self, key: str) -> int:
        """The count in the open window."""
        found = self._open(key)
        return 0 if found is None else found[0]

    def get_expiry(self, key: str) -> float:
        """When the open window ends, in Unix seconds; now, if there is none."""
        found = self._open(key)
        return self._now() if found is None else found[1]

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def reset(self) -> int | None:
        """Forget everything; how many windows there were."""
        count = len(self._windows)
        self._windows.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget one key."""
        self._windows.pop(key, None)

    def _open(self, key: str) -> tuple[int, float] | None:
        found = self._windows.get(key)
        if found is not None and found[1] <= self._now():
            del self._windows[key]
            return None
        return found

    def _now(self) -> float:
        return self._clock() / 1000


class LimitedCounts:
    """The counts of ``chat.attempts``, in those windows."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._limiter = FixedWindowRateLimiter(Windows(clock))

    def count(self, bucket: Bucket) -> None:
        """One more."""
        self._limiter.hit(_limit(bucket), bucket.name)

    def left(self, bucket: Bucket) -> int:
        """How many more there may be."""
        return self._limiter.get_window_stats(_limit(bucket), bucket.name).remaining

    def wait(self, bucket: Bucket) -> float:
        """The seconds until the bucket is empty."""
        return self._limiter.get_window_stats(_limit(bucket), bucket.name).reset_time - self._clock() / 1000

    def clear(self, bucket: Bucket) -> None:
        """Empty it now."""
        self._limiter.clear(_limit(bucket), bucket.name)


def _limit(bucket: Bucket) -> RateLimitItem:
    return RateLimitItemPerSecond(bucket.most, bucket.seconds, NAMESPACE)
