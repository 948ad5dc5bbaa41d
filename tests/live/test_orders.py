"""What moderators say on a socket: answered before they hear what came of it, as everything that is said."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.hall import Client, Frame, Hall

pytestmark = pytest.mark.anyio


async def heard(hall: Hall, client: Client, type: str, **fields: Any) -> list[Frame]:
    """What the client hears after it has said something, up to the moment at which nothing is under way."""
    client.take()
    client.say(type, **fields)
    await hall.quiet()
    return [frame for frame in client.take() if frame["type"] != "presence"]


async def test_the_answer_comes_before_the_events_of_what_was_asked(hall: Hall) -> None:
    mo, bob = await hall.joined("mo"), await hall.joined("bob")
    said = (await bob.ask("send", room="lobby", text="hello"))["message"]["id"]
    ok, event = await heard(hall, mo, "delete", message=said)
    assert (ok["type"], event["type"]) == ("ok", "message.deleted")
    ok, event = await heard(hall, mo, "undo", action=ok["action"])
    assert (ok["undone"]["what"], event["type"]) == ("messages.deleted", "message.restored")
    ok, event = await heard(hall, mo, "sanction", room="lobby", user="bob", kind="mute")
    assert (ok["sanction"]["kind"], event["type"], event["seq"]) == ("mute", "member.changed", ok["sanction"]["seq"])
    ok, event = await heard(hall, mo, "lift", sanction=ok["sanction"]["id"])
    assert (ok["type"], event["type"]) == ("ok", "member.changed")


async def test_what_is_refused_is_answered_and_nothing_else_is_heard(hall: Hall) -> None:
    mo, bob = await hall.joined("mo"), await hall.joined("bob")
    (refused,) = await heard(hall, bob, "sanction", room="lobby", user="mo", kind="ban", reason="coup")
    assert (refused["code"], refused["why"]["rule"]) == ("forbidden", "room_moderator")
    assert [frame["type"] for frame in mo.take() if frame["type"] == "member.left"] == []
    (refused,) = await heard(hall, mo, "sanction", room="lobby", user="bob", kind="mute", until="tomorrow")
    assert (refused["code"], refused["errors"][0]["field"]) == ("invalid", "until")
