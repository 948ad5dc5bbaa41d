"""Tickets: good once, for half a minute, in place of one session's token."""

from __future__ import annotations

from itertools import count

import pytest

from service.chat import tickets
from service.chat.errors import Code, Refusal
from service.chat.records import Credential
from service.chat.roles import Scope
from service.chat.tickets import TICKET_SECONDS, TICKETS_OF_SESSION_MAX, MemoryTickets
from service.chat.tokens import BadCredential

NOW_S = 1_790_000_000


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = float(NOW_S)

    def __call__(self) -> int:
        return int(self.seconds * 1000)


def token_of(sid: str, expires_in: int = 900) -> Credential:
    return Credential("u-bob", sid, "folkmoot", frozenset({Scope.READ}), NOW_S + expires_in)


BOB = token_of("s-bob")


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def issued(watch: Watch) -> MemoryTickets:
    numbers = count()
    return MemoryTickets(watch, lambda size: f"{next(numbers)}-of-{size}-bytes")


def refused(issued: MemoryTickets, ticket: str) -> BadCredential:
    with pytest.raises(BadCredential) as caught:
        issued.redeem(ticket)
    return caught.value


def test_a_ticket_stands_for_the_credential_that_bought_it_once(issued: MemoryTickets) -> None:
    ticket = issued.issue(BOB)
    assert issued.redeem(ticket) == BOB
    assert not refused(issued, ticket).expired


def test_a_ticket_is_good_for_half_a_minute(issued: MemoryTickets, watch: Watch) -> None:
    early, late = issued.issue(BOB), issued.issue(BOB)
    watch.seconds += TICKET_SECONDS - 0.001
    assert issued.redeem(early) == BOB
    watch.seconds += 0.001
    assert refused(issued, late)


def test_a_ticket_is_no_good_after_the_token_that_bought_it(issued: MemoryTickets, watch: Watch) -> None:
    ticket = issued.issue(token_of("s-bob", expires_in=10))
    watch.seconds += 10
    assert refused(issued, ticket).expired


@pytest.mark.parametrize("text", ["", "tk_", "tk_nothing", "a.b.c", "rt_s_0_x", "\0", "\ud800", "x" * 100_000])
def test_what_was_never_issued_is_refused(issued: MemoryTickets, text: str) -> None:
    issued.issue(BOB)
    assert refused(issued, text).error == "invalid_token"


def test_one_session_can_hoard_only_so_many_and_others_are_none_the_worse(issued: MemoryTickets, watch: Watch) -> None:
    hoard = [issued.issue(BOB) for _ in range(TICKETS_OF_SESSION_MAX)]
    with pytest.raises(Refusal) as caught:
        issued.issue(BOB)
    assert (caught.value.code, caught.value.retry_after) == (Code.RATE_LIMITED, TICKET_SECONDS)
    assert issued.redeem(issued.issue(token_of("s-cyn")))
    issued.redeem(hoard[0])
    assert issued.issue(BOB), "one that was used makes room"
    watch.seconds += TICKET_SECONDS
    assert issued.issue(BOB), "and so do those that expired"


def test_what_is_kept_is_bounded_and_nothing_is_left_of_what_expired(
    issued: MemoryTickets, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tickets, "TICKETS_MAX", 3)
    for number in range(3):
        issued.issue(token_of(f"s-{number}"))
    with pytest.raises(Refusal) as caught:
        issued.issue(BOB)
    assert caught.value.code is Code.RATE_LIMITED
    watch.seconds += TICKET_SECONDS
    issued.redeem(issued.issue(BOB))
    assert not issued._issued
    assert not issued._of_session


def test_tickets_cannot_be_guessed(watch: Watch) -> None:
    real = MemoryTickets(watch)
    made = {real.issue(token_of(f"s-{number}")) for number in range(100)}
    assert len(made) == 100
    assert all(len(ticket) == len("tk_") + 32 for ticket in made)
