"""Taking back what authority did: by whom, until when, and what comes back."""

from __future__ import annotations

from typing import Any

import pytest

from service.chat.deeds import OPERATOR, UNDO_SECONDS, Done, What
from service.chat.deletions import DeleteMessage, DeleteMessages, FindMessages
from service.chat.enforcement import EndDue
from service.chat.errors import Code, Refusal
from service.chat.events import (
    Invited,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageRestored,
    RoomChanged,
    Told,
)
from service.chat.members import JoinRoom, LeaveRoom, SetMember
from service.chat.records import FOREVER, SanctionKind
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.rooms import ChangeRoom, CreateRoom, DeleteRoom
from service.chat.sanctions import Impose, Lift, ListSanctions, RemoveMember
from service.chat.undo import ListActions, Undo
from service.chat.users import ChangeUser, DeleteUser
from tests.stage import TICK, Stage
from tests.stage_door import say, silenced

MEMBER, MODERATOR, OWNER = RoomRole
KICK, MUTE, BAN, SUSPEND = SanctionKind
MINUTE = 60_000  # ms


@pytest.fixture
def stage() -> Stage:
    """bob moderates the lobby, where cyn and gus are; bob is in the den, too. ann owns both."""
    stage = Stage()
    stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    stage.room("den", visibility=Visibility.PRIVATE)
    stage.place("lobby", "bob", MODERATOR)
    for slug, username in (("lobby", "cyn"), ("lobby", "gus"), ("den", "bob")):
        stage.place(slug, username, MEMBER)
    return stage


def acted(stage: Stage, username: str, command: Any) -> str:
    """The id under which what was done is undone."""
    done = stage.do(username, command)
    assert isinstance(done, Done)
    assert done.action is not None
    return done.action.uid


def undo(stage: Stage, username: str, action: str) -> list[Any]:
    """The events of taking it back."""
    return list(stage.heard(lambda: stage.do(username, Undo(action))))


# What comes back


def test_a_kick_is_undone_with_the_role_that_was_held(stage: Stage) -> None:
    (joined,) = undo(stage, "mo", acted(stage, "mo", RemoveMember("lobby", "bob")))
    assert isinstance(joined, MemberJoined)
    assert (joined.member.user.username, joined.member.role) == ("bob", MODERATOR)
    assert stage.places("lobby")["bob"] is MODERATOR


def test_who_gets_their_place_back_is_told_for_they_hear_nothing_of_the_room(stage: Stage) -> None:
    action = acted(stage, "mo", Impose("lobby", "bob", BAN))
    stage.told.clear()
    undo(stage, "mo", action)
    told = Told(frozenset({stage.who("bob").id}), "lobby", Scope.READ, Invited("lobby", "mo"))
    assert stage.told == [told]


def test_who_came_back_before_the_kick_was_undone_gets_the_role_again(stage: Stage) -> None:
    action = acted(stage, "mo", RemoveMember("lobby", "bob"))
    stage.do("bob", JoinRoom("lobby"))
    (changed,) = undo(stage, "mo", action)
    assert isinstance(changed, MemberChanged)
    assert (changed.member.role, changed.by) == (MODERATOR, "mo")


def test_who_came_back_and_left_by_their_own_choice_stays_away(stage: Stage) -> None:
    action = acted(stage, "mo", RemoveMember("lobby", "bob"))
    stage.do("bob", JoinRoom("lobby"))
    stage.do("bob", LeaveRoom("lobby"))
    assert undo(stage, "mo", action) == []
    assert "bob" not in stage.places("lobby")


def test_a_ban_is_undone_with_its_place_and_a_mute_with_its_silence(stage: Stage) -> None:
    ban = acted(stage, "mo", Impose("lobby", "bob", BAN))
    (joined,) = undo(stage, "mo", ban)
    assert isinstance(joined, MemberJoined)
    assert joined.member.role is MODERATOR
    mute = acted(stage, "mo", Impose("lobby", "bob", MUTE))
    (changed,) = undo(stage, "mo", mute)
    assert isinstance(changed, MemberChanged)
    assert changed.member.muted_until == 0
    assert not say(stage, "bob", "thanks").duplicate
    assert stage.do("mo", ListSanctions("lobby", None, 9)) == []
    assert {one.lifted_by for one in stage.do("mo", ListSanctions("lobby", None, 9, history=True))} == {"mo"}


@pytest.mark.parametrize("command", [Impose(None, "bob", SUSPEND), ChangeUser("bob", suspended=True)])
def test_a_suspension_is_undone_with_all_memberships(stage: Stage, command: Any) -> None:
    events = undo(stage, "ann", acted(stage, "ann", command))
    assert {(event.room, event.member.role) for event in events} == {("lobby", MODERATOR), ("den", MEMBER)}
    assert not stage.who("bob").suspended


def test_a_server_wide_mute_is_undone_in_every_room(stage: Stage) -> None:
    events = undo(stage, "mo", acted(stage, "mo", Impose(None, "bob", MUTE)))
    assert {(event.room, event.member.muted_until) for event in events} == {("lobby", 0), ("den", 0)}


def test_what_a_sanction_replaced_is_in_force_again(stage: Stage) -> None:
    older = stage.do("mo", Impose("lobby", "bob", MUTE, stage.now + 60 * MINUTE, "spam")).value
    newer = acted(stage, "mo", Impose("lobby", "bob", MUTE, stage.now + MINUTE))
    (changed,) = undo(stage, "mo", newer)
    assert isinstance(changed, MemberChanged)
    assert changed.member.muted_until == older.until
    assert [one.uid for one in stage.do("mo", ListSanctions("lobby", None, 9))] == [older.uid]
    assert silenced(stage, "bob").code is Code.MUTED


def test_a_ban_that_replaced_a_ban_gives_back_the_older_one_and_that_one_the_place(stage: Stage) -> None:
    older = stage.do("mo", Impose("lobby", "bob", BAN)).value
    assert undo(stage, "mo", acted(stage, "mo", Impose("lobby", "bob", BAN, stage.now + MINUTE))) == []
    assert stage.refusal("bob", JoinRoom("lobby")).code is Code.BANNED
    stage.do("mo", Lift(older.uid, "lobby"))
    assert stage.places("lobby")["bob"] is MODERATOR


def test_what_a_sanction_replaced_and_what_has_come_to_its_end_since_does_not_come_back(stage: Stage) -> None:
    stage.do("mo", Impose("lobby", "bob", BAN, stage.now + MINUTE))
    newer = acted(stage, "mo", Impose("lobby", "bob", BAN))
    stage.now += 2 * MINUTE
    undo(stage, "mo", newer)
    assert stage.places("lobby")["bob"] is MODERATOR


def test_a_demotion_is_undone_with_the_memberships_that_it_cost(stage: Stage) -> None:
    stage.room("staff", join_role=Role.MODERATOR)
    stage.place("staff", "mo", OWNER)
    action = acted(stage, "ann", ChangeUser("mo", role=Role.MEMBER))
    assert "mo" not in stage.places("staff")
    events = undo(stage, "ann", action)
    assert stage.who("mo").role is Role.MODERATOR
    assert stage.places("staff")["mo"] is OWNER
    assert [type(event) for event in events] == [MemberJoined]


def test_a_room_role_is_undone_in_both_directions(stage: Stage) -> None:
    for username, role in (("cyn", MODERATOR), ("bob", MEMBER)):
        before = stage.places("lobby")[username]
        (changed,) = undo(stage, "mo", acted(stage, "mo", SetMember("lobby", username, role)))
        assert isinstance(changed, MemberChanged)
        assert stage.places("lobby")[username] is before


def test_a_raised_gate_is_undone_with_those_whom_it_shut_out(stage: Stage) -> None:
    action = acted(stage, "ann", ChangeRoom("lobby", join_role=Role.MODERATOR, topic="hush", reason="raid"))
    assert set(stage.places("lobby")) == {"ann"}
    changed, *joined = undo(stage, "ann", action)
    assert isinstance(changed, RoomChanged)
    assert (changed.changed.join_role, changed.changed.topic) == (Role.GUEST, "")
    assert [(event.member.user.username, event.member.role) for event in joined] == [
        ("bob", MODERATOR),
        ("cyn", MEMBER),
        ("gus", MEMBER),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"locked": True},
        {"slow_mode": 60},
        {"post_role": Role.MODERATOR},
        {"visibility": Visibility.PRIVATE},
        {"name": "Hush"},
    ],
    ids=str,
)
def test_each_setting_of_a_room_is_undone(stage: Stage, change: dict[str, Any]) -> None:
    before = stage.seen("lobby")
    (changed,) = undo(stage, "ann", acted(stage, "ann", ChangeRoom("lobby", **change)))
    assert isinstance(changed, RoomChanged)
    after = stage.seen("lobby")
    assert {name: getattr(after, name) for name in change} == {name: getattr(before, name) for name in change}


def test_deleted_messages_come_back_as_events(stage: Stage) -> None:
    first, second = (say(stage, "cyn", text).message for text in ("one", "two"))
    found = stage.do("mo", FindMessages("cyn", "lobby", 0, FOREVER))
    events = undo(stage, "mo", acted(stage, "mo", DeleteMessages(found)))
    assert [(type(event), event.message) for event in events] == [(MessageRestored, first), (MessageRestored, second)]
    assert {event.by for event in events} == {"mo"}


# Once, and in time


def test_an_act_is_undone_once(stage: Stage) -> None:
    action = acted(stage, "mo", Impose("lobby", "bob", MUTE))
    undo(stage, "ann", action)
    refusal = stage.refusal("mo", Undo(action))
    assert (refusal.code, refusal.message) == (Code.CONFLICT, "This was undone already, by ann.")


def test_an_undo_is_none_that_could_be_undone(stage: Stage) -> None:
    undo(stage, "mo", acted(stage, "mo", Impose("lobby", "bob", BAN)))
    listed = stage.do("mo", ListActions("lobby", None, 9))
    assert [(one.what, one.undone_by) for one in listed] == [(What.MEMBER_BANNED, "mo")]


def test_an_act_is_undone_within_a_quarter_of_an_hour(stage: Stage) -> None:
    for beyond in (0, 1):
        action = acted(stage, "mo", Impose("lobby", "bob", MUTE))
        stage.now += UNDO_SECONDS * 1_000 - TICK + beyond
        if beyond == 0:
            assert undo(stage, "mo", action)
        else:
            refusal = stage.refusal("mo", Undo(action))
            assert (refusal.code, "15 minutes" in refusal.message) == (Code.CONFLICT, True)
            assert refusal.why is not None
            assert (refusal.why.rule, refusal.why.by) == ("undo_window", "mo")


def test_what_changed_nothing_leaves_nothing_to_undo(stage: Stage) -> None:
    assert stage.do("ann", ChangeRoom("lobby", locked=False)).action is None
    assert stage.do("ann", SetMember("lobby", "cyn", MEMBER)).action is None
    assert stage.do("ann", ChangeUser("bob", role=Role.MEMBER)).action is None


# By whom


def test_nobody_undoes_the_act_of_a_higher_rank(stage: Stage) -> None:
    for by, weaker in (("ann", ("mo", "bob")), ("mo", ("bob",))):
        action = acted(stage, by, Impose("lobby", "cyn", MUTE))
        for username in weaker:
            refusal = stage.refusal(username, Undo(action))
            assert (refusal.code, refusal.why and refusal.why.rule) == (Code.FORBIDDEN, "rank")
        undo(stage, by, action)
    action = acted(stage, "bob", Impose("lobby", "cyn", MUTE))
    undo(stage, "mo", action)


def test_who_does_not_moderate_undoes_nothing(stage: Stage) -> None:
    action = acted(stage, "mo", Impose("lobby", "gus", MUTE))
    for username in ("cyn", "gus"):
        assert stage.refusal(username, Undo(action)).code is Code.FORBIDDEN
    server = acted(stage, "mo", Impose(None, "gus", MUTE))
    for username in ("bob", "cyn", "gus"):
        assert stage.refusal(username, Undo(server)).code is Code.ROLE_TOO_LOW


def test_nobody_takes_back_what_was_done_to_themselves_though_they_rose_since(stage: Stage) -> None:
    action = acted(stage, "bob", Impose("lobby", "cyn", MUTE))
    stage.place("lobby", "cyn", OWNER)
    assert stage.refusal("cyn", Undo(action)).code is Code.FORBIDDEN
    server = acted(stage, "mo", Impose(None, "cyn", MUTE))
    stage.do("ann", ChangeUser("cyn", role=Role.MODERATOR))
    assert stage.refusal("cyn", Undo(server)).code is Code.FORBIDDEN
    assert silenced(stage, "cyn").code is Code.MUTED


def test_who_was_demoted_meanwhile_undoes_their_own_act_no_more(stage: Stage) -> None:
    here, everywhere = acted(stage, "mo", Impose("lobby", "bob", MUTE)), acted(stage, "mo", Impose(None, "bob", MUTE))
    stage.do("ann", ChangeUser("mo", role=Role.MEMBER))
    assert stage.refusal("mo", Undo(here)).code is Code.FORBIDDEN
    assert stage.refusal("mo", Undo(everywhere)).code is Code.ROLE_TOO_LOW
    stage.place("lobby", "mo", OWNER)
    assert stage.refusal("mo", Undo(here)).code is Code.FORBIDDEN, "an owner is below what mo was then"
    undo(stage, "ann", here)


def test_roles_are_taken_back_by_admins_only(stage: Stage) -> None:
    action = acted(stage, "ann", ChangeUser("bob", role=Role.GUEST))
    assert stage.refusal("mo", Undo(action)).code is Code.ROLE_TOO_LOW
    undo(stage, "ann", action)


def test_a_role_is_given_back_by_who_could_give_it_or_had_taken_it(stage: Stage) -> None:
    """Else a server moderator, who makes nobody an owner, could make one of whoever has just stepped down."""
    stage.place("lobby", "cyn", OWNER)
    stepped_down = acted(stage, "cyn", SetMember("lobby", "cyn", MEMBER))
    assert stage.refusal("mo", SetMember("lobby", "cyn", OWNER)).code is Code.FORBIDDEN
    assert stage.refusal("mo", Undo(stepped_down)).code is Code.FORBIDDEN
    assert stage.places("lobby")["cyn"] is MEMBER
    undo(stage, "ann", stepped_down)
    undo(stage, "mo", acted(stage, "mo", SetMember("lobby", "cyn", MEMBER)))
    assert stage.places("lobby")["cyn"] is OWNER


def test_settings_that_are_the_owners_are_taken_back_by_owners_only(stage: Stage) -> None:
    stage.place("lobby", "cyn", OWNER)
    topic = acted(stage, "cyn", ChangeRoom("lobby", topic="x"))
    locked = acted(stage, "cyn", ChangeRoom("lobby", locked=True))
    for action in (topic, locked):
        assert stage.refusal("bob", Undo(action)).code is Code.FORBIDDEN
    assert stage.refusal("mo", Undo(topic)).code is Code.FORBIDDEN
    undo(stage, "mo", locked)


def test_an_act_in_a_room_that_one_does_not_see_is_as_absent_as_one_that_never_was(stage: Stage) -> None:
    action = acted(stage, "ann", Impose("den", "bob", BAN))
    unknown = stage.refusal("mo", Undo("a-unknown"))
    hidden = stage.refusal("mo", Undo(action))
    assert (hidden.code, hidden.message, hidden.why) == (unknown.code, unknown.message, unknown.why)
    assert unknown.message == "There is no such action."


def test_undoing_wants_the_scope_that_doing_wants(stage: Stage) -> None:
    moderating = [
        acted(stage, "ann", Impose("lobby", "cyn", MUTE)),
        acted(stage, "ann", Impose(None, "cyn", MUTE)),
        acted(stage, "ann", ChangeRoom("lobby", locked=True)),
    ]
    scope = frozenset(Scope) - {Scope.MODERATE}
    for action in moderating:
        assert stage.refusal("ann", Undo(action), scope).code is Code.INSUFFICIENT_SCOPE
    role = acted(stage, "ann", ChangeUser("bob", role=Role.GUEST))
    assert stage.refusal("ann", Undo(role), frozenset(Scope) - {Scope.ADMIN}).code is Code.INSUFFICIENT_SCOPE


# One's own words


def test_ones_own_words_are_restored_by_oneself_alone(stage: Stage) -> None:
    message = say(stage, "cyn", "hello").message
    action = acted(stage, "cyn", DeleteMessage(message.id))
    for username in ("ann", "mo", "bob"):
        assert stage.refusal(username, Undo(action)).message == "There is no such action."
    assert stage.do("ann", ListActions("lobby", None, 9)) == []
    assert stage.do("ann", ListActions(None, None, 9)) == []
    (restored,) = undo(stage, "cyn", action)
    assert isinstance(restored, MessageRestored)
    assert restored.message.text == "hello"


@pytest.mark.parametrize(
    ("hindrance", "code"),
    [
        (Impose("lobby", "cyn", MUTE), Code.MUTED),
        (Impose(None, "cyn", MUTE), Code.MUTED),
        (Impose("lobby", "cyn", BAN), Code.BANNED),
        (Impose("lobby", "cyn", KICK), Code.NOT_JOINED),
        (ChangeRoom("lobby", locked=True), Code.LOCKED),
        (ChangeRoom("lobby", post_role=Role.MODERATOR), Code.ROLE_TOO_LOW),
    ],
    ids=str,
)
def test_who_may_not_speak_has_no_words_of_theirs_shown_again(stage: Stage, hindrance: Any, code: Code) -> None:
    """From a sanction's seq on they say nothing: neither anew nor by having it kept in reserve."""
    message = say(stage, "cyn", "what I could not say otherwise").message
    action = acted(stage, "cyn", DeleteMessage(message.id))
    stage.do("ann", hindrance)
    assert stage.refusal("cyn", Undo(action)).code is code


def test_nobody_undoes_a_moderators_deletion_of_their_own_words(stage: Stage) -> None:
    message = say(stage, "cyn", "hello").message
    action = acted(stage, "bob", DeleteMessage(message.id))
    assert stage.refusal("cyn", Undo(action)).code is Code.FORBIDDEN


# Changed again since


def test_what_was_set_again_since_stays(stage: Stage) -> None:
    action = acted(stage, "ann", ChangeRoom("lobby", locked=True, slow_mode=60, topic="hush"))
    stage.do("bob", ChangeRoom("lobby", slow_mode=5))
    undo(stage, "ann", action)
    room = stage.seen("lobby")
    assert (room.locked, room.slow_mode, room.topic) == (False, 5, "")


def test_a_role_that_was_set_again_since_stays(stage: Stage) -> None:
    room_role = acted(stage, "ann", SetMember("lobby", "cyn", MODERATOR))
    stage.do("ann", SetMember("lobby", "cyn", OWNER))
    role = acted(stage, "ann", ChangeUser("bob", role=Role.GUEST))
    stage.do("ann", ChangeUser("bob", role=Role.MODERATOR))
    assert undo(stage, "ann", room_role) == []
    assert stage.places("lobby")["cyn"] is OWNER
    (joined,) = undo(stage, "ann", role)
    assert stage.who("bob").role is Role.MODERATOR
    assert isinstance(joined, MemberJoined)
    assert joined.room == "den", "but the membership that it cost comes back, for nothing stands against it"


def test_the_undo_of_a_sanction_that_was_lifted_brings_nothing_back_that_it_replaced(stage: Stage) -> None:
    stage.do("mo", Impose("lobby", "bob", BAN))
    newer = stage.do("mo", Impose("lobby", "bob", BAN))
    stage.do("mo", Lift(newer.value.uid, "lobby"))
    assert newer.action is not None
    assert undo(stage, "mo", newer.action.uid) == []
    assert stage.do("mo", ListSanctions("lobby", None, 9)) == []
    assert "bob" in stage.places("lobby")


def test_the_undo_of_a_ban_that_was_lifted_makes_no_member_of_who_has_left_since(stage: Stage) -> None:
    ban = stage.do("mo", Impose("lobby", "bob", BAN))
    stage.do("mo", Lift(ban.value.uid, "lobby"))
    stage.do("bob", LeaveRoom("lobby"))
    assert ban.action is not None
    assert undo(stage, "mo", ban.action.uid) == []
    assert "bob" not in stage.places("lobby")


def test_the_undo_of_a_sanction_that_was_replaced_leaves_the_newer_one(stage: Stage) -> None:
    older = acted(stage, "mo", Impose("lobby", "bob", MUTE))
    newer = stage.do("mo", Impose("lobby", "bob", MUTE, stage.now + 60 * MINUTE)).value
    assert undo(stage, "mo", older) == []
    assert [one.uid for one in stage.do("mo", ListSanctions("lobby", None, 9))] == [newer.uid]


def test_the_undo_of_a_suspension_that_was_restored_is_void(stage: Stage) -> None:
    stage.do("ann", Impose(None, "bob", SUSPEND))
    action = acted(stage, "ann", Impose(None, "bob", SUSPEND))
    stage.do("ann", ChangeUser("bob", suspended=False))
    assert undo(stage, "ann", action) == []
    assert not stage.who("bob").suspended
    assert stage.do("ann", ListSanctions(None, None, 9)) == []


def test_the_undo_of_what_has_come_to_its_end_is_void(stage: Stage) -> None:
    action = acted(stage, "mo", Impose("lobby", "bob", BAN, stage.now + MINUTE))
    stage.now += MINUTE
    stage.run(lambda tx: EndDue().apply(tx))
    stage.do("bob", LeaveRoom("lobby"))
    assert undo(stage, "mo", action) == []


def test_another_ban_keeps_out_whose_ban_is_undone(stage: Stage) -> None:
    by_ann = stage.do("ann", Impose("lobby", "cyn", BAN)).value
    by_bob = acted(stage, "bob", Impose("lobby", "cyn", BAN))
    assert undo(stage, "bob", by_bob) == []
    stage.do("ann", Lift(by_ann.uid, "lobby"))
    assert stage.places("lobby")["cyn"] is MEMBER


def test_a_gate_keeps_out_whose_kick_is_undone(stage: Stage) -> None:
    action = acted(stage, "mo", RemoveMember("lobby", "cyn"))
    stage.do("ann", ChangeRoom("lobby", join_role=Role.MODERATOR))
    assert undo(stage, "mo", action) == []


def test_what_was_done_to_a_deleted_user_or_in_a_deleted_room_is_gone(stage: Stage) -> None:
    kick = acted(stage, "mo", RemoveMember("lobby", "cyn"))
    demotion = acted(stage, "ann", ChangeUser("cyn", role=Role.GUEST))
    stage.do("ann", DeleteUser("cyn"))
    assert undo(stage, "mo", kick) == undo(stage, "ann", demotion) == []
    lock = acted(stage, "ann", ChangeRoom("lobby", locked=True))
    suspension = acted(stage, "ann", Impose(None, "bob", SUSPEND))
    stage.do("ann", DeleteRoom("lobby"))
    assert stage.refusal("ann", Undo(lock)).code is Code.NOT_FOUND
    assert {event.room for event in undo(stage, "ann", suspension)} == {"den"}


def test_a_message_that_was_restored_or_deleted_again_since_is_not_touched(stage: Stage) -> None:
    message = say(stage, "cyn", "hello").message
    first = acted(stage, "mo", DeleteMessage(message.id))
    undo(stage, "mo", first)
    (deleted,) = stage.heard(lambda: stage.do("mo", DeleteMessage(message.id)))
    assert isinstance(deleted, MessageDeleted)
    assert stage.refusal("mo", Undo(first)).code is Code.CONFLICT


def test_the_last_admin_is_not_unmade_by_an_undo(stage: Stage) -> None:
    action = acted(stage, "ann", ChangeUser("mo", role=Role.ADMIN))
    stage.do("mo", DeleteUser("ann"))
    refusal = stage.refusal("mo", Undo(action))
    assert (refusal.code, refusal.why and refusal.why.rule) == (Code.CONFLICT, "last_admin")
    assert stage.who("mo").role is Role.ADMIN


def test_a_gate_that_an_undo_raises_again_shuts_out_who_came_in_by_it(stage: Stage) -> None:
    stage.room("staff", join_role=Role.MODERATOR)
    action = acted(stage, "ann", ChangeRoom("staff", join_role=Role.GUEST))
    stage.do("cyn", JoinRoom("staff"))
    changed, left = undo(stage, "ann", action)
    assert isinstance(changed, RoomChanged)
    assert isinstance(left, MemberLeft)
    assert (left.user, left.code) == ("cyn", "role_too_low")


# Several rooms at once


def test_what_was_deleted_in_several_rooms_is_undone_by_who_deleted_it_though_they_are_no_server_moderator(
    stage: Stage,
) -> None:
    stage.do("cyn", CreateRoom("garden"))
    stage.place("garden", "bob", MODERATOR)
    stage.place("garden", "gus", MEMBER)
    stage.do("ann", ChangeRoom("garden", join_role=Role.GUEST, post_role=Role.GUEST))
    for slug in ("lobby", "garden"):
        say(stage, "gus", "spam", slug)
    found = stage.do("bob", FindMessages("gus", None, 0, FOREVER))
    action = acted(stage, "bob", DeleteMessages(found))
    assert stage.refusal("cyn", Undo(action)).code is Code.FORBIDDEN, "who moderates but one of them"
    assert {event.room for event in undo(stage, "bob", action)} == {"lobby", "garden"}


def test_of_several_rooms_one_that_one_does_not_see_hides_the_act(stage: Stage) -> None:
    for slug in ("lobby", "den"):
        say(stage, "bob", "spam", slug)
    action = acted(stage, "ann", DeleteMessages(stage.do("ann", FindMessages("bob", None, 0, FOREVER))))
    assert stage.refusal("mo", Undo(action)).message == "There is no such action."
    stage.do("ann", DeleteRoom("den"))
    assert [event.room for event in undo(stage, "ann", action)] == ["lobby"], "what is left of them comes back"


# The list


def test_who_moderates_sees_what_was_done_in_their_room_and_admins_all(stage: Stage) -> None:
    mute = acted(stage, "mo", Impose("lobby", "cyn", MUTE, reason="spam"))
    ban = acted(stage, "ann", Impose("den", "bob", BAN))
    role = acted(stage, "ann", ChangeUser("gus", role=Role.MEMBER))
    assert [one.uid for one in stage.do("bob", ListActions("lobby", None, 9))] == [mute]
    assert [one.uid for one in stage.do("ann", ListActions(None, None, 9))] == [role, ban, mute]
    (listed,) = stage.do("mo", ListActions("lobby", None, 9))
    assert (listed.what, listed.by and listed.by.username, listed.on and listed.on.username, listed.reason) == (
        What.MEMBER_MUTED,
        "mo",
        "cyn",
        "spam",
    )
    assert stage.refusal("mo", ListActions(None, None, 9)).code is Code.ROLE_TOO_LOW
    assert stage.refusal("cyn", ListActions("lobby", None, 9)).code is Code.FORBIDDEN
    assert stage.refusal("mo", ListActions("den", None, 9)).code is Code.NOT_FOUND
    first = stage.do("ann", ListActions(None, None, 2))
    assert [one.uid for one in stage.do("ann", ListActions(None, first[-1].id, 2))] == [mute]


def test_what_the_operator_did_is_listed_and_undone_by_admins(stage: Stage) -> None:
    done = stage.run(lambda tx: ChangeUser("bob", suspended=True).apply(tx, OPERATOR))
    assert done is not None
    (listed,) = stage.do("ann", ListActions(None, None, 9))
    assert (listed.uid, listed.by) == (done.uid, None)
    assert stage.refusal("mo", Undo(done.uid)).code is Code.FORBIDDEN
    undo(stage, "ann", done.uid)
    assert not stage.who("bob").suspended


def test_a_refused_undo_changes_nothing(stage: Stage) -> None:
    action = acted(stage, "mo", Impose("lobby", "bob", MUTE))
    with pytest.raises(Refusal):
        stage.do("cyn", Undo(action))
    assert undo(stage, "mo", action)
