"""Who may see a room's live connections, and end one: by the room's rules and by rank, and never without a trace."""

from __future__ import annotations

import pytest

from service.chat.connections import Connected, DropConnection, ListConnections, prefix_of
from service.chat.deeds import What
from service.chat.errors import Code
from service.chat.records import SanctionKind
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.sanctions import Impose
from tests.stage import CAST, Stage
from tests.stage_door import sign_in


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    stage.room("den", visibility=Visibility.PRIVATE)
    for username in ("mo", "bob", "cyn", "gus"):
        stage.place("lobby", username, RoomRole.MEMBER)
    stage.place("den", "bob", RoomRole.MEMBER)
    return stage


def connected(user: str, sid: str) -> Connected:
    return Connected("c1", user, sid, 1, "192.0.2.0/24", "json", behind=False, lag=0, queue=0)


def drop(stage: Stage, whose: str | None, room: str = "lobby", reason: str | None = None) -> DropConnection:
    return DropConnection(room, "c1", None if whose is None else stage.who(whose).id, reason)


def dropped(stage: Stage) -> list[tuple[str | None, str | None, str | None, str | None, str]]:
    """What the audit log says of it: by whom, whose, where, why, and what else."""
    found = stage.run(lambda tx: tx.audit.page(None, 100, what=What.CONNECTION_DROPPED.value))
    return [
        (one.value("actor"), one.value("subject"), one.row.room, one.value("reason"), one.row.detail) for one in found
    ]


def test_who_moderates_the_room_sees_whose_clients_are_connected(stage: Stage) -> None:
    phone = sign_in(stage, "bob", device="Phone/1")
    found = (connected("bob", phone.sid), connected("cyn", "s-that-was-forgotten"))
    for username in ("ann", "mo"):
        seen = stage.do(username, ListConnections("lobby", found))
        assert [(one.user, one.client, one.address) for one in seen] == [
            ("bob", "Phone/1", "192.0.2.0/24"),
            ("cyn", "", "192.0.2.0/24"),
        ]


@pytest.mark.parametrize("command", ["list", "drop"])
def test_nobody_else_does_and_a_room_that_they_cannot_see_is_not_found(stage: Stage, command: str) -> None:
    def asked(room: str) -> ListConnections | DropConnection:
        return ListConnections(room, ()) if command == "list" else drop(stage, "gus", room)

    for username in ("bob", "cyn", "gus"):
        refusal = stage.refusal(username, asked("lobby"))
        assert refusal.code is Code.FORBIDDEN
        assert refusal.why is not None
        assert refusal.why.rule == "room_moderator"
    assert stage.refusal("mo", asked("den")).code is Code.NOT_FOUND, "a server moderator who is not in it"
    assert stage.refusal("mo", asked("attic")).code is Code.NOT_FOUND
    token = frozenset({Scope.READ, Scope.WRITE})
    assert stage.refusal("mo", asked("lobby"), token).code is Code.INSUFFICIENT_SCOPE


def test_ending_one_is_written_down_with_who_whose_where_and_why(stage: Stage) -> None:
    assert not stage.heard(lambda: stage.do("mo", drop(stage, "bob", reason=" a flood ")))
    assert dropped(stage) == [("mo", "bob", "lobby", "a flood", '{"connection":"c1"}')]
    assert stage.places("lobby")["bob"] is RoomRole.MEMBER, "it takes no right away"


def test_it_takes_a_higher_rank_than_its_users(stage: Stage) -> None:
    order = ["gus", "cyn", "bob", "mo", "ann"]
    stage.place("lobby", "bob", RoomRole.OWNER)
    stage.place("lobby", "cyn", RoomRole.MODERATOR)
    refused = set()
    for actor in ("ann", "mo", "bob", "cyn"):
        for whose in CAST:
            if order.index(whose) > order.index(actor):
                refusal = stage.refusal(actor, drop(stage, whose))
                assert refusal.code is Code.FORBIDDEN, (actor, whose)
                assert refusal.why is not None
                assert refusal.why.rule == "rank"
                refused.add((actor, whose))
            else:
                stage.do(actor, drop(stage, whose))
    assert len(refused) == 6
    assert {(actor, whose) for actor, whose, *_ in dropped(stage)} == {
        (actor, whose) for actor in order[1:] for whose in order if order.index(whose) <= order.index(actor)
    }


def test_admins_act_on_admins_and_everybody_on_their_own(stage: Stage) -> None:
    stage.user("zoe", Role.ADMIN)
    stage.do("ann", drop(stage, "zoe"))
    stage.do("mo", drop(stage, "mo"))
    stage.user("max", Role.MODERATOR)
    assert stage.refusal("mo", drop(stage, "max")).code is Code.FORBIDDEN


def test_a_connection_that_is_not_there_is_not_found_and_leaves_no_trace(stage: Stage) -> None:
    refusal = stage.refusal("mo", drop(stage, None))
    assert (refusal.code, refusal.message) == (Code.NOT_FOUND, "There is no such connection.")
    assert dropped(stage) == []


@pytest.mark.parametrize("reason", ["x" * 501, "two\nlines", "nul\0"])
def test_a_reason_is_one_line(stage: Stage, reason: str) -> None:
    assert stage.refusal("mo", drop(stage, "bob", reason=reason)).code is Code.INVALID


def test_a_moderator_who_is_banned_from_the_room_has_no_say_in_it(stage: Stage) -> None:
    stage.place("lobby", "cyn", RoomRole.MODERATOR)
    stage.do("ann", Impose("lobby", "cyn", SanctionKind.BAN))
    assert stage.refusal("cyn", ListConnections("lobby", ())).code is Code.BANNED


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("127.0.0.1", "127.0.0.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::1", "::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", ""),
        ("testclient", ""),
    ],
)
def test_of_an_address_others_see_the_network(address: str, seen: str) -> None:
    assert prefix_of(address) == seen
