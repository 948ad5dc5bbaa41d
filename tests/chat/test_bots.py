"""Bots: users that are programs, known by a secret that is told once."""

from __future__ import annotations

import re

import pytest

from service.chat import bots
from service.chat.bots import Bots, NewBot
from service.chat.errors import Code, Refusal
from service.chat.roles import Role
from service.chat.users import DeleteUser
from tests.stage import Stage
from tests.stage_door import StageDatabase


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def house(stage: Stage) -> Bots:
    return Bots(StageDatabase(stage))


def known(stage: Stage, client_id: str, secret: str) -> bool:
    return stage.run(lambda tx: bots.authenticate(tx, client_id, secret)) is not None


@pytest.mark.anyio
async def test_a_bot_is_a_member_that_has_a_secret_instead_of_a_password(stage: Stage, house: Bots) -> None:
    made = await house.add("Herald")
    assert (made.user.username, made.user.name, made.user.role, made.user.bot) == (
        "herald",
        "herald",
        Role.MEMBER,
        True,
    )
    client = stage.run(lambda tx: bots.authenticate(tx, made.client_id, made.secret))
    assert client is not None
    assert stage.run(lambda tx: bots.user_of(tx, client)) == made.user
    assert stage.run(lambda tx: tx.users.password_hash(made.user.id)) is None
    assert (await house.add("page", "The page", Role.GUEST)).user.role is Role.GUEST


@pytest.mark.anyio
async def test_only_its_own_secret_opens(stage: Stage, house: Bots) -> None:
    one, two = await house.add("herald"), await house.add("page")
    assert known(stage, one.client_id, one.secret)
    for client_id, secret in (
        (one.client_id, two.secret),
        (one.client_id, ""),
        (one.client_id, one.secret[:-1]),
        (one.client_id.upper(), one.secret),
        ("herald", one.secret),
        ("", ""),
        ("bot-\0", "x"),
        ("\ud800", "\ud800"),
        ("x" * 5_000, "y" * 5_000),
    ):
        assert not known(stage, client_id, secret)


@pytest.mark.anyio
async def test_the_secret_is_long_told_once_and_kept_nowhere(stage: Stage, house: Bots) -> None:
    made: NewBot = await house.add("herald")
    assert re.fullmatch(r"cs_[A-Za-z0-9_-]{43}", made.secret)
    assert made.secret.encode() not in stage.dump()
    assert made.secret not in repr(made)
    assert [(bot.user, bot.client.client_id) for bot in await house.all()] == [(made.user, made.client_id)]


@pytest.mark.anyio
async def test_a_bots_name_is_a_username_like_all_others(house: Bots) -> None:
    for name, code in (("bob", Code.CONFLICT), ("me", Code.INVALID), ("no name", Code.INVALID)):
        with pytest.raises(Refusal) as caught:
            await house.add(name)
        assert caught.value.code is code


@pytest.mark.anyio
async def test_a_deleted_bot_is_not_listed_and_its_secret_is_dead(stage: Stage, house: Bots) -> None:
    made = await house.add("herald")
    stage.do("ann", DeleteUser("herald"))
    assert not known(stage, made.client_id, made.secret)
    assert await house.all() == []
