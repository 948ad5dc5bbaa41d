"""One room's order: where a newcomer is placed, how holes are closed, at which event one loses one's place, and what
becomes of those who do not read. ``test_delivery_promises`` tries all that in any order; here are the cases by name."""

from __future__ import annotations

from typing import Any

import pytest

from service.chat.members import JoinRoom, LeaveRoom
from service.chat.messages import PostMessage
from service.chat.rooms import DeleteRoom
from service.chat.sanctions import RemoveMember
from service.live import room_manager
from service.storage import posting
from tests.live.hall import Client, Hall
from tests.live.virtual import later, settle

pytestmark = pytest.mark.anyio


async def say(hall: Hall, text: str, room: str = "lobby") -> None:
    """Something that ann says by HTTP."""
    credential = hall.tokens.get("anns") or hall.token("ann", "anns")
    hall.database.post(PostMessage(credential, room, text), lambda post, outcome: None)
    await settle()


def say_elsewhere(hall: Hall, text: str) -> None:
    """Something that ann says by another process, of which nobody is told."""
    credential = hall.tokens.get("anns") or hall.token("ann", "anns")
    (outcome,) = hall.elsewhere(lambda tx: posting.store(tx, [PostMessage(credential, "lobby", text)]))
    assert isinstance(outcome, posting.Posted)


def texts(client: Client) -> list[str]:
    """What was said, as heard since the last time; each event in its turn."""
    events = [frame for frame in client.take() if "seq" in frame]
    seqs = [event["seq"] for event in events]
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs))) if seqs else True
    return [event["message"]["text"] for event in events if event["type"] == "message.posted"]


async def test_a_newcomer_whose_snapshot_is_the_present_is_live(hall: Hall) -> None:
    bob = await hall.joined("bob")
    await say(hall, "a")
    assert texts(bob) == ["a"]


async def test_a_newcomer_whose_snapshot_is_older_than_what_was_told_gets_the_rest(hall: Hall) -> None:
    await hall.do("bob", JoinRoom("lobby"))
    cyn, bob = await hall.joined("cyn"), await hall.connect("bob")
    hall.database.hold_reads()
    bob.say("join", room="lobby")
    await settle()
    await say(hall, "a")
    await say(hall, "b")
    assert texts(cyn) == ["a", "b"]
    bob.take()
    hall.database.release()
    await settle()
    answer, *events = bob.frames
    assert answer["seq"] + 1 == events[0]["seq"]
    assert texts(bob)[-2:] == ["a", "b"]


async def test_a_newcomer_whose_snapshot_is_newer_than_what_was_told_gets_nothing_twice(hall: Hall) -> None:
    cyn, bob = await hall.joined("cyn"), await hall.joined("bob", "attic")
    await hall.do("bob", JoinRoom("lobby"))
    cyn.take()
    hall.database.hold_telling()
    await say(hall, "a")
    await say(hall, "b")
    answer = await bob.ask("join", room="lobby")
    assert [message["text"] for message in answer["messages"]][-2:] == ["a", "b"]
    bob.take()
    hall.database.release()
    await say(hall, "c")
    assert texts(bob) == ["c"]
    assert texts(cyn) == ["a", "b", "c"]


async def test_who_left_and_came_back_is_not_put_out_by_their_own_earlier_leaving(hall: Hall) -> None:
    """Their snapshot is newer than the leaving, which is delivered after it."""
    cyn, bob = await hall.joined("cyn"), await hall.joined("bob", "attic")
    await hall.do("bob", JoinRoom("lobby"))
    hall.database.hold_telling()
    await hall.do("bob", LeaveRoom("lobby"))
    await hall.do("bob", JoinRoom("lobby"))
    assert (await bob.ask("join", room="lobby"))["type"] == "ok"
    bob.take()
    hall.database.release()
    await say(hall, "welcome back")
    assert texts(bob) == ["welcome back"]
    assert "removed" not in bob.types()
    assert texts(cyn) == ["welcome back"]


async def test_who_is_removed_while_joining_is_out_at_that_event(hall: Hall) -> None:
    await hall.do("bob", JoinRoom("lobby"))
    await hall.joined("cyn")
    bob = await hall.connect("bob")
    hall.database.hold_reads()
    bob.say("join", room="lobby")
    await settle()
    await say(hall, "a")
    await hall.do("ann", RemoveMember("lobby", "bob"))
    await say(hall, "b")
    bob.take()
    hall.database.release()
    await settle()
    assert [frame["type"] for frame in bob.take()] == ["ok", "message.posted", "member.left", "removed"]
    assert bob.connection.subs == {}


async def test_the_first_in_a_room_misses_nothing_that_passes_while_they_come(hall: Hall) -> None:
    """There is no manager yet when the read begins; another process's event lies between those that are told."""
    await hall.do("bob", JoinRoom("lobby"))
    bob = await hall.connect("bob")
    bob.take()
    hall.database.hold_reads()
    bob.say("join", room="lobby")
    await settle()
    await say(hall, "a")
    say_elsewhere(hall, "b")
    await say(hall, "c")
    hall.database.release()
    await settle()
    assert texts(bob)[-3:] == ["a", "b", "c"]


async def test_a_hole_is_closed_from_the_log(hall: Hall) -> None:
    bob = await hall.joined("bob")
    say_elsewhere(hall, "a")
    say_elsewhere(hall, "b")
    await say(hall, "c")
    assert texts(bob) == ["a", "b", "c"]


async def test_a_long_hole_is_closed_page_by_page(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_manager, "FEED_PAGE", 3)
    bob = await hall.joined("bob")
    for n in range(10):
        say_elsewhere(hall, f"{n}")
    await later(2.0)
    assert texts(bob) == [f"{n}" for n in range(10)]


async def test_what_is_told_twice_is_passed_over(hall: Hall) -> None:
    bob = await hall.joined("bob")
    await say(hall, "a")
    log = hall.log()
    manager = hall.hub.room("lobby")
    assert manager is not None
    manager.deliver(log)
    manager.deliver(log[-1:])
    await settle()
    assert texts(bob) == ["a"]


async def test_a_hole_waits_for_the_database_to_come_back(hall: Hall) -> None:
    bob = await hall.joined("bob")
    say_elsewhere(hall, "a")
    hall.database.away = True
    await say(hall, "b")
    assert texts(bob) == []
    hall.database.away = False
    await later(2.0)
    assert texts(bob) == ["a", "b"]


async def test_who_is_behind_waits_for_the_database_too(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_manager, "RECENT_MAX", 1)
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    bob.wire.clog()
    for n in range(20):
        await say(hall, f"{n}")
    hall.database.away = True
    bob.wire.unclog()
    await settle()
    heard = texts(bob)
    assert len(heard) < 20
    hall.database.away = False
    await later(2.0)
    assert heard + texts(bob) == [f"{n}" for n in range(20)]
    assert texts(cyn) == [f"{n}" for n in range(20)]


async def test_a_slow_reader_is_told_and_has_it_all_in_the_end(hall: Hall) -> None:
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    bob.take()
    bob.wire.clog()
    for n in range(300):
        await say(hall, f"{n}")
    assert not bob.wire.reading, "no reply is owed to who does not read"
    assert bob.wire.waiting < 5_000, "300 events are a hundred thousand bytes"
    assert len(texts(cyn)) == 300, "it slows nobody else"
    bob.wire.unclog()
    await settle()
    lagging = [frame for frame in bob.frames if frame["type"] == "lagging"]
    assert len(lagging) == 1
    before = bob.frames[bob.frames.index(lagging[0]) - 1]
    assert lagging[0] == {"type": "lagging", "room": "lobby", "from": before["seq"]}
    assert bob.wire.reading
    await say(hall, "now")
    assert texts(bob) == [f"{n}" for n in range(300)] + ["now"]


async def test_what_may_be_dropped_is_dropped_for_a_slow_reader(hall: Hall) -> None:
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    bob.take()
    bob.wire.clog()
    for n in range(10):
        await say(hall, f"{n}")
    await cyn.ask("typing", room="lobby")
    await hall.joined("gus")
    bob.wire.unclog()
    await settle()
    types = bob.types()
    assert "lagging" in types
    assert "typing" not in types
    assert "presence" not in types
    assert types[-1] == "member.joined"


async def test_who_does_not_read_loses_their_place_where_the_log_says_so(hall: Hall) -> None:
    bob = await hall.joined("bob")
    bob.take()
    bob.wire.clog()
    for n in range(10):
        await say(hall, f"{n}")
    await hall.do("ann", RemoveMember("lobby", "bob"))
    await say(hall, "about bob")
    bob.wire.unclog()
    await settle()
    frames = bob.take()
    assert [frame["type"] for frame in frames[-2:]] == ["member.left", "removed"]
    assert "about bob" not in [frame["message"]["text"] for frame in frames if "message" in frame]
    await say(hall, "still about bob")
    assert bob.take() == []


async def test_who_does_not_read_hears_of_the_deletion_in_its_place(hall: Hall) -> None:
    bob = await hall.joined("bob")
    bob.wire.clog()
    for n in range(10):
        await say(hall, f"{n}")
    await hall.do("ann", DeleteRoom("lobby"))
    bob.wire.unclog()
    await settle()
    assert bob.types()[-1] == "room.deleted"
    assert bob.connection.subs == {}


async def test_one_who_reads_again_and_stops_again_goes_on_where_they_were(hall: Hall) -> None:
    bob = await hall.joined("bob")
    bob.take()
    heard: list[str] = []
    for n in range(60):
        bob.wire.clog() if n % 20 < 15 else bob.wire.unclog()
        await say(hall, f"{n}")
        heard += texts(bob)
    bob.wire.unclog()
    await settle()
    assert heard + texts(bob) == [f"{n}" for n in range(60)]


async def test_joining_again_on_the_same_connection_is_one_subscription(hall: Hall) -> None:
    bob = await hall.joined("bob")
    seq = hall.stage.seen("lobby").seq
    await say(hall, "a")
    bob.take()
    answer = await bob.ask("join", room="lobby", since=seq)
    assert [event["message"]["text"] for event in answer["events"]] == ["a"]
    bob.take()
    await say(hall, "b")
    assert texts(bob) == ["b"]


async def test_presence_is_about_users_and_not_about_connections(hall: Hall) -> None:
    cyn = await hall.joined("cyn")
    first = await hall.joined("bob")
    second = await hall.joined("bob")
    online: list[Any] = [frame for frame in cyn.take() if frame["type"] == "presence"]
    assert online == [{"type": "presence", "room": "lobby", "user": "bob", "state": "online"}]
    first.connection.lost()
    await hall.quiet()
    assert cyn.take() == []
    second.connection.lost()
    await hall.quiet()
    assert cyn.take() == [{"type": "presence", "room": "lobby", "user": "bob", "state": "offline"}]
    assert (await cyn.ask("join", room="lobby"))["online"] == ["cyn"]


async def test_who_blinks_was_not_away(hall: Hall) -> None:
    cyn, bob = await hall.joined("cyn"), await hall.joined("bob")
    cyn.take()
    bob.connection.lost()
    again = await hall.connect("bob")
    assert "bob" in (await again.ask("join", room="lobby"))["online"]
    await hall.quiet()
    assert "presence" not in cyn.types()
