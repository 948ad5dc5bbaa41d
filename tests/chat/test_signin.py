"""Signing in with a password: one answer for all that is wrong, and an end to guessing before anything is hashed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from service.chat.errors import Code, Refusal
from service.chat.grants import Caller
from service.chat.signin import KNOWN_FOR_MS, WINDOW_SECONDS, WrongPassword
from tests.desk import PER_ACCOUNT, PER_ADDRESS, Desk

pytestmark = pytest.mark.anyio

HERE, THERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def guess(desk: Desk, username: str, address: str = HERE) -> None:
    with pytest.raises(WrongPassword):
        await desk.sign_in.check(username, "a wrong password", address)


async def limited(desk: Desk, username: str, address: str = HERE, password: str = "a wrong password") -> float:
    """The seconds to wait; and that nothing was hashed."""
    before = desk.passwords.verified
    with pytest.raises(Refusal) as caught:
        await desk.sign_in.check(username, password, address)
    assert caught.value.code is Code.RATE_LIMITED
    assert desk.passwords.verified == before
    assert caught.value.retry_after is not None
    return caught.value.retry_after


async def test_the_right_password_signs_in_however_the_name_is_typed(desk: Desk) -> None:
    for typed in ("bob", "BOB", " Bob ", "ｂｏｂ"):
        assert (await desk.sign_in.check(typed, "bob-password", HERE)).user.username == "bob"


async def test_unknown_wrong_suspended_deleted_and_bots_are_one_answer_and_each_costs_one_hash(desk: Desk) -> None:
    await desk.bot("clerk")
    cyn, gus = desk.stage.who("cyn"), desk.stage.who("gus")
    desk.stage.run(lambda tx: tx.users.set_suspended(cyn.id, True))
    desk.stage.run(lambda tx: tx.users.delete(gus.id))
    tries = {
        "bob": "wrong",
        "nobody": "nobody-password",
        "cyn": "cyn-password",
        "gus": "gus-password",
        "clerk": "clerk-password",
        "no name at all!": "x",
        "\0": "x",
        "\ud800": "x",
        "x" * 100_000: "x",
        "bob" + " " * 100 + "x": "bob-password",
    }
    for number, (username, password) in enumerate(tries.items(), start=1):
        with pytest.raises(WrongPassword) as caught:
            await desk.sign_in.check(username, password, HERE)
        assert not caught.value.args
        assert desk.passwords.verified == number


async def test_one_account_can_be_guessed_at_so_many_times_from_wherever_it_is(desk: Desk) -> None:
    for number in range(PER_ACCOUNT):
        await guess(desk, "bob", f"198.51.100.{number}")
    assert 0 < await limited(desk, "bob", "198.51.100.99") <= WINDOW_SECONDS
    assert await limited(desk, "BOB", "198.51.100.98"), "a name is one name, however it is typed"
    assert await desk.sign_in.check("cyn", "cyn-password", "198.51.100.99"), "others are none the worse"


async def test_an_account_that_is_not_there_is_limited_like_one_that_is(desk: Desk) -> None:
    for _ in range(PER_ACCOUNT):
        await guess(desk, "nobody")
    assert await limited(desk, "nobody")


async def test_one_address_can_guess_so_many_times_at_whatever_accounts(desk: Desk) -> None:
    for number in range(PER_ADDRESS):
        await guess(desk, f"user-{number}")
    assert await limited(desk, "one-more")
    await guess(desk, "one-more", THERE)


async def test_the_right_password_counts_for_nothing_once_the_limit_is_reached(desk: Desk) -> None:
    """Else the guesser would see by the answer which guess was right, and just go on."""
    for _ in range(PER_ACCOUNT):
        await guess(desk, "bob")
    assert await limited(desk, "bob", password="bob-password")


async def test_whoever_guesses_does_not_lock_the_owner_out_where_they_have_been_of_late(desk: Desk) -> None:
    await desk.sign_in_as("bob", caller=Caller(HERE, ""))
    for number in range(PER_ACCOUNT + 1):
        if number < PER_ACCOUNT:
            await guess(desk, "bob", THERE)
        else:
            assert await limited(desk, "bob", THERE)
    assert (await desk.sign_in.check("bob", "bob-password", HERE)).user.username == "bob"
    # Not for ever, though: a network that the owner left long ago is a stranger's again.
    desk.stage.now += KNOWN_FOR_MS + 1
    for _ in range(PER_ACCOUNT):
        await guess(desk, "bob", THERE)
    assert await limited(desk, "bob", HERE, password="bob-password")


async def test_a_network_of_the_owners_has_its_own_limit(desk: Desk) -> None:
    """Somebody in the same office guesses no more often than a stranger."""
    await desk.sign_in_as("bob", caller=Caller(HERE, ""))
    for _ in range(PER_ACCOUNT):
        await guess(desk, "bob", HERE)
    assert await limited(desk, "bob", HERE, password="bob-password")
    await guess(desk, "bob", THERE)


async def test_after_a_while_everybody_may_try_again(desk: Desk) -> None:
    for _ in range(PER_ACCOUNT):
        await guess(desk, "bob")
    wait = await limited(desk, "bob")
    desk.stage.now += int(wait * 1000)
    assert await desk.sign_in.check("bob", "bob-password", HERE)


async def test_a_right_password_forgives_the_wrong_ones_of_its_account_but_not_those_of_its_address(desk: Desk) -> None:
    """Whoever has an account of their own must not buy guesses at others with it."""
    for _ in range(PER_ACCOUNT - 1):
        await guess(desk, "bob")
    assert await desk.sign_in.check("bob", "bob-password", HERE)
    for _ in range(PER_ACCOUNT):
        await guess(desk, "bob")
    tried = 2 * PER_ACCOUNT - 1
    for number in range(tried, PER_ADDRESS):
        assert await desk.sign_in.check("cyn", "cyn-password", HERE)
        await guess(desk, f"user-{number}")
    assert await limited(desk, "cyn", password="cyn-password")


async def test_many_tries_at_once_are_counted_before_any_of_them_is_hashed(desk: Desk) -> None:
    """Each gives way while it is hashed, and the next begins: a count that came after it would let all of them in."""
    tries = [desk.sign_in.check("bob", "wrong", HERE) for _ in range(3 * PER_ACCOUNT)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, Refusal) for result in results) == 2 * PER_ACCOUNT
    assert desk.passwords.verified == PER_ACCOUNT


async def test_fifty_people_who_come_at_once_from_one_network_all_get_in(desk: Desk) -> None:
    """Monday morning in an office: more people than may fail, none of whom does."""
    cast = ("ann", "mo", "bob", "cyn", "gus")
    crowd = [cast[number % len(cast)] for number in range(50)]
    assert len(crowd) > PER_ADDRESS
    signed_in = await asyncio.gather(*(desk.sign_in.check(name, f"{name}-password", HERE) for name in crowd))
    assert [found.user.username for found in signed_in] == crowd


async def test_fifty_accounts_tried_at_once_from_one_address_are_no_more_hashes_than_one_after_another(
    desk: Desk,
) -> None:
    tries = [desk.sign_in.check(f"user-{number}", "wrong", HERE) for number in range(50)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    refused = [result for result in results if isinstance(result, Refusal)]
    assert desk.passwords.verified == PER_ADDRESS
    assert len(refused) == 50 - PER_ADDRESS
    assert {refusal.retry_after for refusal in refused} == {WINDOW_SECONDS}


async def test_a_try_that_was_never_hashed_was_no_try(desk: Desk) -> None:
    """While the queue of hashes is full, people press the button again; that must not lock them out."""
    full = Refusal(Code.UNAVAILABLE, retry_after=1.0)

    def overloaded() -> None:
        raise full

    desk.passwords.before_answer = overloaded
    for _ in range(PER_ADDRESS + 1):
        with pytest.raises(Refusal) as caught:
            await desk.sign_in.check("bob", "bob-password", HERE)
        assert caught.value is full
    desk.passwords.before_answer = lambda: None
    assert await desk.sign_in.check("bob", "bob-password", HERE)


async def test_a_password_that_is_changed_while_the_old_one_is_hashed_opens_no_session(desk: Desk) -> None:
    signed_in = await desk.sign_in.check("bob", "bob-password", HERE)
    assert desk.stage.run(signed_in.still_holds)
    desk.set_password("bob", "another password")
    assert not desk.stage.run(signed_in.still_holds)


async def test_nor_does_a_user_who_is_suspended_or_deleted_meanwhile(desk: Desk) -> None:
    bob, cyn = [await desk.sign_in.check(name, f"{name}-password", HERE) for name in ("bob", "cyn")]
    desk.stage.run(lambda tx: tx.users.set_suspended(bob.user.id, True))
    desk.stage.run(lambda tx: tx.users.delete(cyn.user.id))
    assert not desk.stage.run(bob.still_holds)
    assert not desk.stage.run(cyn.still_holds)
