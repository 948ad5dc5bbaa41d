"""Reports by HTTP: making one, the queue, and handling it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.house import House, code_of, open_house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(furnished: Path, tmp_path: Path) -> AsyncIterator[House]:
    """A server where bob and cyn are in the lobby."""
    folder = tmp_path / "data"
    shutil.copytree(furnished, folder)
    async with open_house(folder, cast=False) as found:
        for name in ("bob", "cyn"):
            await found.ask(name, "PUT", f"/api/rooms/lobby/members/{name}")
        yield found


async def said(house: House, username: str, text: str) -> str:
    answer = await house.ask(username, "POST", "/api/rooms/lobby/messages", {"text": text})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def reported(house: House, message: str, username: str = "bob") -> dict[str, Any]:
    answer = await house.ask(username, "POST", f"/api/messages/{message}/reports", {"reason": "rude"})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_report_is_made_once_and_its_maker_sees_how_far_it_is(house: House) -> None:
    message = await said(house, "cyn", "you fool")
    report = await reported(house, message)
    assert report == {
        "id": report["id"],
        "room": "lobby",
        "message_id": message,
        "reason": "rude",
        "at": report["at"],
        "state": "open",
        "changed_at": report["at"],
    }
    again = await house.ask("bob", "POST", f"/api/messages/{message}/reports", {"reason": "still"})
    assert (again.status_code, again.json()) == (200, report)
    changed = await house.ask("mo", "PATCH", f"/api/reports/{report['id']}", {"state": "closed", "resolution": "muted"})
    assert changed.status_code == 200
    (own,) = (await house.ask("bob", "GET", "/api/me/reports")).json()["items"]
    assert (own["state"], own["changed_at"]) == ("closed", changed.json()["changed_at"])
    assert "resolution" not in own, "what moderators write is for moderators"
    assert (await house.ask("cyn", "GET", "/api/me/reports")).json() == {"items": [], "next": None}


async def test_a_moderator_sees_the_message_as_it_was_and_as_it_is(house: House) -> None:
    message = await said(house, "cyn", "you fool")
    report = await reported(house, message)
    await house.ask("cyn", "DELETE", f"/api/messages/{message}")
    taken = await house.ask("mo", "PATCH", f"/api/reports/{report['id']}", {"state": "taken"})
    found = (await house.ask("mo", "GET", f"/api/reports/{report['id']}")).json()
    assert found == taken.json()
    assert (found["state"], found["handler"], found["reporter"]) == ("taken", "mo", "bob")
    assert (found["message"]["text"], found["message"]["author"]["username"]) == ("you fool", "cyn")
    assert (found["now"]["text"], found["now"]["deleted"]["by"]) == ("", "cyn")
    assert "resolution" not in found


async def test_the_queue_comes_in_pages_by_room_and_by_state(house: House) -> None:
    ids = [(await reported(house, await said(house, "cyn", str(number))))["id"] for number in range(5)]
    await house.ask("mo", "PATCH", f"/api/reports/{ids[0]}", {"state": "closed"})
    for path in ("/api/reports", "/api/rooms/lobby/reports"):
        first = (await house.ask("mo", "GET", f"{path}?limit=3")).json()
        assert [item["id"] for item in first["items"]] == ids[:1:-1]
        second = (await house.ask("mo", "GET", f"{path}?limit=3&cursor={first['next']}")).json()
        assert [item["id"] for item in second["items"]] == ids[1::-1]
        assert second["next"] is None
        closed = (await house.ask("mo", "GET", f"{path}?state=closed")).json()
        assert [item["id"] for item in closed["items"]] == ids[:1]
    assert (await house.ask("bob", "GET", "/api/reports")).json()["items"] == []


async def test_what_somebody_else_has_is_a_conflict_until_one_takes_it_over(house: House) -> None:
    report = await reported(house, await said(house, "cyn", "x"))
    path = f"/api/reports/{report['id']}"
    await house.ask("mo", "PATCH", path, {"state": "taken"})
    answer = await house.ask("ann", "PATCH", path, {"state": "closed"})
    assert (answer.status_code, code_of(answer)) == (409, "conflict")
    assert answer.json()["why"]["by"] == "mo"
    answer = await house.ask("ann", "PATCH", path, {"state": "closed", "take_over": True})
    assert (answer.status_code, answer.json()["handler"]) == (200, "ann")


REFUSED: list[tuple[str | None, str, str, Any, str]] = [
    ("bob", "POST", "/api/messages/{cyn}/reports", {}, "invalid"),
    ("bob", "POST", "/api/messages/{cyn}/reports", {"reason": ""}, "invalid"),
    ("bob", "POST", "/api/messages/{cyn}/reports", {"reason": 7}, "invalid"),
    ("bob", "POST", "/api/messages/{cyn}/reports", {"reason": "\0"}, "bad_frame"),
    ("cyn", "POST", "/api/messages/{cyn}/reports", {"reason": "me"}, "invalid"),
    ("bob", "POST", "/api/messages/m0/reports", {"reason": "x"}, "not_found"),
    ("bob", "GET", "/api/rooms/lobby/reports", None, "forbidden"),
    ("cyn", "GET", "/api/rooms/den/reports", None, "not_found"),
    ("bob", "GET", "/api/reports/{report}", None, "forbidden"),
    ("mo", "GET", "/api/reports/r0", None, "not_found"),
    ("mo", "GET", "/api/reports?state=lost", None, "invalid"),
    ("mo", "GET", "/api/reports?cursor=x", None, "invalid"),
    ("mo", "PATCH", "/api/reports/{report}", {}, "invalid"),
    ("mo", "PATCH", "/api/reports/{report}", {"state": "lost"}, "invalid"),
    ("mo", "PATCH", "/api/reports/{report}", {"state": "taken", "take_over": "yes"}, "invalid"),
    ("mo", "PATCH", "/api/reports/{report}", {"state": "taken", "resolution": "x"}, "invalid"),
    ("bob", "PATCH", "/api/reports/{report}", {"state": "taken"}, "forbidden"),
    (None, "GET", "/api/reports", None, "unauthenticated"),
    (None, "GET", "/api/me/reports", None, "unauthenticated"),
]


async def test_what_can_not_be_done_is_a_problem_that_says_so(house: House) -> None:
    message = await said(house, "cyn", "x")
    report = await reported(house, message)
    for who, method, path, body, code in REFUSED:
        answer = await house.ask(who, method, path.format(cyn=message, report=report["id"]), body)
        assert code_of(answer) == code, (who, method, path, body)
