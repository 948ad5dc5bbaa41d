"""The explanation of permissions over HTTP."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.house import House, code_of, open_house

pytestmark = pytest.mark.anyio

PATH = "/api/rooms/lobby/permissions"


@pytest.fixture
async def house(furnished: Path, tmp_path: Path) -> AsyncIterator[House]:
    """A server with the demonstration's users and rooms."""
    folder = tmp_path / "data"
    shutil.copytree(furnished, folder)
    async with open_house(folder, cast=False) as running:
        yield running


def rules(explained: dict[str, Any], action: str) -> dict[str, dict[str, Any]]:
    """The rules about one action, by their names."""
    (found,) = [one for one in explained["actions"] if one["action"] == action]
    return {rule["rule"]: rule for rule in found["rules"]}


async def test_one_is_told_who_stands_in_ones_way_until_when_and_why(house: House) -> None:
    await house.ask("bob", "PUT", "/api/rooms/lobby/members/bob")
    until = "2030-01-01T12:00:00.000Z"
    sanction = {"user": "bob", "kind": "mute", "until": until, "reason": "spam"}
    imposed = (await house.ask("mo", "POST", "/api/rooms/lobby/sanctions", sanction)).json()
    explained = (await house.ask("bob", "GET", PATH)).json()
    assert {name: explained[name] for name in ("user", "role", "room_role", "rank", "can")} == {
        "user": "bob",
        "role": "member",
        "room_role": "member",
        "rank": "member",
        "can": ["see", "read", "join"],
    }
    assert rules(explained, "post")["mute"] == {
        "rule": "mute",
        "holds": False,
        "message": "You are muted.",
        "why": {"rule": "mute", "by": "mo", "since": imposed["at"], "until": until, "reason": "spam"},
    }
    assert rules(explained, "post")["post_role"] == {"rule": "post_role", "holds": True}
    assert rules(explained, "post")["scope"] == {"rule": "scope", "holds": True}
    assert explained["sanctions"] == [imposed]
    refused = await house.ask("bob", "POST", "/api/rooms/lobby/messages", {"text": "hello"})
    assert refused.json()["why"] == rules(explained, "post")["mute"]["why"], "the same as who tries is told"


async def test_a_moderator_asks_about_somebody_who_is_no_member(house: House) -> None:
    explained = (await house.ask("mo", "GET", f"{PATH}?user=gus")).json()
    assert (explained["user"], explained["room_role"], explained["rank"]) == ("gus", None, "stranger")
    assert explained["can"] == ["see", "read", "join"]
    assert not rules(explained, "post")["membership"]["holds"]
    assert "scope" not in rules(explained, "post")
    assert explained["sanctions"] == []


async def test_who_may_not_ask_is_told_why(house: House) -> None:
    refused = await house.ask("bob", "GET", f"{PATH}?user=gus")
    assert (code_of(refused), refused.json()["why"]) == ("forbidden", {"rule": "room_moderator"})
    assert code_of(await house.ask("mo", "GET", f"{PATH}?user=nobody")) == "not_found"
    assert code_of(await house.ask("mo", "GET", f"{PATH}?user={'x' * 1_000}")) == "invalid"
    assert code_of(await house.ask("gus", "GET", "/api/rooms/den/permissions")) == "not_found"
    assert code_of(await house.ask(None, "GET", PATH)) == "unauthenticated"


async def test_below_the_gate_one_still_learns_why(house: House) -> None:
    explained = (await house.ask("gus", "GET", "/api/rooms/staff/permissions")).json()
    assert explained["can"] == ["see"]
    gate = rules(explained, "join")["join_role"]
    assert (gate["message"], gate["why"]["rule"]) == (
        "This room is for the role moderator and above.",
        "join_role",
    )
