"""How often: token buckets that refill with time, which is passed in."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from service.chat.errors import Code, Refusal

BURST_SECONDS = 2  # a bucket holds so many seconds' worth
USERS_REMEMBERED = 10_000  # buckets kept; the one that was used longest ago goes first


class Bucket:
    """``rate`` tokens a second, of which ``BURST_SECONDS`` worth can be saved up. Time is in seconds."""

    __slots__ = ("_at", "_tokens", "rate")

    def __init__(self, rate: float, now: float) -> None:
        self.rate = rate
        self._tokens = rate * BURST_SECONDS
        self._at = now

    def take(self, now: float) -> bool:
        """Take a token, if there is one."""
        tokens = self._tokens + (now - self._at) * self.rate
        self._at = now
        if tokens < 1:
            self._tokens = tokens
            return False
        most = self.rate * BURST_SECONDS
        self._tokens = (most if tokens > most else tokens) - 1
        return True

    @property
    def full(self) -> bool:
        """Whether as much is saved up as can be, as of the last ``take``."""
        return self._tokens >= self.rate * BURST_SECONDS - 1

    @property
    def wait(self) -> float:
        """Seconds until there is a token, as of the last ``take``."""
        return max(0.0, (1 - self._tokens) / self.rate)


class Buckets:
    """A bucket for each user, so that more connections do not buy more requests."""

    def __init__(self, rate: float, monotonic: Callable[[], float]) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def spend(self, key: str) -> None:
        """Take a token of ``key``'s, or raise ``rate_limited``."""
        now = self._monotonic()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self._rate, now)
            if len(self._buckets) > USERS_REMEMBERED:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        if not bucket.take(now):
            raise Refusal(
                Code.RATE_LIMITED, f"At most {self._rate:g} requests a second.", retry_after=round(bucket.wait, 3)
            )
