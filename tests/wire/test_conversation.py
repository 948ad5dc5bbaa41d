"""The order of one client's commands, as a table and as a property; and their pace."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.chat.errors import Code, Refusal
from service.chat.limits import BURST_SECONDS, Bucket
from service.wire.commands import BadCommand, Join, Leave, Ping, Send
from service.wire.conversation import IN_FLIGHT_MAX, STRIKES_MAX, Conversation, Entry, Pace

RATE = 10  # commands a second


def talk() -> Conversation:
    return Conversation(Bucket(RATE, 0.0))


def send(id: int = 0) -> Send:
    return Send(id=str(id), room="lobby", text="x")


OTHERS: list[Entry] = [
    Join(id="0", room="lobby"),
    Leave(id="0", room="lobby"),
    Ping(id="0"),
    BadCommand("0", Refusal(Code.INVALID)),
]


@pytest.mark.parametrize("other", OTHERS, ids=lambda entry: type(entry).__name__)
def test_the_table_of_what_waits_for_what(other: Entry) -> None:
    assert talk().take(send())
    assert talk().take(other)
    sends = talk()
    assert sends.take(send())
    assert sends.take(send()), "the journal keeps the order of sends"
    assert not sends.take(other)
    busy = talk()
    assert busy.take(other)
    assert not busy.take(send())
    assert not busy.take(other)


def test_what_waits_holds_up_what_comes_after() -> None:
    conversation = talk()
    assert conversation.take(send(1))
    assert not conversation.take(Ping(id="2"))
    assert not conversation.take(send(3)), "a send must not overtake the command before it"
    assert conversation.next() is None
    conversation.done(send=True)
    assert conversation.next() == Ping(id="2")
    assert conversation.next() is None
    conversation.done(send=False)
    assert conversation.next() == send(3)


def test_reading_pauses_when_too_much_is_unanswered() -> None:
    conversation = talk()
    for number in range(IN_FLIGHT_MAX - 1):
        conversation.take(send(number))
    assert not conversation.crowded
    conversation.take(Ping(id="last"))
    assert conversation.crowded
    conversation.done(send=True)
    assert not conversation.crowded


@given(kinds=st.lists(st.booleans()), steps=st.lists(st.integers(0, 3)))
def test_order_is_kept_and_only_sends_are_under_way_together(kinds: list[bool], steps: list[int]) -> None:
    entries: list[Entry] = [send(at) if kind else Ping(id=str(at)) for at, kind in enumerate(kinds)]
    conversation, started, under_way = talk(), [], []
    coming = iter(entries)

    def began(entry: Entry) -> None:
        assert not under_way or all(isinstance(one, Send) for one in [*under_way, entry])
        started.append(entry)
        under_way.append(entry)

    def finish() -> None:
        conversation.done(isinstance(under_way.pop(0), Send))
        while (entry := conversation.next()) is not None:
            began(entry)

    for step in [*steps, *[0] * len(entries)]:
        if step and under_way:
            finish()
        else:
            entry = next(coming, None)
            if entry is not None and conversation.take(entry):
                began(entry)
    while under_way:
        finish()
    assert started == entries, "each of them ran, once, in the order in which they came"


def test_a_burst_is_fine_and_what_is_above_it_is_refused() -> None:
    conversation = talk()
    paces = [conversation.pace(0.0) for _ in range(RATE * BURST_SECONDS + 1)]
    assert paces == [Pace.FINE] * (RATE * BURST_SECONDS) + [Pace.REFUSE]
    assert conversation.wait == pytest.approx(1 / RATE)
    assert conversation.pace(1 / RATE) is Pace.FINE, "who waits as long as they were told is heard"


def test_only_a_flood_is_closed() -> None:
    conversation = talk()
    paces = [conversation.pace(0.0) for _ in range(RATE * BURST_SECONDS + STRIKES_MAX + 1)]
    assert paces.index(Pace.CLOSE) == RATE * BURST_SECONDS + STRIKES_MAX


def test_who_pauses_is_forgiven() -> None:
    conversation = talk()
    now = 0.0
    for _ in range(10):
        paces = [conversation.pace(now) for _ in range(RATE * BURST_SECONDS + STRIKES_MAX // 2)]
        assert Pace.CLOSE not in paces, "strikes are counted anew after a pause"
        now += BURST_SECONDS + 1
