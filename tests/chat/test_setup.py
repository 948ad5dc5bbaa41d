"""Setting up: the first admin, once, by the token that the server printed."""

from __future__ import annotations

import asyncio

import pytest

from service.chat.errors import Code, Refusal
from service.chat.passwords import Passwords
from service.chat.records import Source
from service.chat.roles import Role
from service.chat.setup import Setup
from service.chat.users import DeleteUser
from tests.stage import CAST, Stage
from tests.stage_door import StageDatabase

GOOD = "tree-house-lamp"
HERE = Source("192.0.2.7", "5e1f00d5")


@pytest.fixture
def stage() -> Stage:
    """A server to which nobody has come yet."""
    return Stage(cast=())


@pytest.fixture
def setup(stage: Stage, passwords: Passwords) -> Setup:
    return Setup(StageDatabase(stage), passwords)


async def refused(setup: Setup, token: str, username: str = "ann", password: str = GOOD) -> Code:
    with pytest.raises(Refusal) as caught:
        await setup.complete(token, username, password, HERE)
    return caught.value.code


@pytest.mark.anyio
async def test_the_token_makes_the_first_admin_once(stage: Stage, setup: Setup) -> None:
    token = await setup.open()
    assert token is not None
    assert await setup.open() == token
    made = await setup.complete(token, "Ann", GOOD, HERE)
    assert (made.username, made.role) == ("ann", Role.ADMIN)
    assert stage.who("ann") == made
    assert await refused(setup, token, "mo") is Code.CONFLICT


@pytest.mark.anyio
async def test_a_wrong_token_makes_nobody(stage: Stage, setup: Setup) -> None:
    token = await setup.open()
    assert token is not None
    for wrong in ("", token[:-1], token + "x", token.swapcase(), "\ud800", "ä" * 43):
        assert await refused(setup, wrong) is Code.FORBIDDEN
    assert not stage.run(lambda tx: tx.users.exist())
    await setup.complete(token, "ann", GOOD, HERE)


@pytest.mark.anyio
async def test_of_two_who_hold_the_token_one_wins(stage: Stage, setup: Setup) -> None:
    token = await setup.open()
    assert token is not None
    outcomes = await asyncio.gather(
        *(setup.complete(token, name, GOOD, HERE) for name in ("ann", "mo")), return_exceptions=True
    )
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert [refusal.code for refusal in refusals] == [Code.CONFLICT]
    assert stage.run(lambda tx: tx.users.active_admins()) == 1


@pytest.mark.anyio
async def test_a_refused_name_or_password_leaves_the_token_good(setup: Setup) -> None:
    token = await setup.open()
    assert token is not None
    assert await refused(setup, token, username="me") is Code.INVALID
    assert await refused(setup, token, password="password") is Code.INVALID
    assert (await setup.complete(token, "ann", GOOD, HERE)).role is Role.ADMIN


@pytest.mark.anyio
async def test_a_server_with_users_prints_no_token_and_takes_none(passwords: Passwords) -> None:
    setup = Setup(StageDatabase(Stage(cast=("bob",))), passwords)
    assert await setup.open() is None
    assert await refused(setup, "") is Code.CONFLICT
    assert await refused(setup, "None") is Code.CONFLICT


@pytest.mark.anyio
async def test_the_token_is_void_once_the_operator_has_made_a_user(stage: Stage, setup: Setup) -> None:
    token = await setup.open()
    assert token is not None
    stage.user("bob", CAST["bob"])
    assert await refused(setup, token) is Code.CONFLICT


@pytest.mark.anyio
async def test_a_bot_alone_does_not_count_as_somebody(stage: Stage, setup: Setup) -> None:
    stage.run(lambda tx: tx.users.add("herald", "Herald", Role.MEMBER, bot=True, password_hash=None))
    token = await setup.open()
    assert token is not None
    await setup.complete(token, "ann", GOOD, HERE)
    assert stage.refusal("ann", DeleteUser("ann")).code is Code.CONFLICT, "from then on there is always an admin"
