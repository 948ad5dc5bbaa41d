"""Attempts that are limited: so many of one kind, in so much time, by one account or from one address.

What counts is known only when an attempt is over, and many are under way at once. So an attempt holds a place in its
bucket until then: no crowd slips past a limit before the first of them has failed. Whoever finds the bucket full of
attempts that may still come out well waits for a place; whoever finds it full of what counts is refused.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Protocol

from service.chat.errors import Code, Refusal

WAITING_MAX = 128  # attempts that wait for a place in one bucket; about as long as passwords are hashed in two seconds
CROWDED_SECONDS = 2.0  # when to come back, to a bucket that even too many wait for
IPV6_PREFIX = 64  # bits: what one household or one machine is given


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is counted together, how much of it may be, until when, and what is said to who comes after that."""

    name: str
    most: int
    seconds: int
    refusal: str


class Counts(Protocol):
    """What counted. Each bucket empties itself so many seconds after the first that came into it."""

    def count(self, bucket: Bucket) -> None:
        """One more."""
        ...

    def left(self, bucket: Bucket) -> int:
        """How many more there may be."""
        ...

    def wait(self, bucket: Bucket) -> float:
        """The seconds until it is empty."""
        ...

    def clear(self, bucket: Bucket) -> None:
        """Empty it now."""
        ...


class Place:
    """An attempt's place in a bucket. It is given back at the end, and counts for nothing unless it is said to."""

    def __init__(self, counts: Counts, bucket: Bucket) -> None:
        self._counts = counts
        self._bucket = bucket

    def count(self) -> None:
        """This attempt is one of those that the bucket limits."""
        self._counts.count(self._bucket)

    def forgive(self) -> None:
        """Nothing that counted so far does any more."""
        self._counts.clear(self._bucket)


@dataclass(slots=True)
class _Line:
    """Who is in one bucket now: how many have a place, and who waits for one, in order. A waiter is told the seconds
    after which to come back, or None: it has a place."""

    under_way: int = 0
    waiting: deque[asyncio.Future[float | None]] = field(default_factory=deque)


class Attempts:
    """The places in all buckets."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def place(self, bucket: Bucket) -> AsyncIterator[Place]:
        """A place for one attempt, once there is one; or ``rate_limited``."""
        line = self._lines.setdefault(bucket.name, _Line())
        wait = await self._enter(bucket, line)
        if wait is not None:
            raise Refusal(Code.RATE_LIMITED, bucket.refusal, retry_after=wait)
        try:
            yield Place(self._counts, bucket)
        finally:
            self._leave(bucket, line)

    async def _enter(self, bucket: Bucket, line: _Line) -> float | None:
        if not line.waiting and line.under_way < self._counts.left(bucket):
            line.under_way += 1
            return None
        if not line.under_way:
            del self._lines[bucket.name]
            return self._counts.wait(bucket)
        if len(line.waiting) >= WAITING_MAX:
            return CROWDED_SECONDS
        turn: asyncio.Future[float | None] = asyncio.get_running_loop().create_future()
        line.waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                line.waiting.remove(turn)
            elif turn.result() is None:  # it was given a place in the very moment in which it went away
                self._leave(bucket, line)
            raise

    def _leave(self, bucket: Bucket, line: _Line) -> None:
        """An attempt is over: its place goes to who waits; where nobody is left to wait for, they are refused."""
        line.under_way -= 1
        turns = (turn for turn in list(line.waiting) if not turn.done())
        for turn in turns:
            if line.under_way < self._counts.left(bucket):
                line.under_way += 1
                turn.set_result(None)
            elif not line.under_way:
                turn.set_result(self._counts.wait(bucket))
            else:
                break
            line.waiting.remove(turn)
        if not line.under_way:
            del self._lines[bucket.name]


def network_of(address: str) -> str:
    """The address, or the part of it that its owner can't change at will: the first half in IPv6."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address  # a Unix socket, or a test's client
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or ip_network((ip, IPV6_PREFIX), strict=False))
    return str(ip)
