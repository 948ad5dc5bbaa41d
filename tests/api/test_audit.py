"""The audit log by HTTP: what was done by a request is there with its id and its address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from service.chat import audit
from service.chat.deeds import What
from tests.api.house import House, code_of, open_house

pytestmark = pytest.mark.anyio

ADDRESS = "127.0.0.1"  # of the client that the tests have


@pytest.fixture
async def house(furnished: Path, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(copytree(furnished, tmp_path / "data")) as found:
        yield found


async def latest(house: House, path: str = "/api/audit", who: str = "ann") -> Any:
    """The newest row that somebody is shown."""
    answer = await house.ask(who, "GET", f"{path}?limit=1")
    assert answer.status_code == 200, answer.text
    (row,) = answer.json()["items"]
    return row


async def test_an_act_is_shown_with_all_that_is_to_be_known_of_it(house: House) -> None:
    await house.ask("bob", "PUT", "/api/rooms/lobby/members/bob")
    body = {"user": "bob", "kind": "mute", "reason": "spam"}
    answer = await house.ask("mo", "POST", "/api/rooms/lobby/sanctions", body)
    assert answer.status_code == 201
    row = await latest(house)
    assert row.pop("hash").isalnum()
    assert row.pop("at").endswith("Z")
    assert row.pop("seq") > 1
    assert row == {
        "what": "member.muted",
        "by": "mo",
        "on": "bob",
        "room": "lobby",
        "reason": "spam",
        "detail": {"sanction": answer.json()["id"], "until": None},
        "request": answer.headers["x-request-id"],
        "address": ADDRESS,
    }


async def test_what_there_is_nothing_of_is_left_out(house: House) -> None:
    await house.ask("ann", "POST", "/api/invites")
    row = await latest(house)
    assert (row["what"], row["by"]) == ("invite.made", "ann")
    assert not {"on", "room", "reason"} & set(row)


async def test_the_operator_and_the_demonstration_are_the_system(house: House) -> None:
    rows = (await house.ask("ann", "GET", "/api/audit")).json()["items"]
    assert {(row["by"], row["request"]) for row in rows} == {("system", "command line")}
    assert not any("address" in row for row in rows)


async def test_the_first_admin_made_themselves_one(tmp_path: Path) -> None:
    async with open_house(tmp_path / "new", cast=False) as house:
        body = {"token": await house.app.parts.setup.open(), "username": "ann", "password": "tree-house-lamp"}
        answer = await house.ask(None, "POST", "/api/setup", body)
        token = await house.token("ann", "tree-house-lamp")
        (row,) = (await house.ask_with(token, "GET", "/api/audit")).json()["items"]
    assert (row["what"], row["by"], row["on"], row["address"]) == ("server.set_up", "ann", "ann", ADDRESS)
    assert row["request"] == answer.headers["x-request-id"]


async def test_a_rooms_part_is_without_addresses(house: House) -> None:
    await house.ask("mo", "PATCH", "/api/rooms/lobby", {"slow_mode": 5})
    row = await latest(house, "/api/rooms/lobby/audit", "mo")
    assert (row["what"], row["by"], row["room"]) == ("room.changed", "mo", "lobby")
    assert "request" in row
    assert "address" not in row
    assert (await latest(house))["address"] == ADDRESS


async def test_what_was_only_tried_is_not_there(house: House) -> None:
    await house.ask("bob", "PUT", "/api/rooms/lobby/members/bob")
    before = await latest(house)
    body = {"user": "bob", "kind": "ban"}
    answer = await house.ask("mo", "POST", "/api/rooms/lobby/sanctions?dry_run=true", body)
    assert answer.json()["dry_run"] is True
    assert await latest(house) == before


async def test_what_was_erased_is_null(house: House) -> None:
    await house.ask("bob", "PUT", "/api/rooms/lobby/members/bob")
    await house.ask("mo", "POST", "/api/rooms/lobby/sanctions", {"user": "bob", "kind": "mute", "reason": "spam"})
    for username in ("bob", "mo"):
        await house.app.parts.database.write(lambda tx, username=username: audit.erase(tx, username))
    (row,) = (await house.ask("ann", "GET", "/api/audit?what=member.muted")).json()["items"]
    assert {name: row[name] for name in ("by", "on", "reason", "address")} == dict.fromkeys(
        ("by", "on", "reason", "address")
    )
    assert (await house.ask("ann", "GET", "/api/audit?user=bob")).json()["items"] == []


async def test_the_list_is_in_pages_and_by_what_is_asked(house: House) -> None:
    await house.ask("bob", "PUT", "/api/rooms/lobby/members/bob")
    for kind in ("mute", "kick"):
        await house.ask("mo", "POST", "/api/rooms/lobby/sanctions", {"user": "bob", "kind": kind})
    first = (await house.ask("ann", "GET", "/api/audit?user=mo&limit=1")).json()
    rest = (await house.ask("ann", "GET", f"/api/audit?user=mo&limit=1&cursor={first['next']}")).json()
    assert [row["what"] for row in (*first["items"], *rest["items"])] == ["member.kicked", "member.muted"]
    by_act = (await house.ask("ann", "GET", "/api/audit?what=member.kicked&room=lobby")).json()["items"]
    assert [row["seq"] for row in by_act] == [first["items"][0]["seq"]]


async def test_what_is_no_act_is_refused_and_a_strange_name_is_nobodys(house: House) -> None:
    assert code_of(await house.ask("ann", "GET", "/api/audit?what=nonsense")) == "invalid"
    assert code_of(await house.ask("ann", "GET", "/api/audit?user=" + "x" * 129)) == "invalid"
    for query in ("user=%ff", "user=No%20Name", "room=%ff", "room=No%20Slug"):
        answer = await house.ask("ann", "GET", f"/api/audit?{query}")
        assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None}), query


async def test_it_is_for_admins_and_a_rooms_part_for_who_moderates_it(house: House) -> None:
    assert code_of(await house.ask(None, "GET", "/api/audit")) == "unauthenticated"
    for who in ("mo", "bob", "gus"):
        assert code_of(await house.ask(who, "GET", "/api/audit")) == "role_too_low"
    assert code_of(await house.ask("bob", "GET", "/api/rooms/lobby/audit")) == "forbidden"
    assert code_of(await house.ask("cyn", "GET", "/api/rooms/den/audit")) == "not_found"


async def test_every_kind_of_act_can_be_asked_for(house: House) -> None:
    for what in What:
        assert (await house.ask("ann", "GET", f"/api/audit?what={what.value}")).status_code == 200
