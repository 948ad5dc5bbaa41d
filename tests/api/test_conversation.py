"""The routes of what people expect of messages: edits, reactions, pins, threads, mentions, positions, direct rooms."""

from __future__ import annotations

import pytest

from service.chat.roles import RoomRole
from tests.api.served import Served, code_of

pytestmark = pytest.mark.anyio
THUMB = "%F0%9F%91%8D"


@pytest.fixture
def served() -> Served:
    served = Served()
    served.furnish()
    for username in ("mo", "bob", "cyn"):
        served.stage.place("lobby", username, RoomRole.MEMBER)
    return served


async def said(served: Served, username: str, text: str, room: str = "lobby", **more: str) -> str:
    answer = await served.ask(username, "POST", f"/rooms/{room}/messages", {"text": text, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_an_edit_is_shown_and_what_was_said_before(served: Served) -> None:
    id = await said(served, "bob", "hello")
    edited = (await served.ask("bob", "PATCH", f"/messages/{id}", {"text": "hello, all"})).json()
    assert edited == (await served.ask("cyn", "GET", f"/messages/{id}")).json()
    assert (edited["text"], edited["edited_at"] > edited["at"]) == ("hello, all", True)
    history = (await served.ask("mo", "GET", f"/messages/{id}/history")).json()
    assert [item["text"] for item in history["items"]] == ["hello", "hello, all"]
    assert code_of(await served.ask("cyn", "GET", f"/messages/{id}/history")) == "forbidden"
    refused = await served.ask("cyn", "PATCH", f"/messages/{id}", {"text": "x"})
    assert (code_of(refused), refused.json()["why"]) == ("forbidden", {"rule": "author"})
    assert code_of(await served.ask("bob", "PATCH", f"/messages/{id}", {"text": " "})) == "invalid"


async def test_a_reaction_is_put_there_and_taken_away(served: Served) -> None:
    id = await said(served, "bob", "hello")
    for emoji, shown in ((THUMB, "\U0001f44d"), (":ok:", ":ok:")):
        path = f"/messages/{id}/reactions/{emoji}"
        liked = (await served.ask("cyn", "PUT", path)).json()
        assert liked["reactions"] == [{"emoji": shown, "count": 1, "users": ["cyn"]}]
        assert (await served.ask("cyn", "PUT", path)).json() == liked
        assert (await served.ask("cyn", "DELETE", path)).json()["reactions"] == []
    assert code_of(await served.ask("cyn", "PUT", f"/messages/{id}/reactions/hello")) == "invalid"


async def test_pins_are_set_listed_and_taken_off(served: Served) -> None:
    id = await said(served, "bob", "hello")
    assert code_of(await served.ask("bob", "PUT", f"/messages/{id}/pin")) == "forbidden"
    pinned = (await served.ask("mo", "PUT", f"/messages/{id}/pin")).json()
    assert pinned["pinned"]["by"] == "mo"
    assert (await served.ask("cyn", "GET", "/rooms/lobby/pins")).json() == {"items": [pinned], "next": None}
    assert "pinned" not in (await served.ask("mo", "DELETE", f"/messages/{id}/pin")).json()


async def test_a_thread_is_read_on_and_followed(served: Served) -> None:
    root = await said(served, "bob", "who comes?")
    replies = [await said(served, "cyn", f"{number}", reply_to=root) for number in range(3)]
    page = (await served.ask("gus", "GET", f"/messages/{root}/thread?limit=2")).json()
    assert [item["id"] for item in page["items"]] == replies[:2]
    rest = (await served.ask("gus", "GET", f"/messages/{root}/thread?after={page['next']}")).json()
    assert [item["id"] for item in rest["items"]] == replies[2:]
    assert rest["next"] is None
    (followed,) = (await served.ask("bob", "GET", "/me/threads")).json()["items"]
    assert (followed["message"]["id"], followed["unread"]) == (root, 3)
    seq = rest["items"][0]["seq"]
    assert (await served.ask("bob", "PUT", f"/messages/{root}/thread/read", {"seq": seq})).status_code == 204
    assert (await served.ask("bob", "GET", "/me/threads")).json()["items"][0]["unread"] == 0
    assert (await served.ask("bob", "DELETE", f"/messages/{root}/thread/follow")).status_code == 204
    assert (await served.ask("bob", "GET", "/me/threads")).json()["items"] == []
    assert (await served.ask("bob", "PUT", f"/messages/{root}/thread/follow")).status_code == 204


async def test_lists_go_on_where_they_ended(served: Served) -> None:
    for number in range(3):
        root = await said(served, "bob", f"{number}")
        await said(served, "cyn", "@bob", reply_to=root)
    for path in ("/me/threads", "/me/mentions"):
        seen: list[str] = []
        cursor = ""
        while True:
            page = (await served.ask("bob", "GET", f"{path}?limit=2{cursor}")).json()
            seen += [item["message"]["id"] for item in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert len(set(seen)) == 3
        for forged in ("eA", "MQ", "MS4y", "MS4yLng", "MS4yLjMuNA"):
            if path == "/me/threads" or forged != "MQ":
                assert code_of(await served.ask("bob", "GET", f"{path}?cursor={forged}")) == "invalid"


async def test_a_position_is_kept_and_ones_own_words_are_read(served: Served) -> None:
    id = await said(served, "cyn", "hello, @bob")
    you = (await served.ask("bob", "GET", "/rooms/lobby")).json()["you"]
    assert (you["unread"], you["mentions"]) == (1, 1)
    seq = (await served.ask("bob", "GET", f"/messages/{id}")).json()["seq"]
    read = await served.ask("bob", "PUT", "/rooms/lobby/read", {"seq": seq})
    assert read.json() == {"seq": seq, "unread": 0, "mentions": 0}
    await said(served, "bob", "hello, cyn")
    assert (await served.ask("bob", "GET", "/rooms/lobby")).json()["you"]["unread"] == 0
    assert code_of(await served.ask("cyn", "GET", f"/messages/{id}/readers")) == "forbidden"
    await served.ask("ann", "PATCH", "/rooms/lobby", {"receipts": True})
    readers = (await served.ask("cyn", "GET", f"/messages/{id}/readers")).json()
    assert {item["user"] for item in readers["items"]} == {"bob", "cyn"}
    for wrong in ({"seq": -1}, {"seq": 2**53}, {"seq": "1"}, {}):
        assert code_of(await served.ask("bob", "PUT", "/rooms/lobby/read", wrong)) == "invalid"


async def test_a_direct_room_is_made_once_and_blocks_are_listed(served: Served) -> None:
    made = await served.ask("bob", "POST", "/direct", {"users": ["cyn"]})
    again = await served.ask("cyn", "POST", "/direct", {"users": ["bob"]})
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json()["slug"] == again.json()["slug"]
    assert made.headers["location"] == f"/api/rooms/{made.json()['slug']}"
    assert code_of(await served.ask("ann", "GET", f"/rooms/{made.json()['slug']}")) == "not_found"
    assert (await served.ask("cyn", "PUT", "/me/blocks/bob")).status_code == 204
    assert (await served.ask("cyn", "GET", "/me/blocks")).json()["items"] == [{"user": "bob", "name": "bob"}]
    refused = await served.ask("bob", "POST", f"/rooms/{made.json()['slug']}/messages", {"text": "hello?"})
    assert (code_of(refused), refused.json()["why"]) == ("forbidden", {"rule": "block"})
    assert (await served.ask("cyn", "DELETE", "/me/blocks/bob")).status_code == 204
    await said(served, "bob", "hello!", made.json()["slug"])
    for wrong in ({"users": []}, {"users": ["cyn"] * 10}, {"users": "cyn"}, {}):
        assert code_of(await served.ask("bob", "POST", "/direct", wrong)) == "invalid"
