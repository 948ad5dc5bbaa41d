"""Erasing people by HTTP: as an admin, and oneself; and what is left of them in the data directory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from service.app import DATABASE_FILE
from service.storage.search.file import SEARCH_FILE
from tests.api.house import PASSWORD, House, code_of, open_house

pytestmark = pytest.mark.anyio

# Whom the tests erase: of such a name nothing can be in a file by accident.
ZOE, GOOD = "zoe-quillfeather", "gravel orbit walnut"
DONE_SECONDS = 20.0  # by then an erasure of a few messages is over, also on a busy machine


@pytest.fixture
def folder(furnished: Path, tmp_path: Path) -> Path:
    return copytree(furnished, tmp_path / "data")


@pytest.fixture
async def house(folder: Path) -> AsyncIterator[House]:
    async with open_house(folder, sign_up="open") as found:
        yield found


async def joined(house: House) -> str:
    """Somebody new, in the lobby; their token."""
    account = {"username": ZOE, "password": GOOD, "name": "Zoe Quillfeather"}
    assert (await house.ask(None, "POST", "/api/users", account)).status_code == 201
    token = await house.token(ZOE, GOOD)
    assert (await house.ask_with(token, "PUT", f"/api/rooms/lobby/members/{ZOE}", {})).is_success
    return token


async def said(house: House, token: str, **body: Any) -> dict[str, Any]:
    answer = await house.ask_with(token, "POST", "/api/rooms/lobby/messages", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def uploaded(house: House, token: str, name: str, content: bytes) -> str:
    """Something uploaded to the lobby; its id."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    answer = await house.http.post(f"/api/rooms/lobby/files?name={name}", headers=headers, content=content)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def done(house: House, uid: str) -> dict[str, Any]:
    """The erasure, when it is over."""
    async with asyncio.timeout(DONE_SECONDS):
        while True:
            found: dict[str, Any] = (await house.ask("ann", "GET", f"/api/erasures/{uid}")).json()
            if found["state"] == "done":
                return found


async def message(house: House, id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await house.ask("ann", "GET", f"/api/messages/{id}")).json()
    return found


async def test_who_is_erased_with_their_messages_is_shown_as_nobody_who_said_nothing(house: House) -> None:
    token = await joined(house)
    first = await said(house, token, text="a plumtree")
    answer = await house.ask("ann", "DELETE", f"/api/users/{ZOE}?messages=delete")
    assert answer.status_code == 202
    begun = answer.json()
    assert answer.headers["location"] == f"/api/erasures/{begun['id']}"
    assert (begun["messages"], begun["state"]) == ("delete", "running")
    assert (await house.ask_with(token, "GET", "/api/me")).status_code == 401
    ended = await done(house, begun["id"])
    assert (ended["changed"], ended["user"]) == (1, begun["user"])
    assert "finished_at" in ended
    left = await message(house, first["id"])
    assert (left["author"]["username"], left["author"]["name"], left["text"]) == (begun["user"], begun["user"], "")
    assert left["deleted"]["by"] == "system"
    assert (await house.ask("ann", "GET", f"/api/users/{ZOE}")).status_code == 404
    again = await house.ask(None, "POST", "/api/users", {"username": ZOE, "password": GOOD})
    assert code_of(again) == "conflict"
    assert (await house.ask("ann", "GET", "/api/erasures")).json() == {"items": [ended], "next": None}


async def test_detached_messages_stay_and_can_be_found_but_not_by_whose_they_were(house: House) -> None:
    token = await joined(house)
    first = await said(house, token, text="a plumtree")
    begun = (await house.ask("ann", "DELETE", f"/api/users/{ZOE}?messages=detach")).json()
    await done(house, begun["id"])
    left = await message(house, first["id"])
    assert (left["author"]["username"], left["text"]) == (begun["user"], "a plumtree")
    assert "deleted" not in left
    hits = (await house.ask("ann", "GET", "/api/search?q=plumtree")).json()
    assert [hit["message"]["id"] for hit in hits["items"]] == [first["id"]]
    assert code_of(await house.ask("ann", "GET", f"/api/search?q=plumtree from:{ZOE}")) != "internal"


async def test_what_is_not_said_stays_as_it_was_until_now(house: House) -> None:
    token = await joined(house)
    first = await said(house, token, text="a plumtree")
    assert (await house.ask("ann", "DELETE", f"/api/users/{ZOE}")).status_code == 204
    left = await message(house, first["id"])
    assert (left["author"]["username"], left["text"]) == (ZOE, "a plumtree")
    assert (await house.ask("ann", "GET", "/api/erasures")).json()["items"] == []
    begun = await house.ask("ann", "DELETE", f"/api/users/{ZOE}?messages=delete")
    assert begun.status_code == 202, "who was deleted can still be erased"
    assert code_of(await house.ask("ann", "DELETE", f"/api/users/{ZOE}?messages=burn")) == "invalid"


async def test_an_erasure_that_is_tried_says_how_many_messages_and_does_nothing(house: House) -> None:
    token = await joined(house)
    for text in ("one", "two"):
        await said(house, token, text=text)
    tried = await house.ask("ann", "DELETE", f"/api/users/{ZOE}?messages=delete&dry_run=true")
    assert (tried.status_code, tried.json()["dry_run"], tried.json()["messages"]) == (200, True, 2)
    body = {"password": GOOD, "messages": "detach"}
    own = await house.ask_with(token, "DELETE", "/api/me?dry_run=true", body)
    assert (own.status_code, own.json()["messages"], own.json()["members"]) == (200, 2, 1)
    assert (await house.ask_with(token, "GET", "/api/me")).status_code == 200
    assert (await house.ask("ann", "GET", "/api/erasures")).json()["items"] == []


async def test_one_leaves_for_good_with_ones_password_alone(house: House) -> None:
    token = await joined(house)
    first = await said(house, token, text="a plumtree")
    for body in ({}, {"password": "", "messages": "burn"}):
        assert code_of(await house.ask_with(token, "DELETE", "/api/me", body)) == "invalid"
    wrong = await house.ask_with(token, "DELETE", "/api/me", {"password": "not it at all", "messages": "delete"})
    assert (code_of(wrong), wrong.json()["why"]["rule"]) == ("forbidden", "current_password")
    answer = await house.ask_with(token, "DELETE", "/api/me", {"password": GOOD, "messages": "delete"})
    assert answer.status_code == 202
    assert (await house.ask_with(token, "GET", "/api/me")).status_code == 401
    assert (await house.sign_in(ZOE, GOOD)).status_code == 400
    await done(house, answer.json()["id"])
    assert (await message(house, first["id"]))["text"] == ""
    rows = (await house.ask("ann", "GET", "/api/audit?what=user.erased")).json()["items"]
    assert [(row["by"], "on" in row, "address" in row, row["detail"]["own"]) for row in rows] == [
        ("system", False, False, True)
    ]


async def test_one_leaves_and_what_one_said_stays_if_nothing_else_is_said(house: House) -> None:
    token = await joined(house)
    first = await said(house, token, text="a plumtree")
    assert (await house.ask_with(token, "DELETE", "/api/me", {"password": GOOD})).status_code == 204
    assert (await message(house, first["id"]))["author"]["username"] == ZOE
    assert (await house.sign_in(ZOE, GOOD)).status_code == 400


async def test_the_last_admin_and_a_rooms_last_owner_hand_over_first(house: House) -> None:
    for body in ({"password": PASSWORD}, {"password": PASSWORD, "messages": "delete"}):
        refused = await house.ask("ann", "DELETE", "/api/me", body)
        assert code_of(refused) == "conflict"
    assert code_of(await house.ask("ann", "DELETE", "/api/users/ann?messages=delete")) == "conflict"


async def test_how_far_it_has_come_is_for_admins(house: House) -> None:
    for path in ("/api/erasures", "/api/erasures/e1"):
        assert code_of(await house.ask("mo", "GET", path)) == "role_too_low"
    assert code_of(await house.ask("ann", "GET", "/api/erasures/e1")) == "not_found"


async def test_nothing_of_who_was_erased_is_left_in_the_data_directory(folder: Path) -> None:
    """Text, an old version, names, files and what is in them: in the database, its own log, the index, the uploads."""
    async with open_house(folder, sign_up="open") as house:
        token = await joined(house)
        files = [await uploaded(house, token, f"plumtree-{n}.txt", b"what is in the plumtree " * 20) for n in range(2)]
        first = await said(
            house, token, text="a plumtree, " + "in the plumtree, " * 100, files=[files[0]], nonce="plumtree"
        )
        await house.ask_with(token, "PATCH", f"/api/messages/{first['id']}", {"text": "**rather** a plumtree"})
        bob = await house.token("bob")
        assert (await house.ask_with(bob, "PUT", "/api/rooms/lobby/members/bob", {})).is_success
        await said(house, bob, text="nice, @cyn")
        assert (await house.ask("ann", "GET", "/api/search?q=plumtree")).json()["items"]
        assert {DATABASE_FILE, SEARCH_FILE} <= {path.name.removesuffix("-wal") for path in found(folder, b"plumtree")}
        assert len(found(folder / "files", b"plumtree")) == 2
        begun = (await house.ask("ann", "DELETE", f"/api/users/{ZOE}?messages=delete")).json()
        await done(house, begun["id"])
        async with asyncio.timeout(DONE_SECONDS):  # the index merges its parts after it has caught up
            while found(folder, b"plumtree"):
                assert (await house.ask("ann", "GET", "/api/search?q=plumtree")).json()["items"] == []
    for word in (b"plumtree", b"quillfeather"):
        assert found(folder, word) == []
    assert found(folder, b"nice, @cyn"), "what others said is there"


def found(folder: Path, word: bytes) -> list[Path]:
    """The files in which that stands, in whatever case."""
    return [path for path in folder.rglob("*") if path.is_file() and word in path.read_bytes().lower()]
