"""A room's live connections over HTTP, with a real socket in the room."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.house import House, code_of, open_house
from tests.api.plain_socket import dialled

pytestmark = pytest.mark.anyio

PATH = "/api/rooms/lobby/connections"


@pytest.fixture
async def house(furnished: Path, tmp_path: Path) -> AsyncIterator[House]:
    """A server with the demonstration's users and rooms."""
    folder = tmp_path / "data"
    shutil.copytree(furnished, folder)
    async with open_house(folder, cast=False) as running:
        yield running


async def test_a_moderator_sees_a_connection_and_ends_it(house: House) -> None:
    async with dialled(house.app, "/chat/lobby", token=await house.token("bob")) as socket:
        await socket.next("hello")
        page = (await house.ask("mo", "GET", PATH)).json()
        (seen,) = page["items"]
        assert page["next"] is None
        assert seen == {
            "id": seen["id"],
            "user": "bob",
            "since": seen["since"],
            "address": "192.0.2.0/24",
            "client": seen["client"],
            "codec": "json",
            "state": "live",
            "lag": 0,
            "queue": 0,
        }
        assert seen["client"].startswith("python-httpx/")
        assert seen["since"].endswith("Z")
        answer = await house.ask("mo", "DELETE", f"{PATH}/{seen['id']}?reason=a%20flood")
        assert (answer.status_code, answer.content) == (204, b"")
        assert await socket.next("no such frame") is None
        assert socket.close_code == 4003
        assert (await house.ask("mo", "GET", PATH)).json()["items"] == []
        assert code_of(await house.ask("mo", "DELETE", f"{PATH}/{seen['id']}")) == "not_found"
    (row,) = (await house.ask("ann", "GET", "/api/audit?what=connection.dropped")).json()["items"]
    assert (row["by"], row["on"], row["room"], row["reason"]) == ("mo", "bob", "lobby", "a flood")
    assert row["detail"] == {"connection": seen["id"]}


async def test_the_list_comes_in_pages(house: House) -> None:
    token = await house.token("cyn")
    async with (
        dialled(house.app, "/chat/lobby", token=token) as one,
        dialled(house.app, "/chat/lobby", token=token) as two,
        dialled(house.app, "/chat/lobby", token=token) as three,
    ):
        for socket in (one, two, three):
            await socket.next("hello")
        first = (await house.ask("mo", "GET", f"{PATH}?limit=2")).json()
        second = (await house.ask("mo", "GET", f"{PATH}?limit=2&cursor={first['next']}")).json()
        assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)
        assert len({item["id"] for item in (*first["items"], *second["items"])}) == 3


async def test_who_may_not_is_told_which_rule_says_so(house: House) -> None:
    async with dialled(house.app, "/chat/lobby", token=await house.token("mo")) as socket:
        await socket.next("hello")
        (seen,) = (await house.ask("ann", "GET", PATH)).json()["items"]
        for refused in (
            await house.ask("bob", "GET", PATH),
            await house.ask("bob", "DELETE", f"{PATH}/{seen['id']}"),
        ):
            assert (code_of(refused), refused.json()["why"]) == ("forbidden", {"rule": "room_moderator"})
        assert code_of(await house.ask(None, "GET", PATH)) == "unauthenticated"
        assert code_of(await house.ask("mo", "GET", "/api/rooms/den/connections")) == "not_found"
        assert code_of(await house.ask("mo", "GET", f"{PATH}?cursor=x")) == "invalid"
        assert code_of(await house.ask("mo", "DELETE", f"{PATH}/{seen['id']}?reason={'x' * 501}")) == "invalid"
        assert code_of(await house.ask("mo", "DELETE", f"{PATH}/{'c' * 65}")) == "invalid"
        assert socket.close_code is None


async def test_a_reason_is_in_no_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    async with dialled(house.app, "/chat/lobby", token=await house.token("bob")) as socket:
        await socket.next("hello")
        (seen,) = (await house.ask("mo", "GET", PATH)).json()["items"]
        with caplog.at_level("DEBUG"):
            await house.ask("mo", "DELETE", f"{PATH}/{seen['id']}?reason=marigold")
        ours = [record for record in caplog.records if record.name.startswith("folkmoot")]
        assert ours
        assert "marigold" not in "".join(f"{record.getMessage()}{record.__dict__}" for record in ours)
