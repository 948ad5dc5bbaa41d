"""What some users are told: on their connections and no others, in every codec, in the order of the commits, and
bounded for who does not read."""

from __future__ import annotations

import pytest

from service.chat.deletions import DeleteMessage
from service.chat.members import SetMember
from service.chat.records import ReportState
from service.chat.reports import HandleReport
from service.chat.roles import RoomRole, Scope
from service.live.connection import TOLD_WAITING_MAX
from service.live.hub import Hub
from tests.live.hall import BUFFER_BYTES, Client, Hall
from tests.live.virtual import later, settle

pytestmark = pytest.mark.anyio


async def said(hall: Hall, client: Client, text: str = "you fool", room: str = "lobby") -> str:
    """A message's id."""
    answer = await client.ask("send", room=room, text=text)
    assert answer["type"] == "ok", answer
    return str(answer["message"]["id"])


def news(client: Client) -> list[str]:
    """What a client was told of reports since the last time."""
    return [frame["type"] for frame in client.take() if frame["type"].startswith("report.")]


async def test_who_moderates_hears_of_a_report_on_each_connection_and_nobody_else_does(hall: Hall) -> None:
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    mo, phone, ann = await hall.connect("mo"), await hall.connect("mo", "msgpack"), await hall.connect("ann")
    message = await said(hall, cyn)
    for client in (mo, phone, ann, bob, cyn):
        client.take()
    answer = await bob.ask("report", message=message, reason="rude")
    report = answer["report"]
    assert (report["state"], report["message_id"], report["room"]) == ("open", message, "lobby")
    assert "reporter" not in report
    assert set(report) == {"id", "room", "message_id", "reason", "at", "state", "changed_at"}
    for client in (mo, phone, ann):
        (told,) = client.take()
        assert told["type"] == "report.opened"
        assert (told["report"]["id"], told["report"]["reporter"]) == (report["id"], "bob")
        assert (told["report"]["message"]["text"], told["report"]["now"]["text"]) == ("you fool", "you fool")
    assert news(bob) == news(cyn) == []


async def test_a_report_that_changes_hands_is_told_too(hall: Hall) -> None:
    bob, cyn, mo = await hall.joined("bob"), await hall.joined("cyn"), await hall.connect("mo")
    answer = await bob.ask("report", message=await said(hall, cyn), reason="rude")
    mo.take()
    for state in ("taken", "closed", "open"):
        await hall.do("ann", HandleReport(answer["report"]["id"], ReportState(state)))
        (told,) = mo.take()
        assert (told["type"], told["report"]["state"]) == ("report.changed", state)
        assert told["report"].get("handler") == (None if state == "open" else "ann")
    assert news(bob) == []


async def test_on_a_socket_for_one_room_only_its_reports_are_told(hall: Hall) -> None:
    bob, cyn = await hall.joined("bob", "lobby", "attic"), await hall.joined("cyn", "lobby", "attic")
    mo = await hall.chat("mo", "attic")
    mo.take()
    await bob.ask("report", message=await said(hall, cyn, room="lobby"), reason="rude")
    assert news(mo) == []
    await bob.ask("report", message=await said(hall, cyn, room="attic"), reason="rude")
    assert news(mo) == ["report.opened"]


async def test_a_reader_of_lines_reads_it_in_one_that_nobody_can_forge(hall: Hall) -> None:
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    mo = await hall.chat("mo", "lobby", "text")
    mo.take()
    message = await said(hall, cyn)
    mo.take()
    answer = await bob.ask("report", message=message, reason="rude {report} %s")
    assert mo.take() == ["! bob reported a message of cyn (rude {report} %s)"]
    await hall.do("ann", HandleReport(answer["report"]["id"], ReportState.TAKEN))
    assert mo.take() == ["! the report on a message of cyn is taken"]


async def test_a_token_that_is_not_for_moderating_hears_nothing(hall: Hall) -> None:
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    reader = await hall.connect("mo", scope=frozenset({Scope.READ, Scope.WRITE}))
    reader.take()
    await bob.ask("report", message=await said(hall, cyn), reason="rude")
    assert news(reader) == []


async def test_nothing_comes_before_hello(hall: Hall) -> None:
    bob, cyn, mo = await hall.joined("bob"), await hall.joined("cyn"), await hall.connect("mo")
    mo.connection._greeted = False
    mo.take()
    await bob.ask("report", message=await said(hall, cyn), reason="rude")
    assert mo.take() == []


async def test_it_is_told_after_the_events_of_what_was_committed_before_it(hall: Hall) -> None:
    """Who has read of a report has read the message, and not yet what came after."""
    bob, cyn, mo = await hall.joined("bob"), await hall.joined("cyn"), await hall.joined("mo")
    message = await said(hall, cyn)
    mo.take()
    bob.say("send", room="lobby", text="before")
    bob.say("report", message=message, reason="rude")
    await settle()
    await hall.do("cyn", DeleteMessage(message))
    assert mo.types() == ["message.posted", "report.opened", "message.deleted"]


async def test_who_is_demoted_hears_no_more_from_there_on(hall: Hall) -> None:
    bob, cyn, gus = await hall.joined("bob"), await hall.joined("cyn"), await hall.joined("gus")
    await hall.do("ann", SetMember("lobby", "bob", RoomRole.MODERATOR))
    first, second = [await said(hall, cyn, text) for text in ("one", "two")]
    bob.take()
    await gus.ask("report", message=first, reason="rude")
    assert news(bob) == ["report.opened"]
    await hall.do("ann", SetMember("lobby", "bob", RoomRole.MEMBER))
    await gus.ask("report", message=second, reason="rude")
    assert news(bob) == []


async def test_who_does_not_read_is_told_later_and_closed_before_it_is_too_much(hall: Hall) -> None:
    bob, cyn, mo = await hall.joined("bob"), await hall.joined("cyn"), await hall.connect("mo")
    message = await said(hall, cyn)
    mo.take()
    mo.wire.clog()
    mo.connection.outbox.push(b"\x81\x00" * BUFFER_BYTES)
    await later(0.01)
    assert mo.connection.outbox.slow
    await bob.ask("report", message=message, reason="rude")
    assert mo.closed is None, "it is never dropped"
    mo.connection.outbox.push(b"\x81\x00" * TOLD_WAITING_MAX)
    await later(0.01)
    second = await said(hall, cyn, "again")
    await bob.ask("report", message=second, reason="rude")
    assert mo.closed == 4000, "to come back, and to ask for what there is"


async def test_each_notice_is_encoded_once_for_a_codec(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    bob, cyn = await hall.joined("bob"), await hall.joined("cyn")
    readers = [await hall.connect("mo", codec) for codec in ("json", "json", "msgpack", "msgpack", "json")]
    encoded: list[str] = []
    for name, encoder in hall.hub.encoders.items():
        make = encoder.news

        def counted(one: object, name: str = name, make: object = make) -> bytes:
            encoded.append(name)
            return make(one)  # type: ignore[operator]

        monkeypatch.setattr(encoder, "news", counted)
    await bob.ask("report", message=await said(hall, cyn), reason="rude")
    assert sorted(encoded) == ["json", "msgpack"]
    assert all(news(reader) == ["report.opened"] for reader in readers)


async def test_a_commit_that_tells_nobody_anything_looks_at_no_connection(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = await hall.joined("bob")
    monkeypatch.setattr(Hub, "_tell", lambda self, told: pytest.fail("nobody is told anything"))
    await said(hall, bob)
    assert "message.posted" in bob.types()
