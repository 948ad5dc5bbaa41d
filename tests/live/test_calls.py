"""What people are told of messages on their sockets: that they are called, that something was edited, or liked."""

from __future__ import annotations

import pytest

from service.chat.direct import OpenDirect
from tests.live.hall import Client, Hall

pytestmark = pytest.mark.anyio


async def said(client: Client, text: str, room: str = "lobby") -> str:
    answer = await client.ask("send", room=room, text=text)
    assert answer["type"] == "ok", answer
    return str(answer["message"]["id"])


def calls(client: Client) -> list[tuple[str, str]]:
    return [(frame["room"], frame["message"]["text"]) for frame in client.take() if frame["type"] == "mentioned"]


async def test_who_is_called_hears_of_it_where_they_do_not_hear_the_room(hall: Hall) -> None:
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    phone, elsewhere = await hall.connect("cyn"), await hall.chat("cyn", "attic")
    for client in (cyn, phone, elsewhere):
        client.take()
    await said(bob, "@cyn, look")
    assert calls(phone) == calls(cyn) == [("lobby", "@cyn, look")]
    assert calls(elsewhere) == calls(bob) == []


async def test_who_is_here_is_who_hears_the_room(hall: Hall) -> None:
    mo, bob, cyn = await hall.joined("mo"), await hall.joined("bob"), await hall.joined("cyn")
    await cyn.ask("leave", room="lobby")
    for client in (bob, cyn):
        client.take()
    await said(mo, "@here")
    assert (calls(bob), calls(cyn)) == ([("lobby", "@here")], [])
    await said(mo, "@Here too")
    assert (calls(bob), calls(cyn)) == ([("lobby", "@Here too")], []), "in any case, like a name"
    await said(mo, "@room")
    assert (calls(bob), calls(cyn)) == ([("lobby", "@room")], [("lobby", "@room")])


async def test_an_edit_and_a_reaction_are_answered_and_heard_by_all(hall: Hall) -> None:
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    message = await said(bob, "hello")
    for client in (bob, cyn):
        client.take()
    edited = await bob.ask("edit", message=message, text="hello, all")
    liked = await cyn.ask("react", message=message, emoji="\U0001f44d")
    assert edited["message"]["text"] == "hello, all"
    assert liked["message"]["reactions"] == [{"emoji": "\U0001f44d", "count": 1, "users": ["cyn"]}]
    assert bob.types() == ["ok", "message.edited", "reaction.added"], "who asked hears the answer before the event"
    (event,) = [frame for frame in cyn.take() if frame["type"] == "message.edited"]
    assert event["message"] == edited["message"]
    gone = await cyn.ask("react", message=message, emoji="\U0001f44d", on=False)
    assert gone["message"]["reactions"] == []
    (removed,) = [frame for frame in bob.take() if frame["type"] == "reaction.removed"]
    assert (removed["message_id"], removed["user"], removed["count"]) == (message, "cyn", 0)


async def test_whoever_is_taken_into_a_direct_room_is_told_by_whom(hall: Hall) -> None:
    cyn, mo = await hall.connect("cyn"), await hall.connect("mo")
    for client in (cyn, mo):
        client.take()
    room = (await hall.do("bob", OpenDirect(("cyn",)))).seen.room
    (invited,) = cyn.take()
    assert invited == {"type": "invited", "room": room.slug, "by": "bob"}
    assert mo.take() == []
