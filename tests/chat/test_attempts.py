"""Places for attempts: what counts is limited, and who is only early waits."""

from __future__ import annotations

import asyncio

import pytest

from service.api.attempts import LimitedCounts
from service.chat import attempts as module
from service.chat.attempts import CROWDED_SECONDS, Attempts, Bucket, network_of
from service.chat.errors import Code, Refusal

pytestmark = pytest.mark.anyio

MOST, SECONDS = 3, 300
BUCKET = Bucket("account bob", MOST, SECONDS, "Wait a little.")
NOW_MS = 1_790_000_000_000


class Crowd:
    """People whose attempts end when a test says so. ``inside``: who has a place, in the order in which they got it."""

    def __init__(self, counts: LimitedCounts) -> None:
        self.attempts = Attempts(counts)
        self.inside: list[str] = []
        self._ends: dict[str, asyncio.Future[bool]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, *names: str) -> None:
        """They begin, one after another."""
        for name in names:
            self._ends[name] = asyncio.get_running_loop().create_future()
            self._tasks[name] = asyncio.create_task(self._attempt(name))
        await settled()

    async def _attempt(self, name: str) -> None:
        async with self.attempts.place(BUCKET) as place:
            self.inside.append(name)
            if await self._ends[name]:
                place.count()

    async def end(self, name: str, *, counts: bool) -> None:
        """One of them is done."""
        self._ends[name].set_result(counts)
        await self._tasks[name]
        await settled()

    async def go_away(self, name: str) -> None:
        """One of them hangs up."""
        self._tasks[name].cancel()
        await settled()
        assert self._tasks[name].cancelled()

    async def refused(self, name: str) -> float | None:
        """When somebody who got no place is to come back."""
        with pytest.raises(Refusal) as caught:
            await self._tasks[name]
        assert (caught.value.code, caught.value.message) == (Code.RATE_LIMITED, BUCKET.refusal)
        return caught.value.retry_after


async def settled() -> None:
    """Everybody has done what they can do now."""
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def counts() -> LimitedCounts:
    return LimitedCounts(lambda: NOW_MS)


@pytest.fixture
async def crowd(counts: LimitedCounts) -> Crowd:
    return Crowd(counts)


async def test_what_does_not_count_is_not_limited(crowd: Crowd) -> None:
    names = [f"user-{number}" for number in range(10 * MOST)]
    for name in names:
        await crowd.come(name)
        await crowd.end(name, counts=False)
    assert crowd.inside == names


async def test_what_counts_is_limited(crowd: Crowd) -> None:
    for name in "abc":
        await crowd.come(name)
        await crowd.end(name, counts=True)
    await crowd.come("late")
    assert await crowd.refused("late") == SECONDS
    assert crowd.inside == ["a", "b", "c"]


async def test_no_more_are_under_way_than_may_count(crowd: Crowd) -> None:
    await crowd.come(*"abcde")
    assert crowd.inside == ["a", "b", "c"]


async def test_who_waits_comes_in_for_who_leaves_in_the_order_of_their_coming(crowd: Crowd) -> None:
    await crowd.come(*"abcde")
    await crowd.end("b", counts=False)
    await crowd.come("f")
    assert crowd.inside == ["a", "b", "c", "d"]
    for name in "ac":
        await crowd.end(name, counts=False)
    assert crowd.inside == ["a", "b", "c", "d", "e", "f"]


async def test_a_place_of_what_counted_is_nobodys(crowd: Crowd) -> None:
    await crowd.come(*"abcd")
    await crowd.end("a", counts=True)
    assert crowd.inside == ["a", "b", "c"], "d still waits: the others may come out well"
    await crowd.end("b", counts=False)
    assert crowd.inside == ["a", "b", "c", "d"]


async def test_when_all_there_was_counted_who_waits_is_refused(crowd: Crowd) -> None:
    await crowd.come(*"abcde")
    for name in "abc":
        await crowd.end(name, counts=True)
    assert [await crowd.refused(name) for name in "de"] == [SECONDS, SECONDS]
    assert crowd.inside == ["a", "b", "c"]


async def test_what_is_forgiven_makes_room(crowd: Crowd, counts: LimitedCounts) -> None:
    for name in "ab":
        await crowd.come(name)
        await crowd.end(name, counts=True)
    async with crowd.attempts.place(BUCKET) as place:
        await crowd.come("c")
        assert "c" not in crowd.inside
        place.forgive()
    await settled()
    assert crowd.inside == ["a", "b", "c"]
    assert counts.left(BUCKET) == MOST


async def test_not_everybody_can_wait(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING_MAX", 2)
    await crowd.come(*"abcdef")
    assert await crowd.refused("f") == CROWDED_SECONDS


async def test_who_hangs_up_leaves_neither_a_gap_nor_a_place_behind(crowd: Crowd) -> None:
    await crowd.come(*"abcdef")
    await crowd.go_away("d")
    await crowd.go_away("a")
    assert crowd.inside == ["a", "b", "c", "e"]
    for name in "bce":
        await crowd.end(name, counts=False)
    await crowd.end("f", counts=False)
    assert not crowd.attempts._lines, "nothing is kept of a bucket that nobody is in"


async def test_who_hangs_up_in_the_moment_of_their_turn_passes_it_on(crowd: Crowd) -> None:
    async with crowd.attempts.place(BUCKET):
        await crowd.come(*"abcd")
        assert crowd.inside == ["a", "b"]
    await crowd.go_away("c")  # it was given the place just now, and has not run since
    assert crowd.inside == ["a", "b", "d"]


async def test_an_attempt_that_breaks_off_counts_for_nothing(crowd: Crowd, counts: LimitedCounts) -> None:
    with pytest.raises(OSError, match="no disk"):
        async with crowd.attempts.place(BUCKET):
            raise OSError("no disk")
    assert counts.left(BUCKET) == MOST
    assert not crowd.attempts._lines


def test_a_household_is_one_network_in_either_version_of_ip() -> None:
    assert network_of("2001:db8:1:2:a::1") == network_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("192.0.2.2") != network_of("192.0.2.1")
    assert network_of("") == ""
