"""Sanctions: who may impose and lift them, what they take and give back, and how they end."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from service.chat.deeds import OPERATOR, Done
from service.chat.enforcement import EndDue
from service.chat.errors import Code, Refusal, Why
from service.chat.events import MemberChanged, MemberJoined, MemberLeft
from service.chat.members import JoinRoom, LeaveRoom, ListMembers, SetMember
from service.chat.policy import Rank, actions
from service.chat.ports import Page
from service.chat.records import FOREVER, SYSTEM, Room, Sanction, SanctionKind
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.rooms import ChangeRoom, DeleteRoom, SeeRoom
from service.chat.sanctions import Impose, Lift, ListSanctions, RemoveMember
from service.chat.users import ChangeUser, DeleteUser
from tests.stage import TICK, Stage
from tests.stage_door import SAYING_MS, open_sessions, say, sign_in, silenced

MEMBER, MODERATOR, OWNER = RoomRole
KICK, MUTE, BAN, SUSPEND = SanctionKind
MINUTE = 60_000  # ms


@pytest.fixture
def stage() -> Stage:
    """bob and cyn are in the lobby, bob and mo in the den; ann owns both."""
    stage = Stage()
    stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    stage.room("den", visibility=Visibility.PRIVATE)
    for slug, username in (("lobby", "bob"), ("lobby", "cyn"), ("den", "bob"), ("den", "mo")):
        stage.place(slug, username, MEMBER)
    return stage


def impose(
    stage: Stage, by: str, kind: SanctionKind, on: str = "bob", room: str | None = "lobby", **more: Any
) -> Sanction:
    done: Done[Sanction] = stage.do(by, Impose(room, on, kind, **more))
    assert done.action is not None, "whatever is imposed can be undone"
    assert done.value.action == done.action.uid
    return done.value


def end_due(stage: Stage) -> int:
    return stage.run(lambda tx: EndDue().apply(tx))


def speaks(stage: Stage, username: str = "bob", room: str = "lobby") -> bool:
    try:
        return not say(stage, username, "hello", room).duplicate
    except Refusal:
        return False


# What they are


def test_a_mute_silences_and_is_an_event_whose_seq_is_its_answer(stage: Stage) -> None:
    until = stage.now + MINUTE
    (event,) = stage.heard(lambda: impose(stage, "mo", MUTE, until=until, reason=" spam "))
    assert isinstance(event, MemberChanged)
    assert (event.member.user.username, event.member.muted_until, event.by, event.reason) == (
        "bob",
        until,
        "mo",
        "spam",
    )
    (sanction,) = stage.do("mo", ListSanctions("lobby", None, 9))
    assert (sanction.kind, sanction.room, sanction.seqs) == (MUTE, "lobby", {"lobby": event.seq})
    assert (sanction.by, sanction.at, sanction.until, sanction.reason) == ("mo", event.at, until, "spam")
    refusal = silenced(stage, "bob")
    assert (refusal.code, refusal.why) == (Code.MUTED, told("mute", sanction))
    assert stage.do("bob", SeeRoom("lobby")).standing.room_role is MEMBER, "who is muted still reads"
    assert speaks(stage, "bob", "den"), "and speaks elsewhere"


def told(rule: str, sanction: Sanction) -> Why:
    """What a person is told whom that sanction stops."""
    until = None if sanction.until == FOREVER else sanction.until
    return Why(rule, sanction.by, sanction.at, until, sanction.reason)


def test_a_kick_takes_the_place_and_is_over_at_once(stage: Stage) -> None:
    stage.place("lobby", "bob", MODERATOR)
    (left,) = stage.heard(lambda: impose(stage, "mo", KICK, reason="cool down"))
    assert isinstance(left, MemberLeft)
    assert (left.user, left.code, left.by, left.reason, left.until) == ("bob", "kicked", "mo", "cool down", None)
    assert silenced(stage, "bob").code is Code.NOT_JOINED
    assert stage.do("ann", ListSanctions("lobby", None, 9)) == [], "what is over is not in force"
    (past,) = stage.do("ann", ListSanctions("lobby", None, 9, history=True))
    assert (past.kind, past.seqs, past.lifted_at) == (KICK, {"lobby": left.seq}, past.at)
    assert stage.refusal("mo", Lift(past.uid, "lobby")).code is Code.NOT_FOUND, "a kick can't be lifted"
    assert stage.do("bob", JoinRoom("lobby")).member.role is MEMBER, "who comes back begins anew"


@pytest.mark.parametrize("inside", [True, False])
def test_a_ban_keeps_out_who_was_in_and_who_was_not(stage: Stage, inside: bool) -> None:
    on = "bob" if inside else "gus"
    until = stage.now + MINUTE
    (left,) = stage.heard(lambda: impose(stage, "mo", BAN, on, until=until, reason="spam"))
    assert isinstance(left, MemberLeft)
    assert (left.user, left.code, left.by, left.reason, left.until) == (on, "banned", "mo", "spam", until)
    assert on not in stage.places("lobby")
    (sanction,) = stage.do("mo", ListSanctions("lobby", None, 9))
    for command in (JoinRoom("lobby"), ListMembers("lobby", Page(None, 9)), LeaveRoom("lobby"), SetMember("lobby", on)):
        refusal = stage.refusal(on, command)
        assert (refusal.code, refusal.why) == (Code.BANNED, told("ban", sanction))
    assert silenced(stage, on).code is Code.BANNED
    assert stage.do(on, SeeRoom("lobby")).standing.banned == sanction, "the door itself stays in sight"
    invited = stage.refusal("ann", SetMember("lobby", on))
    assert (invited.code, invited.why) == (Code.BANNED, told("ban", sanction)), "an invitation lifts no ban"


def test_a_server_wide_mute_is_an_event_in_each_room_and_holds_in_those_joined_later(stage: Stage) -> None:
    stage.room("news", join_role=Role.GUEST, post_role=Role.GUEST)
    events = stage.heard(lambda: impose(stage, "ann", MUTE, room=None, reason="spam"))
    assert {event.room for event in events if isinstance(event, MemberChanged)} == {"lobby", "den"}
    (sanction,) = stage.do("ann", ListSanctions(None, None, 9))
    assert sanction.seqs == {event.room: event.seq for event in events}
    joined = stage.do("bob", JoinRoom("news"))
    assert joined.member.muted_until == FOREVER
    for slug in ("lobby", "den", "news"):
        refusal = silenced(stage, "bob", slug)
        assert (refusal.code, refusal.why) == (Code.MUTED, told("mute", sanction))
    with stage.transaction() as tx:
        assert {member.muted_until for _, member in tx.members.of_user(stage_user(tx, "bob"))} == {FOREVER}


def stage_user(tx: Any, username: str) -> int:
    user = tx.users.by_username(username)
    assert user is not None
    return int(user.id)


def test_a_suspension_ends_everything_at_one_moment(stage: Stage) -> None:
    stage.place("den", "bob", OWNER)
    for device in ("laptop", "phone"):
        sign_in(stage, "bob", device=device)
    events = stage.heard(lambda: impose(stage, "ann", SUSPEND, room=None, until=stage.now + MINUTE, reason="spam"))
    assert {(event.room, event.code) for event in events if isinstance(event, MemberLeft)} == {
        ("lobby", "suspended"),
        ("den", "suspended"),
    }
    assert len(events) == 2
    (sanction,) = stage.do("ann", ListSanctions(None, None, 9))
    assert sanction.seqs == {event.room: event.seq for event in events}
    assert stage.who("bob").suspended
    assert open_sessions(stage, "bob") == []
    refusal = silenced(stage, "bob")
    assert (refusal.code, refusal.why) == (Code.SUSPENDED, told("suspension", sanction))


# Who may


def rank(role: Role, held: RoomRole | None) -> int:
    """In a public room: admins, then server moderators, then the room roles."""
    return {Role.ADMIN: 9, Role.MODERATOR: 8}.get(role, -1 if held is None else held.value)


ACTORS = list(product(Role, (None, *RoomRole)))


@pytest.mark.parametrize("actor", ACTORS, ids=str)
@pytest.mark.parametrize("target", ACTORS, ids=str)
def test_everyone_mutes_bans_and_lifts_for_whom_they_outrank(
    stage: Stage, actor: tuple[Role, RoomRole | None], target: tuple[Role, RoomRole | None]
) -> None:
    for username, (role, held) in (("actor", actor), ("target", target)):
        stage.user(username, role)
        if held is not None:
            stage.place("lobby", username, held)
    outranks = rank(*actor) > rank(*target) or actor[0] is target[0] is Role.ADMIN
    may = rank(*actor) >= MODERATOR and outranks
    for kind in (KICK, MUTE, BAN):
        command = Impose("lobby", "target", kind)
        if kind is not BAN and target[1] is None and rank(*actor) >= MODERATOR:
            assert stage.refusal("actor", command).message == "There is no such member."
        elif may:
            sanction = stage.do("actor", command).value
            if kind is not KICK:
                stage.do("actor", Lift(sanction.uid, "lobby"))
            elif target[1] is not None:
                stage.place("lobby", "target", target[1])
        else:
            assert stage.refusal("actor", command).code is Code.FORBIDDEN


@pytest.mark.parametrize(("actor", "target"), list(product(Role, Role)), ids=str)
def test_on_the_server_moderators_act_on_lower_roles_and_admins_on_all(stage: Stage, actor: Role, target: Role) -> None:
    stage.user("actor", actor)
    stage.user("target", target)
    may = actor is Role.ADMIN or (actor is Role.MODERATOR and target < Role.MODERATOR)
    for kind in (MUTE, SUSPEND):
        command = Impose(None, "target", kind)
        if may:
            sanction = stage.do("actor", command).value
            assert stage.do("actor", Lift(sanction.uid)).lifted_by == "actor"
            continue
        expected = Code.ROLE_TOO_LOW if actor < Role.MODERATOR else Code.FORBIDDEN
        assert stage.refusal("actor", command).code is expected
        by_ann = impose(stage, "ann", kind, "target", room=None)
        assert stage.refusal("actor", Lift(by_ann.uid)).code is expected


def test_only_who_moderates_lists_a_rooms_sanctions_and_only_moderators_the_servers(stage: Stage) -> None:
    for username, code in (("bob", Code.FORBIDDEN), ("gus", Code.FORBIDDEN)):
        assert stage.refusal(username, ListSanctions("lobby", None, 9)).code is code
        assert stage.refusal(username, ListSanctions(None, None, 9)).code is Code.ROLE_TOO_LOW
    assert stage.refusal("cyn", ListSanctions("den", None, 9)).message == "There is no such room."
    stage.place("lobby", "bob", MODERATOR)
    for username, slug in (("bob", "lobby"), ("mo", "lobby"), ("mo", None), ("ann", "den"), ("ann", None)):
        assert stage.do(username, ListSanctions(slug, None, 9)) == []


def test_sanctions_want_the_scope_to_moderate(stage: Stage) -> None:
    scope = frozenset(Scope) - {Scope.MODERATE}
    mute, banned = impose(stage, "ann", MUTE, room=None), impose(stage, "ann", BAN, "cyn")
    for command in (
        Impose("lobby", "bob", MUTE),
        Impose(None, "bob", MUTE),
        Lift(mute.uid),
        Lift(banned.uid, "lobby"),
        ListSanctions("lobby", None, 9),
        ListSanctions(None, None, 9),
    ):
        assert stage.refusal("ann", command, scope).code is Code.INSUFFICIENT_SCOPE


def test_nobody_sanctions_themselves(stage: Stage) -> None:
    stage.user("zoe", Role.ADMIN)
    stage.place("lobby", "zoe", MEMBER)
    for kind in (KICK, MUTE, BAN):
        assert stage.refusal("zoe", Impose("lobby", "zoe", kind)).errors[0].field == "user"
    for kind in (MUTE, SUSPEND):
        assert stage.refusal("zoe", Impose(None, "zoe", kind)).errors[0].field == "user"
    assert stage.refusal("bob", Impose("lobby", "bob", MUTE)).code is Code.FORBIDDEN


def test_nobody_lifts_what_was_done_to_themselves_though_they_rose_since(stage: Stage) -> None:
    stage.place("lobby", "cyn", MODERATOR)
    mute = impose(stage, "cyn", MUTE)
    stage.place("lobby", "bob", MODERATOR)
    assert stage.refusal("bob", Lift(mute.uid, "lobby")).code is Code.FORBIDDEN
    stage.do("mo", Lift(mute.uid, "lobby"))


def test_the_last_admin_is_not_suspended(stage: Stage) -> None:
    stage.user("zoe", Role.ADMIN)
    impose(stage, "ann", SUSPEND, "zoe", room=None)
    with stage.transaction() as tx, pytest.raises(Refusal) as caught:
        ChangeUser("ann", suspended=True).apply(tx, OPERATOR)
    assert caught.value.code is Code.CONFLICT


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (Impose("lobby", "bob", SUSPEND), "kind"),
        (Impose(None, "bob", KICK), "kind"),
        (Impose(None, "bob", BAN), "kind"),
        (Impose("lobby", "bob", KICK, until=FOREVER - 1), "until"),
        (Impose("lobby", "bob", MUTE, until=0), "until"),
        (Impose("lobby", "bob", MUTE, until=-1), "until"),
        (Impose(None, "bob", SUSPEND, until=1), "until"),
        (Impose("lobby", "bob", MUTE, until=FOREVER), "until"),
        (Impose("lobby", "bob", MUTE, reason="two\nlines"), "reason"),
        (Impose("lobby", "bob", MUTE, reason="r" * 501), "reason"),
        (Impose("lobby", "bob", MUTE, reason="flip\u202eped"), "reason"),
        (Impose("lobby", "bob", MUTE, reason="nul\0"), "reason"),
        (Impose("lobby", "bob", MUTE, reason="\ud800"), "reason"),
    ],
    ids=str,
)
def test_what_no_sanction_can_be_is_refused_by_its_field(stage: Stage, command: Impose, field: str) -> None:
    refusal = stage.refusal("ann", command)
    assert (refusal.code, [error.field for error in refusal.errors]) == (Code.INVALID, [field])


def test_an_end_is_in_the_future_by_the_transactions_clock(stage: Stage) -> None:
    now = stage.now + TICK  # when the next transaction is
    assert stage.refusal("ann", Impose("lobby", "bob", MUTE, until=now)).errors[0].field == "until"
    now = stage.now + TICK
    assert impose(stage, "ann", MUTE, until=now + 1).until == now + 1


def test_who_does_not_exist_is_not_sanctioned(stage: Stage) -> None:
    stage.do("ann", DeleteUser("gus"))
    for username in ("gus", "nobody", "", "\0", "x" * 300):
        for command in (Impose("lobby", username, BAN), Impose("lobby", username, KICK), Impose(None, username, MUTE)):
            assert stage.refusal("ann", command).message == "There is no such user."


def test_a_blank_reason_is_none(stage: Stage) -> None:
    assert impose(stage, "mo", MUTE, reason="  ").reason is None


# Rooms that one does not see


def test_in_a_private_room_a_server_moderator_acts_only_as_a_member_and_nobody_else_finds_it(stage: Stage) -> None:
    stage.do("mo", LeaveRoom("den"))
    ban = impose(stage, "ann", BAN, room="den")
    unknown = stage.refusal("mo", Lift("s-unknown", "den"))
    for username, command in (
        ("mo", Lift(ban.uid, "den")),
        ("mo", Lift(ban.uid, anywhere=True)),
        ("cyn", Lift(ban.uid, "den")),
        ("mo", Lift(ban.uid, "lobby")),
        ("mo", Lift(ban.uid)),
    ):
        refusal = stage.refusal(username, command)
        assert (refusal.code, refusal.message, refusal.why) == (unknown.code, unknown.message, unknown.why)
    for command in (Impose("den", "bob", BAN), ListSanctions("den", None, 9)):
        refusal = stage.refusal("mo", command)
        assert (refusal.code, refusal.message, refusal.why) == (Code.NOT_FOUND, "There is no such room.", None)


def direct_room(slug: str) -> Room:
    return Room(0, slug, slug, "", Visibility.DIRECT, Role.MEMBER, Role.MEMBER, False, 0, "e", 0, 0, 0, False)


def test_in_a_direct_room_no_server_role_counts(stage: Stage) -> None:
    stage.run(lambda tx: tx.rooms.add(direct_room("dm-1")))
    for username in ("ann", "bob"):
        stage.place("dm-1", username, MEMBER)
    assert stage.refusal("ann", Impose("dm-1", "bob", MUTE)).code is Code.FORBIDDEN
    assert stage.refusal("mo", Impose("dm-1", "bob", MUTE)).code is Code.NOT_FOUND


def test_a_server_wide_sanction_names_no_room_that_its_reader_does_not_see(stage: Stage) -> None:
    stage.run(lambda tx: tx.rooms.add(direct_room("dm-1")))
    stage.place("dm-1", "bob", MEMBER)
    stage.do("mo", LeaveRoom("den"))
    mute = impose(stage, "mo", MUTE, room=None)
    assert set(mute.seqs) == {"lobby"}
    shown = {who: set(stage.do(who, ListSanctions(None, None, 9))[0].seqs) for who in ("ann", "mo")}
    assert shown == {"ann": {"lobby", "den"}, "mo": {"lobby"}}, "and a direct one nobody"
    assert set(stage.do("mo", Lift(mute.uid)).seqs) == {"lobby"}


# How they end


def test_a_mute_ends_on_time_by_the_clock_alone(stage: Stage) -> None:
    until = stage.now + MINUTE
    impose(stage, "mo", MUTE, until=until)
    stage.now = until - SAYING_MS - 1
    assert silenced(stage, "bob").code is Code.MUTED
    stage.now = until - SAYING_MS
    assert speaks(stage), "at the very millisecond it is over"
    assert stage.do("ann", ListSanctions("lobby", None, 9)) == []
    (changed,) = stage.heard(lambda: end_due(stage))
    assert isinstance(changed, MemberChanged)
    assert (changed.member.user.username, changed.member.muted_until, changed.by) == ("bob", 0, SYSTEM)
    (past,) = stage.do("ann", ListSanctions("lobby", None, 9, history=True))
    assert past.lifted_by == SYSTEM
    assert not stage.heard(lambda: end_due(stage)), "once"


def test_a_ban_ends_on_time_by_the_clock_alone_and_then_gives_the_place_back(stage: Stage) -> None:
    stage.place("lobby", "bob", MODERATOR)
    until = stage.now + MINUTE
    impose(stage, "mo", BAN, until=until)
    stage.now = until - 2 * TICK
    assert stage.refusal("bob", JoinRoom("lobby")).code is Code.BANNED
    stage.now = until - TICK
    assert stage.do("bob", SeeRoom("lobby")).standing.banned is None
    (joined,) = stage.heard(lambda: end_due(stage))
    assert isinstance(joined, MemberJoined)
    assert (joined.member.user.username, joined.member.role) == ("bob", MODERATOR)


def test_who_joins_between_the_end_of_a_ban_and_its_lifting_is_there_once(stage: Stage) -> None:
    until = stage.now + MINUTE
    impose(stage, "mo", BAN, until=until)
    stage.now = until
    assert stage.do("bob", JoinRoom("lobby")).joined
    assert not stage.heard(lambda: end_due(stage))
    assert stage.places("lobby")["bob"] is MEMBER


def test_a_suspension_is_lifted_on_time_and_gives_the_memberships_back(stage: Stage) -> None:
    stage.place("den", "bob", OWNER)
    until = stage.now + MINUTE
    impose(stage, "ann", SUSPEND, room=None, until=until)
    stage.now = until - 2 * TICK
    assert not stage.heard(lambda: end_due(stage))
    assert stage.who("bob").suspended
    events = stage.heard(lambda: end_due(stage))
    assert {(event.room, event.member.role) for event in events if isinstance(event, MemberJoined)} == {
        ("lobby", MEMBER),
        ("den", OWNER),
    }
    assert len(events) == 2
    assert not stage.who("bob").suspended
    assert speaks(stage)


def test_a_lifted_mute_is_told_and_a_lifted_ban_gives_the_place_back(stage: Stage) -> None:
    stage.place("lobby", "bob", MODERATOR)
    mute = impose(stage, "mo", MUTE)
    (changed,) = stage.heard(lambda: stage.do("mo", Lift(mute.uid, "lobby")))
    assert isinstance(changed, MemberChanged)
    assert (changed.member.muted_until, changed.by) == (0, "mo")
    assert speaks(stage)
    ban = impose(stage, "mo", BAN)
    (joined,) = stage.heard(lambda: stage.do("mo", Lift(ban.uid, "lobby")))
    assert isinstance(joined, MemberJoined)
    assert joined.member.role is MODERATOR
    assert stage.refusal("mo", Lift(ban.uid, "lobby")).code is Code.NOT_FOUND, "once"


def test_what_is_over_by_the_clock_is_not_lifted_by_hand(stage: Stage) -> None:
    mute = impose(stage, "mo", MUTE, until=stage.now + MINUTE)
    stage.now += MINUTE
    assert stage.refusal("mo", Lift(mute.uid, "lobby")).code is Code.NOT_FOUND


def test_many_that_end_at_once_end_in_their_order_and_in_parts(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.chat.enforcement.DUE_AT_ONCE", 2)
    for minutes, username in ((3, "bob"), (1, "cyn"), (2, "gus")):
        impose(stage, "mo", BAN, username, until=stage.now + minutes * MINUTE)
    stage.now += 4 * MINUTE
    assert [end_due(stage) for _ in range(3)] == [2, 1, 0]
    ended = stage.do("mo", ListSanctions("lobby", None, 9, history=True))
    assert all(one.lifted_by == SYSTEM for one in ended)


def test_a_sanction_without_an_end_is_never_due(stage: Stage) -> None:
    impose(stage, "mo", MUTE)
    stage.now += 100 * 365 * 86_400_000
    assert end_due(stage) == 0
    assert silenced(stage, "bob").code is Code.MUTED


def test_in_a_deleted_room_a_sanction_ends_without_a_word(stage: Stage) -> None:
    impose(stage, "mo", BAN, until=stage.now + MINUTE)
    impose(stage, "mo", MUTE, "cyn", until=stage.now + MINUTE)
    stage.do("ann", DeleteRoom("lobby"))
    stage.now += MINUTE
    assert not stage.heard(lambda: end_due(stage))
    assert end_due(stage) == 0


def test_the_sanctions_of_a_deleted_user_end_without_a_word(stage: Stage) -> None:
    impose(stage, "mo", BAN, until=stage.now + MINUTE)
    impose(stage, "ann", SUSPEND, room=None, until=stage.now + MINUTE)
    stage.do("ann", DeleteUser("bob"))
    stage.now += MINUTE
    assert not stage.heard(lambda: end_due(stage))


# What stands against coming back


def lift_ban(stage: Stage, ban: Sanction) -> None:
    stage.do("ann", Lift(ban.uid, "lobby"))


def test_a_gate_that_was_raised_meanwhile_keeps_out_who_was_banned(stage: Stage) -> None:
    ban = impose(stage, "mo", BAN)
    stage.do("ann", ChangeRoom("lobby", join_role=Role.MODERATOR))
    assert not stage.heard(lambda: lift_ban(stage, ban))
    assert "bob" not in stage.places("lobby")


def test_a_demotion_meanwhile_keeps_out_who_was_suspended(stage: Stage) -> None:
    stage.place("den", "bob", MEMBER)
    impose(stage, "ann", SUSPEND, room=None)
    stage.do("ann", ChangeUser("bob", role=Role.GUEST))
    events = stage.heard(lambda: stage.do("ann", ChangeUser("bob", suspended=False)))
    assert [event.room for event in events] == ["lobby"], "the den is for members and above"


@pytest.mark.parametrize("first", ["ban", "suspension"])
@pytest.mark.parametrize("imposed_first", ["ban", "suspension"])
def test_of_a_ban_and_a_suspension_the_one_that_ends_last_gives_the_place_back(
    stage: Stage, imposed_first: str, first: str
) -> None:
    stage.place("lobby", "bob", MODERATOR)
    found: dict[str, Sanction] = {}
    for name in sorted(("ban", "suspension"), reverse=imposed_first == "suspension"):
        room, kind = ("lobby", BAN) if name == "ban" else (None, SUSPEND)
        found[name] = impose(stage, "ann", kind, room=room)
    last = {"ban": "suspension", "suspension": "ban"}[first]
    stage.do("ann", Lift(found[first].uid, anywhere=True))
    assert "bob" not in stage.places("lobby")
    stage.do("ann", Lift(found[last].uid, anywhere=True))
    assert stage.places("lobby")["bob"] is MODERATOR


@pytest.mark.parametrize("first", ["ann", "mo"])
@pytest.mark.parametrize(("room", "kind"), [("lobby", BAN), (None, SUSPEND)])
def test_of_two_that_stand_beside_each_other_the_last_gives_the_place_back(
    stage: Stage, room: str | None, kind: SanctionKind, first: str
) -> None:
    found = {by: impose(stage, by, kind, room=room) for by in ("ann", "mo")}
    last = {"ann": "mo", "mo": "ann"}[first]
    assert not stage.heard(lambda: stage.do("ann", Lift(found[first].uid, anywhere=True)))
    assert "bob" not in stage.places("lobby")
    stage.do("ann", Lift(found[last].uid, anywhere=True))
    assert stage.places("lobby")["bob"] is MEMBER


def test_a_new_one_before_the_old_one_was_lifted_on_time_gives_back_what_that_one_took(stage: Stage) -> None:
    stage.place("lobby", "bob", OWNER)
    impose(stage, "mo", SUSPEND, room=None, until=stage.now + MINUTE)
    stage.now += MINUTE
    again = impose(stage, "mo", SUSPEND, room=None)
    assert set(again.seqs) == {"lobby"} | ({"den"} if "mo" in stage.places("den") else set())
    assert stage.who("bob").suspended
    assert end_due(stage) == 0
    assert stage.who("bob").suspended
    stage.do("mo", Lift(again.uid))
    assert stage.places("lobby")["bob"] is OWNER


def test_an_admin_who_suspends_again_what_ends_just_now_is_not_ignored(stage: Stage) -> None:
    impose(stage, "mo", SUSPEND, room=None, until=stage.now + MINUTE)
    stage.now += MINUTE
    stage.do("ann", ChangeUser("bob", suspended=True))
    end_due(stage)
    assert stage.who("bob").suspended


# Several


def test_the_last_word_of_the_same_rank_counts_also_where_it_is_the_milder_one(stage: Stage) -> None:
    first = impose(stage, "mo", MUTE, reason="spam")
    second = impose(stage, "mo", MUTE, until=stage.now + MINUTE, reason="calm down")
    assert [one.uid for one in stage.do("mo", ListSanctions("lobby", None, 9))] == [second.uid]
    why = silenced(stage, "bob").why
    assert why is not None
    assert (why.until, why.reason) == (second.until, "calm down")
    assert stage.refusal("mo", Lift(first.uid, "lobby")).code is Code.NOT_FOUND
    stage.now += MINUTE
    assert speaks(stage)


def test_a_milder_one_by_a_lower_rank_weakens_nothing(stage: Stage) -> None:
    stage.place("lobby", "cyn", MODERATOR)
    by_ann = impose(stage, "ann", MUTE, reason="spam")
    by_cyn = impose(stage, "cyn", MUTE, until=stage.now + MINUTE)
    assert {one.uid for one in stage.do("ann", ListSanctions("lobby", None, 9))} == {by_ann.uid, by_cyn.uid}
    why = silenced(stage, "bob").why
    assert why is not None
    assert (why.by, why.until) == ("ann", None), "the one that lasts longest is told"
    for username in ("cyn", "mo"):
        assert stage.refusal(username, Lift(by_ann.uid, "lobby")).code is Code.FORBIDDEN
    stage.do("cyn", Lift(by_cyn.uid, "lobby"))
    assert silenced(stage, "bob").code is Code.MUTED
    stage.do("ann", Lift(by_ann.uid, "lobby"))
    assert speaks(stage)


def test_a_higher_rank_takes_the_place_of_a_lower_ones(stage: Stage) -> None:
    stage.place("lobby", "cyn", MODERATOR)
    impose(stage, "cyn", MUTE)
    by_ann = impose(stage, "ann", MUTE, until=stage.now + MINUTE)
    assert [one.uid for one in stage.do("ann", ListSanctions("lobby", None, 9))] == [by_ann.uid]


def test_a_rooms_and_the_servers_mute_stand_beside_each_other(stage: Stage) -> None:
    here, everywhere = impose(stage, "ann", MUTE), impose(stage, "ann", MUTE, room=None)
    stage.do("ann", Lift(everywhere.uid))
    assert silenced(stage, "bob").code is Code.MUTED
    assert speaks(stage, "bob", "den")
    stage.do("ann", Lift(here.uid, "lobby"))
    assert speaks(stage)


def test_who_leaves_and_comes_back_is_still_muted(stage: Stage) -> None:
    mute = impose(stage, "mo", MUTE, until=stage.now + MINUTE)
    stage.do("bob", LeaveRoom("lobby"))
    assert stage.do("bob", JoinRoom("lobby")).member.muted_until == mute.until
    assert silenced(stage, "bob").code is Code.MUTED
    joined = stage.events[-1]
    assert isinstance(joined, MemberJoined)
    assert joined.member.muted_until == mute.until, "and the others see it"


def test_a_mute_that_is_lifted_while_its_user_is_away_is_told_to_nobody(stage: Stage) -> None:
    mute = impose(stage, "mo", MUTE)
    stage.do("bob", LeaveRoom("lobby"))
    assert not stage.heard(lambda: stage.do("mo", Lift(mute.uid, "lobby")))
    assert stage.do("bob", JoinRoom("lobby")).member.muted_until == 0


def test_pages_go_on_below_an_id(stage: Stage) -> None:
    found = [impose(stage, "mo", BAN, username) for username in ("bob", "cyn", "gus")]
    first = stage.do("mo", ListSanctions("lobby", None, 2))
    rest = stage.do("mo", ListSanctions("lobby", first[-1].id, 2))
    assert [one.uid for one in first + rest] == [one.uid for one in reversed(found)]


# Rank that is lost


def test_whoever_was_demoted_in_the_middle_is_refused_by_the_next_transaction(stage: Stage) -> None:
    ban = impose(stage, "mo", BAN)
    stage.do("ann", ChangeUser("mo", role=Role.MEMBER))
    for command in (Impose("lobby", "cyn", MUTE), Lift(ban.uid, "lobby"), RemoveMember("lobby", "cyn")):
        assert stage.refusal("mo", command).code is Code.FORBIDDEN
    assert stage.refusal("mo", Impose(None, "cyn", MUTE)).code is Code.ROLE_TOO_LOW


def test_a_moderator_who_is_muted_may_still_moderate_and_one_who_is_banned_may_not(stage: Stage) -> None:
    impose(stage, "ann", MUTE, "mo", room=None)
    assert stage.do("mo", SeeRoom("lobby")).standing.moderates
    impose(stage, "mo", KICK, "cyn")
    impose(stage, "ann", BAN, "mo")
    refusal = stage.refusal("mo", Impose("lobby", "bob", MUTE))
    assert refusal.code is Code.BANNED


def test_the_ranks_of_a_sanction_are_those_of_its_setter_then(stage: Stage) -> None:
    stage.place("lobby", "cyn", OWNER)
    ranks = {by: impose(stage, by, MUTE).rank for by in ("cyn", "mo", "ann")}
    assert ranks == {"cyn": Rank.OWNER, "mo": Rank.SERVER_MODERATOR, "ann": Rank.ADMIN}


def test_removing_is_a_kick_by_another_name(stage: Stage) -> None:
    done = stage.do("mo", RemoveMember("lobby", "bob", "too loud"))
    (kick,) = stage.do("mo", ListSanctions("lobby", None, 9, history=True))
    assert (kick.kind, kick.reason, kick.user.username) == (KICK, "too loud", "bob")
    assert done.action is not None
    assert kick.action == done.action.uid


def test_what_one_may_do_is_shown_as_it_is(stage: Stage) -> None:
    impose(stage, "ann", MUTE)
    assert actions(stage.do("bob", SeeRoom("lobby")).standing) == ["see", "read", "join"]
    impose(stage, "ann", BAN)
    assert actions(stage.do("bob", SeeRoom("lobby")).standing) == ["see"]
