"""Password resets: an admin hands over a link that works once."""

from __future__ import annotations

import asyncio

import pytest

from service.chat.errors import Code, Refusal
from service.chat.passwords import Passwords
from service.chat.resets import IssueReset, Resets
from service.chat.roles import Role, Scope
from service.chat.users import ChangeUser, DeleteUser
from tests.stage import TICK, Stage
from tests.stage_door import StageDatabase, open_sessions, sign_in

OLD, NEW = "tree-house-lamp", "gravel orbit walnut"


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def resets(stage: Stage, passwords: Passwords) -> Resets:
    return Resets(StageDatabase(stage), passwords)


async def has_password(stage: Stage, passwords: Passwords, username: str, password: str) -> bool:
    user = stage.who(username)
    return await passwords.verify(password, stage.run(lambda tx: tx.users.password_hash(user.id)))


async def is_void(resets: Resets, token: str) -> bool:
    with pytest.raises(Refusal) as caught:
        await resets.use(token, NEW)
    return caught.value.code is Code.FORBIDDEN


@pytest.mark.anyio
async def test_a_reset_locks_the_old_password_and_every_session_out_at_once(stage: Stage, passwords: Passwords) -> None:
    """It may have been stolen: the account is safe from the moment an admin knows."""
    bob = stage.who("bob")
    old = await passwords.new_hash(OLD)
    stage.run(lambda tx: tx.users.set_password_hash(bob.id, old))
    sign_in(stage, "bob")
    sign_in(stage, "cyn")
    issued = stage.do("ann", IssueReset("bob"))
    assert issued.expires_at == stage.now + 86_400_000
    assert not await has_password(stage, passwords, "bob", OLD)
    assert open_sessions(stage, "bob") == []
    assert open_sessions(stage, "cyn") == ["laptop"]
    assert stage.changes[-1].sessions == {"s-bob-laptop"}


@pytest.mark.anyio
async def test_the_link_sets_a_password_once(stage: Stage, resets: Resets, passwords: Passwords) -> None:
    token = stage.do("ann", IssueReset("bob")).token
    await resets.use(token, NEW)
    assert await has_password(stage, passwords, "bob", NEW)
    assert await is_void(resets, token)


@pytest.mark.anyio
async def test_of_two_who_use_the_link_at_once_one_sets_the_password(stage: Stage, resets: Resets) -> None:
    token = stage.do("ann", IssueReset("bob")).token
    outcomes = await asyncio.gather(
        *(resets.use(token, wanted) for wanted in (NEW, "orbit walnut gravel")), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refusal", "User"]


@pytest.mark.anyio
async def test_a_weak_password_leaves_the_link_good(stage: Stage, resets: Resets) -> None:
    token = stage.do("ann", IssueReset("bob")).token
    with pytest.raises(Refusal) as caught:
        await resets.use(token, "bobbobbob")
    assert caught.value.code is Code.INVALID
    assert (await resets.use(token, NEW)).username == "bob"


@pytest.mark.anyio
async def test_a_link_ends_with_its_time_with_another_one_and_with_the_account(
    stage: Stage, resets: Resets, passwords: Passwords
) -> None:
    first = stage.do("ann", IssueReset("bob"))
    second = stage.do("ann", IssueReset("bob"))
    assert await is_void(resets, first.token)
    stage.now = second.expires_at - TICK
    assert await is_void(resets, second.token)

    third = stage.do("ann", IssueReset("cyn"))
    stage.do("ann", DeleteUser("cyn"))
    assert await is_void(resets, third.token)

    fourth = stage.do("ann", IssueReset("gus"))
    changed = await passwords.new_hash(OLD)
    gus = stage.who("gus")
    stage.run(lambda tx: tx.users.set_password_hash(gus.id, changed))
    assert await is_void(resets, fourth.token), "an old link must not undo a newer password"


@pytest.mark.anyio
@pytest.mark.parametrize("token", ["", "no", "\0", "\ud800", "x" * 5_000])
async def test_what_is_no_token_is_answered_like_a_void_one(resets: Resets, token: str) -> None:
    assert await is_void(resets, token)


@pytest.mark.parametrize("asker", ["mo", "bob", "gus"])
def test_only_admins_reset_passwords(stage: Stage, asker: str) -> None:
    for target in ("bob", "ann"):
        refusal = stage.refusal(asker, IssueReset(target), scope=frozenset(Scope))
        assert refusal.code is Code.ROLE_TOO_LOW


def test_bots_and_nobody_have_no_password_to_reset(stage: Stage) -> None:
    stage.run(lambda tx: tx.users.add("herald", "Herald", Role.MEMBER, bot=True, password_hash=None))
    assert stage.refusal("ann", IssueReset("herald")).code is Code.CONFLICT
    assert stage.refusal("ann", IssueReset("nobody")).code is Code.NOT_FOUND


@pytest.mark.anyio
async def test_a_reset_does_not_lift_a_suspension(stage: Stage, resets: Resets) -> None:
    stage.do("ann", ChangeUser("bob", suspended=True))
    await resets.use(stage.do("ann", IssueReset("bob")).token, NEW)
    assert stage.who("bob").suspended


def test_the_token_is_nowhere_but_in_the_link(stage: Stage) -> None:
    command = IssueReset("bob")
    issued = stage.do("ann", command)
    assert issued.token not in repr(issued) + repr(command)
    assert issued.token.encode() not in stage.dump()
