"""What an act would reach: messages, rooms, members, and the connections that are open here."""

from __future__ import annotations

from typing import Any

import pytest

from service.chat.deletions import DeleteMessages, FindMessages
from service.chat.door import Rehearsed
from service.chat.records import FOREVER, SanctionKind
from service.chat.roles import Role, RoomRole
from service.chat.rooms import ChangeRoom, DeleteRoom
from service.chat.sanctions import Impose
from service.chat.users import ChangeUser, RevokeSessions
from service.live.reach import Reach, reach
from tests.live.hall import Hall
from tests.stage_door import say

pytestmark = pytest.mark.anyio


def rehearsed(hall: Hall, command: Any) -> Reach:
    """What a command of ann's would reach, without a trace of it."""
    before = hall.stage.dump()

    def rehearse(tx: Any) -> None:
        command.run(tx, hall.stage._asker(tx, "ann", None))
        raise Rehearsed(tx.appended, tx.authority.change())

    with pytest.raises(Rehearsed) as caught:
        hall.stage.run(rehearse)
    assert hall.stage.dump() == before
    return reach(hall.hub, caught.value.events, caught.value.change)


async def test_a_ban_reaches_each_connection_of_the_user_that_hears_the_room(hall: Hall) -> None:
    clients = [await hall.joined("bob", *rooms) for rooms in (("lobby",), ("lobby", "den"), ("den",))]
    clients.append(await hall.joined("cyn", "lobby"))
    assert rehearsed(hall, Impose("lobby", "bob", SanctionKind.BAN)) == Reach(0, 1, 1, 2)
    assert [client.closed for client in clients] == [None] * 4


async def test_a_mute_reaches_a_room_and_no_connection(hall: Hall) -> None:
    await hall.joined("bob", "lobby")
    assert rehearsed(hall, Impose("lobby", "bob", SanctionKind.MUTE)) == Reach(0, 1, 0, 0)


async def test_a_suspension_and_signing_out_reach_each_connection_once(hall: Hall) -> None:
    for rooms in (("lobby", "den"), ("lobby",)):
        await hall.joined("bob", *rooms)
    await hall.connect("bob")
    await hall.joined("cyn", "lobby")
    suspended = rehearsed(hall, Impose(None, "bob", SanctionKind.SUSPEND))
    assert (suspended.connections, suspended.members) == (3, suspended.rooms)
    assert rehearsed(hall, RevokeSessions("bob")) == Reach(0, 0, 0, 3)


async def test_a_deleted_room_reaches_all_who_hear_it(hall: Hall) -> None:
    for username in ("bob", "cyn", "gus"):
        await hall.joined(username, "lobby")
    assert rehearsed(hall, DeleteRoom("lobby")) == Reach(0, 1, 0, 3)


async def test_a_raised_gate_and_a_demotion_reach_those_whom_they_shut_out(hall: Hall) -> None:
    for username in ("bob", "gus", "mo"):
        await hall.joined(username, "lobby")
    raised = rehearsed(hall, ChangeRoom("lobby", join_role=Role.MEMBER))
    assert (raised.rooms, raised.members, raised.connections) == (1, 1, 1)
    hall.stage.place("staff", "mo", RoomRole.MEMBER)
    await hall.joined("mo", "staff")
    demoted = rehearsed(hall, ChangeUser("mo", role=Role.MEMBER))
    assert (demoted.members, demoted.connections) == (1, 1)


async def test_a_deletion_reaches_messages_and_no_connection(hall: Hall) -> None:
    await hall.joined("bob", "lobby")
    for text in ("one", "two"):
        say(hall.stage, "bob", text)
    found = hall.stage.do("ann", FindMessages("bob", "lobby", 0, FOREVER))
    assert rehearsed(hall, DeleteMessages(found)) == Reach(2, 1, 0, 0)


async def test_nobody_here_is_reached_in_a_room_that_nobody_hears(hall: Hall) -> None:
    assert rehearsed(hall, DeleteRoom("lobby")).connections == 0
