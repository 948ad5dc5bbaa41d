"""One's own sessions, over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.chat.grants import Caller, Grant
from tests.desk import Desk

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def bearer(grant: Grant) -> dict[str, str]:
    return {"Authorization": f"Bearer {grant.access.text}"}


async def test_one_sees_where_one_is_signed_in(desk: Desk) -> None:
    phone = await desk.sign_in_as("bob", caller=Caller("198.51.100.7", "Phone/1"))
    laptop = await desk.sign_in_as("bob", caller=Caller("192.0.2.1", "Laptop/2"))
    await desk.sign_in_as("cyn")
    async with desk.client(headers=bearer(laptop)) as client:
        page = (await client.get("/api/me/sessions")).json()
    assert page["next"] is None
    assert [item["sid"] for item in page["items"]] == [laptop.access.credential.sid, phone.access.credential.sid]
    assert page["items"][1] == {
        "sid": phone.access.credential.sid,
        "client": "Phone/1",
        "address": "198.51.100.7",
        "created_at": page["items"][1]["created_at"],
        "used_at": page["items"][1]["created_at"],
        "current": False,
    }
    assert page["items"][0]["current"]
    assert page["items"][0]["created_at"].endswith("Z")


async def test_the_list_comes_in_pages(desk: Desk) -> None:
    grants = [await desk.sign_in_as("bob") for _ in range(5)]
    async with desk.client(headers=bearer(grants[0])) as client:
        seen, cursor = [], ""
        while cursor is not None:
            page = (await client.get(f"/api/me/sessions?limit=2{cursor}")).json()
            seen += [item["sid"] for item in page["items"]]
            cursor = None if page["next"] is None else f"&cursor={page['next']}"
        too_many = await client.get("/api/me/sessions?limit=201")
    assert seen == [grant.access.credential.sid for grant in reversed(grants)]
    assert too_many.status_code == 422


async def test_one_ends_another_session_this_one_and_all_others(desk: Desk) -> None:
    grants = [await desk.sign_in_as("bob") for _ in range(4)]
    sids = [grant.access.credential.sid for grant in grants]
    async with desk.client(headers=bearer(grants[0])) as client:
        assert (await client.delete(f"/api/me/sessions/{sids[1]}")).status_code == 204
        assert (await client.delete(f"/api/me/sessions/{sids[1]}")).status_code == 404
        assert (await client.delete("/api/me/sessions")).status_code == 204
        assert [item["sid"] for item in (await client.get("/api/me/sessions")).json()["items"]] == [sids[0]]
        assert (await client.delete(f"/api/me/sessions/{sids[0]}")).status_code == 204
        assert (await client.get("/api/me/sessions")).status_code == 401


async def test_somebody_elses_session_is_not_there(desk: Desk) -> None:
    bob, ann = await desk.sign_in_as("bob"), await desk.sign_in_as("ann")
    async with desk.client(headers=bearer(ann)) as client:
        answer = await client.delete(f"/api/me/sessions/{bob.access.credential.sid}")
        long = await client.delete("/api/me/sessions/" + "s" * 65)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert long.status_code == 422
    assert desk.admitted(bob.access.credential) == "bob"
