"""Setting up by HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copytree

import pytest

from tests.api.house import House, code_of, open_house

pytestmark = pytest.mark.anyio

GOOD = "tree-house-lamp"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A server to which nobody has come yet."""
    async with open_house(tmp_path / "data", cast=False) as found:
        yield found


async def test_the_printed_token_makes_the_first_admin_of_two_who_try_one(house: House) -> None:
    token = await house.app.parts.setup.open()
    body = {"token": token, "password": GOOD}
    answers = await asyncio.gather(
        *(house.ask(None, "POST", "/api/setup", {**body, "username": name}) for name in ("ann", "mo"))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    made = next(answer.json() for answer in answers if answer.status_code == 201)
    assert (made["role"], made["bot"]) == ("admin", False)
    assert (await house.sign_in(made["username"], GOOD)).status_code == 200
    again = await house.ask(None, "POST", "/api/setup", {**body, "username": "zoe"})
    assert (again.status_code, code_of(again)) == (409, "conflict")


async def test_nothing_else_makes_an_admin(house: House) -> None:
    token = await house.app.parts.setup.open()
    for body, code in (
        ({"token": "guess", "username": "ann", "password": GOOD}, "forbidden"),
        ({"username": "ann", "password": GOOD}, "invalid"),
        ({"token": None, "username": "ann", "password": GOOD}, "invalid"),
        ({"token": token, "username": "room", "password": GOOD}, "invalid"),
        ({"token": token, "username": "ann", "password": "password"}, "invalid"),
    ):
        assert code_of(await house.ask(None, "POST", "/api/setup", body)) == code
    assert code_of(await house.ask(None, "POST", "/api/users", {"username": "ann", "password": GOOD})) == "forbidden"
    answer = await house.ask(None, "POST", "/api/setup", {"token": token, "username": "ann", "password": GOOD})
    assert answer.status_code == 201, "all of the above left the token good"


async def test_a_server_with_users_has_no_token(furnished: Path, tmp_path: Path) -> None:
    async with open_house(copytree(furnished, tmp_path / "data")) as house:
        assert await house.app.parts.setup.open() is None
        answer = await house.ask(None, "POST", "/api/setup", {"token": "", "username": "zoe", "password": GOOD})
        assert code_of(answer) == "conflict"
