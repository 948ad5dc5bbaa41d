"""Passwords: what is taken as one, that they are hashed as OWASP asks, off the loop and in bounded numbers."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from service.chat import passwords as module
from service.chat.errors import Code, Refusal
from service.chat.passwords import PASSWORD_MAX, TYPED_MAX, Passwords, require_strength

GOOD = "tree-house-lamp"


async def refusal(passwords: Passwords, password: str, *about: str) -> str:
    with pytest.raises(Refusal) as caught:
        await passwords.new_hash(password, *about)
    assert caught.value.code is Code.INVALID
    assert [error.field for error in caught.value.errors] == ["password"]
    assert password not in caught.value.message, "a refusal is shown and logged: it must not tell the password"
    return caught.value.message


@pytest.mark.anyio
async def test_a_hash_is_argon2id_at_owasps_minimum_and_another_one_each_time(passwords: Passwords) -> None:
    first, second = [await passwords.new_hash(GOOD, "bob") for _ in range(2)]
    assert first != second
    found = extract_parameters(first)
    assert (found.type, found.memory_cost, found.time_cost, found.parallelism) == (Type.ID, 19_456, 2, 1)
    assert PasswordHasher().verify(first, GOOD), "an independent library reads it"


@pytest.mark.anyio
async def test_only_the_password_itself_is_verified(passwords: Passwords) -> None:
    stored = await passwords.new_hash(GOOD)
    assert await passwords.verify(GOOD, stored)
    for wrong in ("", GOOD[:-1], GOOD + " ", GOOD.upper(), GOOD + "\0", "x" * 5_000, "\ud800"):
        assert not await passwords.verify(wrong, stored)
        assert not await passwords.verify(wrong, None)


@pytest.mark.anyio
async def test_all_of_a_long_password_counts(passwords: Passwords) -> None:
    long = ("gravel orbit walnut " * 20)[:PASSWORD_MAX]
    stored = await passwords.new_hash(long)
    assert await passwords.verify(long, stored)
    assert not await passwords.verify(long[:-1] + "?", stored), "a hash that truncates would not see this"


@pytest.mark.anyio
async def test_the_length_is_8_to_256_characters_of_any_kind(passwords: Passwords) -> None:
    for length in (7, PASSWORD_MAX + 1, TYPED_MAX + 1):
        assert "8 to 256" in await refusal(passwords, ("vq7#kd0pz" * 200)[:length])
    assert await passwords.new_hash("vq7 kd0p")
    assert await passwords.new_hash("жабақұмыра")
    assert await passwords.new_hash("🐢🦊🐻🐼🐨🐯🦁🐮")


@pytest.mark.anyio
async def test_a_longer_minimum_can_be_set() -> None:
    strict = Passwords(at_once=1, waiting=1, shortest=15)
    assert "15 to 256" in await refusal(strict, "vq7#kd0pzw3!x8")
    strict.stop()


@pytest.mark.anyio
@pytest.mark.parametrize("bad", ["gravel\0walnut", "gravel\ud800walnut"], ids=["NUL", "lone surrogate"])
async def test_what_cannot_be_stored_is_no_password(passwords: Passwords, bad: str) -> None:
    await refusal(passwords, bad)


@pytest.mark.anyio
async def test_a_password_does_not_depend_on_how_the_keyboard_composes_its_letters(passwords: Passwords) -> None:
    stored = await passwords.new_hash("caf\u00e9-gravel-\ufb01ve")
    assert await passwords.verify("cafe\u0301-gravel-five", stored)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "weak", ["iloveyou", "Passw0rd!", "12345678", "qwertyuiop", "aaaaaaaaaaaa", "abcdefgh", "hunter2hunter2"]
)
async def test_what_is_guessed_first_is_refused_with_advice(passwords: Passwords, weak: str) -> None:
    assert "guessed" in await refusal(passwords, weak)


@pytest.mark.anyio
async def test_ones_own_names_and_the_servers_are_no_passwords(passwords: Passwords) -> None:
    await refusal(passwords, "folkmoot")
    await refusal(passwords, "brynhildr", "brynhildr")
    await refusal(passwords, "Quetzalcoatl", "quetz", "Itzel Quetzalcoatl")
    assert await passwords.new_hash("Quetzalcoatl", "bob"), "refused above for whose it was, and not for itself"


def test_no_kind_of_character_is_demanded() -> None:
    for plain in ("gravel orbit walnut", "treehouselamp", "tree-house-lamp"):
        require_strength(plain)


def test_a_password_is_as_strong_as_the_better_of_its_ends() -> None:
    require_strength("aaaaaaaaaaaaaaaaaaaa" + "vq7#kd0pz")
    require_strength("vq7#kd0pz" + "aaaaaaaaaaaaaaaaaaaa")
    with pytest.raises(Refusal):
        require_strength("password" * 30)


def test_judging_costs_the_same_however_long_the_password_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Symbols that may stand for letters make zxcvbn's time explode: half a second for 32 of them, 4 s for 100."""
    judged: list[str] = []

    def spy(password: str, user_inputs: list[str]) -> dict[str, object]:
        judged.append(password)
        return {"score": 4}

    monkeypatch.setattr(module, "zxcvbn", spy)
    require_strength("4@8({[<3691!|0$5+7%2" * 12)
    assert len(judged) == 2
    assert {len(part) for part in judged} == {16}


@pytest.mark.anyio
async def test_the_unknown_user_takes_as_long_as_the_wrong_password(passwords: Passwords) -> None:
    """By the hashing done and not by the clock, which lies on a busy machine: the dummy has the same parameters."""
    await passwords.start()
    dummy = passwords._context._dummy_hash
    real = await passwords.new_hash(GOOD)
    assert extract_parameters(dummy) == extract_parameters(real)

    async def processor_time(password: str, stored: str | None) -> float:
        own = Passwords(at_once=1, waiting=1)
        spent: list[float] = []

        def timed() -> None:
            before = time.thread_time()
            own._matches(password, stored)
            spent.append(time.thread_time() - before)

        for _ in range(5):
            await own._run(timed)
        own.stop()
        return min(spent[1:])

    wrong = await processor_time("not-the-password", real)
    for password in ("not-the-password", "x" * 5_000):
        unknown = await processor_time(password, None)
        assert wrong / 2 < unknown < wrong * 2


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What the hashing threads wait for."""
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.anyio
async def test_beyond_the_queue_the_answer_is_to_come_back_later(gate: threading.Event) -> None:
    pool = Passwords(at_once=2, waiting=3)
    taken = [asyncio.ensure_future(pool._run(gate.wait)) for _ in range(5)]
    await asyncio.sleep(0)
    with pytest.raises(Refusal) as full:
        await pool.verify(GOOD, None)
    assert (full.value.code, full.value.status) == (Code.UNAVAILABLE, 503)
    assert full.value.retry_after
    gate.set()
    await asyncio.gather(*taken)
    assert not await pool.verify(GOOD, None), "there is room again"
    pool.stop()


@pytest.mark.anyio
async def test_who_hangs_up_while_being_hashed_keeps_the_place_until_the_thread_is_free(gate: threading.Event) -> None:
    """Else somebody who connects and hangs up could queue up without bound."""
    pool = Passwords(at_once=1, waiting=1)
    running = threading.Event()

    def hash_slowly() -> None:
        running.set()
        gate.wait()

    hashing = asyncio.ensure_future(pool._run(hash_slowly))
    waiting = asyncio.ensure_future(pool._run(gate.wait))
    await asyncio.to_thread(running.wait)
    hashing.cancel()
    await asyncio.gather(hashing, return_exceptions=True)
    with pytest.raises(Refusal):
        await pool.verify(GOOD, None)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    queued = asyncio.ensure_future(pool.verify(GOOD, None))
    await asyncio.sleep(0)
    gate.set()
    assert await queued is False, "who waited and left has given the place back"
    pool.stop()


@pytest.mark.anyio
async def test_hashing_is_not_done_on_the_loop(passwords: Passwords) -> None:
    found = await passwords._run(threading.current_thread)
    assert found is not threading.current_thread()
    assert found.name.startswith("passwords")


@pytest.mark.anyio
async def test_a_server_that_stops_says_so() -> None:
    pool = Passwords(at_once=1, waiting=1)
    pool.stop()
    for _ in range(5):
        with pytest.raises(Refusal) as caught:
            await pool.verify(GOOD, None)
        assert caught.value.code is Code.UNAVAILABLE
