"""Signing up from one address again and again: accounts are cheap to ask for, and not to make."""

from __future__ import annotations

import asyncio

import pytest

from service.api.attempts import LimitedCounts
from service.chat.accounts import Accounts, NewAccount
from service.chat.attempts import Attempts
from service.chat.errors import Code, Refusal
from service.chat.passwords import Passwords
from service.chat.sign_up import WINDOW_SECONDS, SignUp, SignUps
from tests.stage import Stage
from tests.stage_door import StageDatabase, door, sign_in

pytestmark = pytest.mark.anyio

HERE, THERE = "192.0.2.1", "198.51.100.7"
GOOD = "tree-house-lamp"
PER_ADDRESS = 3


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def accounts(stage: Stage, passwords: Passwords) -> Accounts:
    return Accounts(StageDatabase(stage), passwords)


@pytest.fixture
def desk(stage: Stage, accounts: Accounts) -> SignUps:
    attempts = Attempts(LimitedCounts(lambda: stage.now))
    return SignUps(accounts, door(stage), SignUp.OPEN, attempts, per_address=PER_ADDRESS)


async def refused(desk: SignUps, username: str, password: str = GOOD, address: str = HERE) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await desk.sign_up(NewAccount(username, password), address)
    return caught.value


async def test_one_address_gets_so_many_accounts_in_an_hour(stage: Stage, desk: SignUps) -> None:
    for number in range(PER_ADDRESS):
        await desk.sign_up(NewAccount(f"user-{number}", GOOD), HERE)
    refusal = await refused(desk, "one-more")
    assert refusal.code is Code.RATE_LIMITED
    assert refusal.retry_after is not None
    assert 0 < refusal.retry_after <= WINDOW_SECONDS
    assert (await desk.sign_up(NewAccount("elsewhere", GOOD), THERE)).username == "elsewhere"
    stage.now += WINDOW_SECONDS * 1000
    assert (await desk.sign_up(NewAccount("one-more", GOOD), HERE)).username == "one-more"


async def test_as_many_at_once_are_no_more_than_one_after_another(stage: Stage, desk: SignUps) -> None:
    names = [f"user-{number}" for number in range(3 * PER_ADDRESS)]
    tries = (desk.sign_up(NewAccount(name, GOOD), HERE) for name in names)
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, Refusal) for result in results) == 2 * PER_ADDRESS
    assert sum(stage.run(lambda tx, name=name: tx.users.taken(name)) for name in names) == PER_ADDRESS


async def test_what_is_refused_counts_too_for_it_costs_as_much(desk: SignUps) -> None:
    for _ in range(PER_ADDRESS):
        assert (await refused(desk, "zoe", "password")).code is Code.INVALID
    assert (await refused(desk, "zoe", "password")).code is Code.RATE_LIMITED


async def test_who_is_told_to_come_back_later_has_done_nothing(stage: Stage, passwords: Passwords) -> None:
    """While the queue of hashes is full, people press the button again."""
    stopped = Passwords(at_once=1, waiting=1)
    stopped.stop()
    attempts = Attempts(LimitedCounts(lambda: stage.now))

    def desk_with(hashing: Passwords) -> SignUps:
        accounts = Accounts(StageDatabase(stage), hashing)
        return SignUps(accounts, door(stage), SignUp.OPEN, attempts, per_address=PER_ADDRESS)

    for _ in range(PER_ADDRESS + 1):
        assert (await refused(desk_with(stopped), "zoe")).code is Code.UNAVAILABLE
    assert (await desk_with(passwords).sign_up(NewAccount("zoe", GOOD), HERE)).username == "zoe"


async def test_admins_make_as_many_as_they_like_and_who_is_signed_in_no_more_than_others(
    stage: Stage, desk: SignUps
) -> None:
    ann, bob = sign_in(stage, "ann"), sign_in(stage, "bob")
    for number in range(PER_ADDRESS):
        await desk.create(bob, NewAccount(f"user-{number}", GOOD), HERE)
    with pytest.raises(Refusal) as caught:
        await desk.create(bob, NewAccount("zoe", GOOD), HERE)
    assert caught.value.code is Code.RATE_LIMITED
    assert (await desk.create(ann, NewAccount("zoe", GOOD), HERE)).username == "zoe"
