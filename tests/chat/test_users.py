"""Managing accounts: who may, what ends with a right that is taken away, and that an admin always remains."""

from __future__ import annotations

import pytest

from service.chat.accounts import AddUser
from service.chat.deeds import OPERATOR
from service.chat.errors import Code, Refusal
from service.chat.events import MemberChanged, MemberJoined, MemberLeft
from service.chat.invites import CreateInvite
from service.chat.ports import Page
from service.chat.records import Client
from service.chat.roles import SCOPES_OF, Role, RoomRole, Scope, Visibility
from service.chat.users import ChangeUser, DeleteUser, ListUsers, SeeUser
from tests.stage import CAST, Stage
from tests.stage_door import open_sessions, sign_in

ALL_SCOPES_BUT_ADMIN = frozenset(Scope) - {Scope.ADMIN}


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    stage.room("staff", join_role=Role.MODERATOR)
    stage.room("den", visibility=Visibility.PRIVATE, join_role=Role.MODERATOR)
    return stage


# Seeing


def test_everyone_sees_who_is_there_in_pages_by_username(stage: Stage) -> None:
    for asker in CAST:
        first = stage.do(asker, ListUsers(Page(None, 3)))
        rest = stage.do(asker, ListUsers(Page(first.users[-1].username, 200)))
        assert [user.username for user in first.users + rest.users] == ["ann", "bob", "cyn", "gus", "mo"]


def test_only_moderators_and_admins_are_told_who_is_suspended(stage: Stage) -> None:
    shown = {asker: stage.do(asker, SeeUser("bob")).suspended for asker in CAST}
    assert shown == {"ann": True, "mo": True, "bob": False, "cyn": False, "gus": False}


def test_a_user_is_found_in_every_spelling_of_the_name_and_nobody_else(stage: Stage) -> None:
    for spelling in ("bob", "BOB", "Ｂｏｂ"):
        assert stage.do("gus", SeeUser(spelling)).users == [stage.who("bob")]
    for nobody in ("zoe", "", "bo b", "bob\0", "\ud800", "b" * 5_000, "'; drop table users; --"):
        assert stage.refusal("gus", SeeUser(nobody)).code is Code.NOT_FOUND


def test_a_token_that_may_not_read_sees_nobody(stage: Stage) -> None:
    for question in (ListUsers(Page(None, 3)), SeeUser("bob")):
        assert stage.refusal("ann", question, scope=frozenset({Scope.WRITE})).code is Code.INSUFFICIENT_SCOPE


# Who may change whom


@pytest.mark.parametrize("target", CAST)
@pytest.mark.parametrize("asker", ["mo", "bob", "cyn", "gus"])
def test_nobody_below_admin_changes_or_deletes_an_account_not_even_their_own(
    stage: Stage, asker: str, target: str
) -> None:
    for command in (
        ChangeUser(target, role=Role.ADMIN),
        ChangeUser(target, role=Role.GUEST),
        ChangeUser(target, suspended=True),
        ChangeUser(target, name="Somebody else"),
        DeleteUser(target),
    ):
        assert stage.refusal(asker, command, scope=frozenset(Scope)).code is Code.ROLE_TOO_LOW


def test_an_admins_token_without_the_scope_admin_is_not_enough(stage: Stage) -> None:
    for command in (ChangeUser("bob", suspended=True), DeleteUser("bob"), AddUser("zoe", "Zoe", "hash")):
        refusal = stage.refusal("ann", command, scope=ALL_SCOPES_BUT_ADMIN)
        assert refusal.code is Code.INSUFFICIENT_SCOPE


def test_admins_act_on_admins(stage: Stage) -> None:
    stage.user("zoe", Role.ADMIN)
    assert stage.do("ann", ChangeUser("zoe", role=Role.MEMBER)).value.users[0].role is Role.MEMBER


def test_what_is_not_given_stays_and_what_is_the_same_is_no_change(stage: Stage) -> None:
    before = stage.who("bob")
    for command in (
        ChangeUser("bob"),
        ChangeUser("bob", role=Role.MEMBER, suspended=False, name="bob"),
    ):
        changes = len(stage.changes)
        assert not stage.heard(lambda command=command: stage.do("ann", command))
        assert len(stage.changes) == changes
    assert stage.who("bob") == before


def test_a_changed_name_is_told_to_the_live_side(stage: Stage) -> None:
    assert stage.do("ann", ChangeUser("bob", name="  Bob the Builder ")).value.users[0].name == "Bob the Builder"
    assert stage.changes[-1].users == {stage.who("bob").id}


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "line\nbreak", "flip\u202eped", "nul\0"])
def test_a_name_is_one_visible_line(stage: Stage, name: str) -> None:
    refusal = stage.refusal("ann", ChangeUser("bob", name=name))
    assert (refusal.code, refusal.errors[0].field) == (Code.INVALID, "name")


# What ends with a right


def test_a_demotion_ends_the_memberships_behind_the_lost_gate_and_shows_in_the_others(stage: Stage) -> None:
    for slug in ("lobby", "staff", "den"):
        stage.place(slug, "mo", RoomRole.MEMBER)
    heard = stage.heard(lambda: stage.do("ann", ChangeUser("mo", role=Role.MEMBER)))
    told = {
        event.room: (event.code, event.by) if isinstance(event, MemberLeft) else event.member.user.role
        for event in heard
        if isinstance(event, MemberLeft | MemberChanged)
    }
    assert told == {"lobby": Role.MEMBER, "staff": ("role_too_low", "ann"), "den": ("role_too_low", "ann")}
    assert len(heard) == len(told)
    assert "mo" in stage.places("lobby")
    assert "mo" not in stage.places("staff") | stage.places("den")
    assert stage.who("mo").id in stage.changes[-1].users


def test_a_suspension_ends_memberships_and_sessions_in_one_transaction(stage: Stage) -> None:
    stage.place("lobby", "bob", RoomRole.OWNER)
    sign_in(stage, "bob", device="laptop")
    sign_in(stage, "bob", device="phone")
    sign_in(stage, "cyn")
    heard = stage.heard(lambda: stage.do("ann", ChangeUser("bob", suspended=True)))
    assert [(type(event), event.room) for event in heard] == [(MemberLeft, "lobby")]
    assert isinstance(heard[0], MemberLeft)
    assert (heard[0].user, heard[0].code, heard[0].by) == ("bob", "suspended", "ann")
    assert open_sessions(stage, "bob") == []
    assert open_sessions(stage, "cyn") == ["laptop"]
    change = stage.changes[-1]
    assert change.users == {stage.who("bob").id}
    assert change.sessions == {"s-bob-laptop", "s-bob-phone"}


def test_a_lifted_suspension_gives_back_the_account_and_the_rooms_but_no_session(stage: Stage) -> None:
    stage.place("lobby", "bob", RoomRole.MODERATOR)
    sign_in(stage, "bob")
    stage.do("ann", ChangeUser("bob", suspended=True))
    (joined,) = stage.heard(lambda: stage.do("ann", ChangeUser("bob", suspended=False)))
    assert isinstance(joined, MemberJoined)
    assert (joined.room, joined.member.user, joined.member.role) == ("lobby", stage.who("bob"), RoomRole.MODERATOR)
    assert not stage.who("bob").suspended
    assert stage.places("lobby")["bob"] is RoomRole.MODERATOR
    assert open_sessions(stage, "bob") == []


@pytest.mark.parametrize(
    "blow", [ChangeUser("zoe", role=Role.MODERATOR), ChangeUser("zoe", suspended=True), DeleteUser("zoe")]
)
def test_an_admins_invites_go_with_their_power(stage: Stage, blow: ChangeUser | DeleteUser) -> None:
    """Else an admin who is about to be removed keeps the door open for themselves."""
    stage.user("zoe", Role.ADMIN)
    theirs = stage.do("zoe", CreateInvite(uses=10))
    anns = stage.do("ann", CreateInvite())
    stage.do("ann", blow)
    assert stage.run(lambda tx: tx.invites.get(theirs.code)) is None
    assert stage.run(lambda tx: tx.invites.get(anns.code)) == anns


# Deleting


def test_a_deleted_user_is_gone_from_everywhere_and_the_name_is_never_given_out_again(stage: Stage) -> None:
    stage.place("lobby", "bob", RoomRole.OWNER)
    sign_in(stage, "bob")
    bob = stage.who("bob")
    heard = stage.heard(lambda: stage.do("ann", DeleteUser("bob")))
    assert [(event.room, event.code) for event in heard if isinstance(event, MemberLeft)] == [("lobby", "left")]
    assert stage.refusal("ann", SeeUser("bob")).code is Code.NOT_FOUND
    assert stage.refusal("ann", DeleteUser("bob")).code is Code.NOT_FOUND
    assert "bob" not in [user.username for user in stage.do("ann", ListUsers(Page(None, 50))).users]
    assert stage.refusal("ann", AddUser("bob", "Bob", "hash")).code is Code.CONFLICT
    assert stage.run(lambda tx: tx.sessions.of_user(bob.id, tx.now)) == []
    kept = stage.run(lambda tx: tx.users.by_uid(bob.uid))
    assert kept is not None, "the log keeps its authors"
    assert kept.deleted


def test_with_a_bot_goes_its_secret(stage: Stage) -> None:
    bot = stage.run(lambda tx: tx.users.add("herald", "Herald", Role.MEMBER, bot=True, password_hash=None))
    stage.run(lambda tx: tx.clients.add(Client("bot-1", bot.id, b"digest", tx.now)))
    stage.do("ann", DeleteUser("herald"))
    assert stage.run(lambda tx: tx.clients.get("bot-1")) is None


# The last admin


@pytest.mark.parametrize(
    "blow",
    [ChangeUser("ann", role=Role.MODERATOR), ChangeUser("ann", suspended=True), DeleteUser("ann")],
    ids=["demoted", "suspended", "deleted"],
)
def test_the_last_active_admin_cannot_go(stage: Stage, blow: ChangeUser | DeleteUser) -> None:
    stage.user("zoe", Role.ADMIN)
    stage.do("ann", ChangeUser("zoe", suspended=True))
    stage.run(lambda tx: tx.users.add("herald", "Herald", Role.ADMIN, bot=True, password_hash=None))
    refusal = stage.refusal("ann", blow)
    assert refusal.code is Code.CONFLICT
    assert refusal.why is not None
    assert refusal.why.rule == "last_admin"


def test_an_admin_may_step_down_while_another_one_is_there(stage: Stage) -> None:
    stage.user("zoe", Role.ADMIN)
    assert stage.do("ann", ChangeUser("ann", role=Role.MEMBER)).value.users[0].role is Role.MEMBER


def test_of_two_admins_who_demote_each_other_one_remains(stage: Stage) -> None:
    """Whichever transaction is the second finds its asker no admin any more; so it is on the door, which admits in the
    same transaction. Were it admitted before, the count in the transaction would still leave one."""
    stage.user("zoe", Role.ADMIN)
    stage.do("ann", ChangeUser("zoe", role=Role.MEMBER))
    assert stage.refusal("zoe", ChangeUser("ann", role=Role.MEMBER)).code is Code.ROLE_TOO_LOW
    with stage.transaction() as tx, pytest.raises(Refusal) as caught:
        ChangeUser("ann", role=Role.MEMBER).apply(tx, OPERATOR)
    assert caught.value.code is Code.CONFLICT
    assert stage.who("ann").role is Role.ADMIN


def test_a_suspended_admin_is_none_to_be_counted_and_may_be_removed(stage: Stage) -> None:
    stage.user("zoe", Role.ADMIN)
    stage.do("ann", ChangeUser("zoe", suspended=True))
    stage.do("ann", DeleteUser("zoe"))
    assert SCOPES_OF[stage.who("ann").role] >= {Scope.ADMIN}
