"""Filters by HTTP: setting, trying and taking them away, and what becomes of what is said."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.house import House, code_of, open_house

pytestmark = pytest.mark.anyio

FILTERS = "/api/rooms/lobby/filters"


@pytest.fixture
async def house(furnished: Path, tmp_path: Path) -> AsyncIterator[House]:
    """A server where bob is in the lobby."""
    folder = tmp_path / "data"
    shutil.copytree(furnished, folder)
    async with open_house(folder, cast=False) as found:
        await found.ask("bob", "PUT", "/api/rooms/lobby/members/bob")
        yield found


async def say(house: House, text: str, **more: str) -> Any:
    return await house.ask("bob", "POST", "/api/rooms/lobby/messages", {"text": text, **more})


async def test_a_filter_is_set_seen_and_taken_away(house: House) -> None:
    wanted = {"kind": "word", "pattern": "crypto", "action": "reject", "reason": "no ads"}
    answer = await house.ask("mo", "POST", FILTERS, wanted)
    added = answer.json()
    assert answer.status_code == 201
    assert added == {**wanted, "id": added["id"], "room": "lobby", "by": "mo", "at": added["at"]}
    assert (await house.ask("mo", "GET", FILTERS)).json() == {"items": [added], "next": None}
    refused = await say(house, "buy C\u200brypto")
    assert (refused.status_code, code_of(refused)) == (403, "forbidden")
    assert refused.json()["why"] == {"rule": "filter", "by": "mo", "since": added["at"], "reason": "no ads"}
    assert "rypto" not in refused.text
    answer = await house.ask("ann", "DELETE", f"{FILTERS}/{added['id']}")
    assert answer.status_code == 204
    assert (await say(house, "buy crypto")).status_code == 201
    assert code_of(await house.ask("mo", "DELETE", f"{FILTERS}/{added['id']}")) == "not_found"


async def test_what_is_masked_is_stored_so_and_a_retry_gets_it(house: House) -> None:
    await house.ask("mo", "POST", FILTERS, {"kind": "pattern", "pattern": r"\d{4,}", "action": "mask"})
    first = await say(house, "call 123456", nonce="n1")
    assert (first.status_code, first.json()["text"]) == (201, "call ******")
    again = await say(house, "call 123456", nonce="n1")
    assert (again.status_code, again.json()) == (200, first.json())
    history = (await house.ask("ann", "GET", "/api/rooms/lobby/messages?limit=1")).json()
    assert history["items"] == [first.json()]


async def test_what_is_reported_waits_in_the_queue(house: House) -> None:
    await house.ask("mo", "POST", FILTERS, {"kind": "word", "pattern": "bait", "action": "report"})
    assert (await say(house, "some bait")).status_code == 201
    (report,) = (await house.ask("mo", "GET", "/api/rooms/lobby/reports")).json()["items"]
    assert (report["reporter"], report["message"]["text"], report["state"]) == ("system", "some bait", "open")


async def test_a_dry_run_says_in_how_many_messages_it_would_have_been_found(house: House) -> None:
    for text in ("so bad", "good", "BAD!"):
        await say(house, text)
    wanted = {"kind": "word", "pattern": "bad", "action": "reject"}
    answer = await house.ask("mo", "POST", f"{FILTERS}?dry_run=true", wanted)
    preview = answer.json()
    looked_at = preview.pop("looked_at")
    assert (answer.status_code, preview) == (
        200,
        {"dry_run": True, "messages": 2, "rooms": 0, "members": 0, "connections": 0},
    )
    assert looked_at == len((await house.ask("mo", "GET", "/api/rooms/lobby/messages")).json()["items"])
    assert (await house.ask("mo", "GET", FILTERS)).json()["items"] == []
    added = (await house.ask("mo", "POST", FILTERS, wanted)).json()
    answer = await house.ask("mo", "DELETE", f"{FILTERS}/{added['id']}?dry_run=true")
    assert (answer.status_code, answer.json()["dry_run"]) == (200, True)
    assert (await house.ask("mo", "GET", FILTERS)).json()["items"] == [added]


REFUSED: list[tuple[str | None, Any, str]] = [
    ("mo", {"kind": "pattern", "pattern": "(", "action": "mask"}, "invalid"),
    ("mo", {"kind": "pattern", "pattern": "x*", "action": "mask"}, "invalid"),
    ("mo", {"kind": "pattern", "pattern": r"(?=x)", "action": "mask"}, "invalid"),
    ("mo", {"kind": "word", "pattern": "", "action": "mask"}, "invalid"),
    ("mo", {"kind": "word", "pattern": "x" * 201, "action": "mask"}, "invalid"),
    ("mo", {"kind": "word", "pattern": 7, "action": "mask"}, "invalid"),
    ("mo", {"kind": "glob", "pattern": "x", "action": "mask"}, "invalid"),
    ("mo", {"kind": "word", "pattern": "x", "action": "shout"}, "invalid"),
    ("mo", {"kind": "word", "pattern": "x", "action": "mask", "reason": "x" * 501}, "invalid"),
    ("mo", {}, "invalid"),
    ("bob", {"kind": "word", "pattern": "x", "action": "mask"}, "forbidden"),
    (None, {"kind": "word", "pattern": "x", "action": "mask"}, "unauthenticated"),
]


async def test_what_is_no_filter_or_not_ones_own_to_set_is_a_problem(house: House) -> None:
    for who, body, code in REFUSED:
        for path in (FILTERS, f"{FILTERS}?dry_run=true"):
            assert code_of(await house.ask(who, "POST", path, body)) == code, (who, body)
    assert (await house.ask("mo", "GET", FILTERS)).json()["items"] == []
    assert code_of(await house.ask("bob", "GET", FILTERS)) == "forbidden"
