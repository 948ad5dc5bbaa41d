"""The journal: what comes together is committed together, in order, and nobody is left without an answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import event, exc

from service.chat.errors import Code, Refusal
from service.chat.events import MessagePosted
from service.chat.messages import Posted, PostMessage
from service.chat.ports import Transaction
from service.chat.rooms import CreateRoom
from service.storage import journal
from service.storage.transaction import SqlTransaction
from tests.storage.kept import Kept, code_of

pytestmark = pytest.mark.anyio


async def settled(kept: Kept) -> None:
    """All that was said so far is committed, answered and told: the journal keeps the order."""
    await kept.database.write(lambda tx: None)


async def test_what_one_turn_of_the_loop_says_is_one_transaction(kept: Kept) -> None:
    said = await asyncio.gather(*(kept.say("bob", f"{n}") for n in range(50)))
    assert kept.batches == [50]
    assert len(kept.heard) == 1, "the live side is told once"
    first = said[0].message.seq
    assert [posted.message.seq for posted in said] == list(range(first, first + 50))


async def test_what_comes_during_a_commit_goes_into_the_next_one(kept: Kept) -> None:
    release = await kept.hold()
    waiting = [asyncio.ensure_future(kept.say("bob", f"{n}")) for n in range(30)]
    await asyncio.sleep(0)
    assert not any(post.done() for post in waiting)
    release()
    await asyncio.gather(*waiting)
    assert kept.batches == [1, 30]


async def test_a_batch_has_a_bound(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "BATCH_MAX", 10)
    await asyncio.gather(*(kept.say("bob", f"{n}") for n in range(25)))
    assert kept.batches == [10, 10, 5]
    texts = [event.message.text for event in kept.events if isinstance(event, MessagePosted)]
    assert texts == [f"{n}" for n in range(25)]


async def test_order_is_kept_across_posts_and_writes(kept: Kept) -> None:
    order: list[str] = []

    async def write(name: str) -> None:
        await kept.do("mo", CreateRoom(name))
        order.append(name)

    async def say(text: str) -> None:
        await kept.say("bob", text)
        order.append(text)

    await asyncio.gather(say("1"), say("2"), write("three"), say("4"), write("five"), say("6"))
    assert kept.batches == [6]
    assert order == ["1", "2", "three", "4", "five", "6"]
    assert [event.message.text for event in kept.events if isinstance(event, MessagePosted)] == ["1", "2", "4", "6"]


async def test_a_write_that_raises_undoes_only_itself(kept: Kept) -> None:
    def half(tx: Transaction) -> None:
        CreateRoom("half").make(tx, kept.users["ann"])
        raise ValueError("no")

    outcomes = await asyncio.gather(
        kept.say("bob", "before"),
        kept.database.write(half),
        kept.do("ann", CreateRoom("whole")),
        kept.say("bob", "after"),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], ValueError)
    assert [isinstance(outcome, BaseException) for outcome in outcomes] == [False, True, False, False]
    assert kept.batches == [4]
    assert await kept.database.read(lambda tx: tx.rooms.by_slug("half")) is None
    assert (await kept.room("whole")).seq == 1
    assert {event.room for event in kept.events} == {"lobby", "whole"}, "what was undone is not told"


async def test_a_refused_post_is_no_trouble_for_its_batch(kept: Kept) -> None:
    outcomes = await kept.outcomes(kept.post("bob", "a"), kept.post("bob", "b", "staff"), kept.post("gus", "c"))
    assert [code_of(outcome) for outcome in outcomes] == ["ok", "role_too_low", "ok"]


async def test_the_answers_come_before_the_events(kept: Kept) -> None:
    seen: list[str] = []
    kept.heard = _Telling(seen)  # type: ignore[assignment]

    def answer(post: PostMessage, outcome: Posted | Exception) -> None:
        seen.append("answer")

    kept.database.post(kept.post("bob", "x"), answer)
    kept.database.post(kept.post("cyn", "y"), answer)
    await settled(kept)
    assert seen == ["answer", "answer", "events"]


class _Telling(list[Any]):
    def __init__(self, seen: list[str]) -> None:
        super().__init__()
        self._seen = seen

    def append(self, item: Any) -> None:
        self._seen.append("events")


async def test_an_answer_that_fails_keeps_nobody_else_from_theirs(kept: Kept, caplog: Any) -> None:
    answered: list[str] = []

    def fail(post: PostMessage, outcome: Posted | Exception) -> None:
        raise LookupError(post.room)

    kept.database.post(kept.post("bob", "hush"), fail)
    kept.database.post(kept.post("cyn", "y"), lambda post, outcome: answered.append(post.text))
    await settled(kept)
    assert answered == ["y"]
    assert [event.message.text for event in kept.events if isinstance(event, MessagePosted)] == ["hush", "y"]
    assert "was not taken" in caplog.text
    assert "hush" not in caplog.text, "what was said stands in no log"


def _break_commits(kept: Kept, error: type[Exception], times: int) -> None:
    engine = kept.database._engine
    left = iter(range(times))

    def commit(_: object) -> None:
        if next(left, None) is not None:
            raise error("COMMIT", {}, Exception("disk I/O error"))

    event.listen(engine, "commit", commit)


async def test_after_a_commit_that_fails_all_are_told_and_the_next_batch_works(kept: Kept) -> None:
    _break_commits(kept, exc.OperationalError, 1)
    outcomes = await asyncio.gather(
        kept.say("bob", "lost"), kept.do("ann", CreateRoom("lost")), kept.say("cyn", "lost"), return_exceptions=True
    )
    assert [code_of(outcome) for outcome in outcomes] == ["unavailable"] * 3
    assert all(isinstance(outcome, Refusal) and outcome.retry_after for outcome in outcomes)
    assert kept.heard == []
    before = (await kept.room()).seq
    assert (await kept.say("bob", "kept")).message.seq == before + 1, "the lost ones left no hole"
    assert await kept.database.read(lambda tx: tx.rooms.by_slug("lost")) is None


async def test_a_database_that_fails_under_one_entry_is_not_trusted_with_the_others(kept: Kept) -> None:
    def fault(tx: Transaction) -> None:
        raise exc.OperationalError("INSERT", {}, Exception("database or disk is full"))

    outcomes = await asyncio.gather(kept.say("bob", "a"), kept.database.write(fault), return_exceptions=True)
    assert [code_of(outcome) for outcome in outcomes] == ["unavailable"] * 2
    assert all("a" not in str(event) for event in await kept.log() if isinstance(event, MessagePosted))


async def test_a_full_disk_is_unavailable_also_where_the_driver_says_it_itself(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(tx: SqlTransaction, posts: object, patterns: object) -> None:
        tx.connection.connection.cursor().execute("INSERT INTO no_such_table VALUES (1)")

    with monkeypatch.context() as away:
        away.setattr(journal.posting, "store", full)
        (outcome,) = await kept.outcomes(kept.post("bob", "a"))
    assert code_of(outcome) == "unavailable"
    assert (await kept.say("bob", "b")).message.text == "b"


async def test_stopping_commits_what_waits(kept: Kept) -> None:
    release = await kept.hold()
    waiting = [asyncio.ensure_future(kept.say("bob", f"{n}")) for n in range(20)]
    await asyncio.sleep(0)
    stopping = asyncio.ensure_future(kept.database.stop())
    await asyncio.sleep(0)
    release()
    said = await asyncio.gather(*waiting)
    await stopping
    assert len({posted.message.seq for posted in said}) == 20
    assert not kept.database.alive
    with pytest.raises(Refusal) as caught:
        await kept.say("bob", "too late")
    assert caught.value.code is Code.UNAVAILABLE


async def test_stopping_ends_also_where_nothing_can_be_committed(kept: Kept) -> None:
    _break_commits(kept, exc.OperationalError, 10)
    lost = asyncio.ensure_future(kept.say("bob", "lost"))
    await asyncio.sleep(0)
    await kept.database.stop()
    with pytest.raises(Refusal):
        await lost
    assert not kept.database.alive


async def test_what_may_wait_has_a_bound(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "WAITING_MAX", 10)
    release = await kept.hold()
    codes: list[str] = []
    all_answered = asyncio.Event()

    def answer(post: PostMessage, outcome: Posted | Exception) -> None:
        codes.append(code_of(outcome))
        if len(codes) == 15:
            all_answered.set()

    for n in range(15):
        kept.database.post(kept.post("bob", f"{n}"), answer)
    with pytest.raises(Refusal) as caught:
        await kept.do("ann", CreateRoom("late"))
    assert caught.value.code is Code.UNAVAILABLE
    assert codes == [], "an answer never comes before its post has returned: senders in a row would pile up calls"
    await asyncio.sleep(0)
    assert codes == ["unavailable"] * 5
    release()
    await all_answered.wait()
    assert codes[5:] == ["ok"] * 10


async def test_who_no_longer_waits_keeps_nobody_else_waiting(kept: Kept) -> None:
    release = await kept.hold()
    gone = asyncio.ensure_future(kept.say("bob", "gone"))
    gone_too = asyncio.ensure_future(kept.do("ann", CreateRoom("gone")))
    here = asyncio.ensure_future(kept.say("cyn", "here"))
    await asyncio.sleep(0)
    gone.cancel()
    gone_too.cancel()
    release()
    assert (await here).message.text == "here"
    assert (await kept.room("gone")).seq == 1, "it was under way, and is committed all the same"
