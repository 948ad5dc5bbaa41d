"""Acts of authority: who acts, with what rank, and that each is written down once, by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.chat.deeds import OPERATOR, SERVER, UNDO_SECONDS, Deed, RoleSet, What, actor_of
from service.chat.deletions import DeleteMessage
from service.chat.enforcement import EndDue
from service.chat.members import SetMember
from service.chat.policy import Rank
from service.chat.records import Asker, SanctionKind, Session, Source, User
from service.chat.roles import Role, RoomRole, Scope
from service.chat.rooms import ChangeRoom, CreateRoom, DeleteRoom
from service.chat.sanctions import Impose, Lift, RemoveMember
from service.chat.undo import Undo
from service.chat.users import ChangeUser, DeleteUser, RevokeSessions
from tests.stage import Stage
from tests.stage_door import say

BOB = User(3, "u3", "bob", "Bob", Role.MEMBER, False, False, False, 0)


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    for username in ("bob", "cyn"):
        stage.place("lobby", username, RoomRole.MEMBER)
    return stage


def written(stage: Stage) -> list[str]:
    """What the audit log has of acts, in their order."""
    return [entry.row.what for entry in stage.run(lambda tx: list(tx.audit.entries()))]


def test_who_asks_acts_by_where_the_request_came_from() -> None:
    session = Session("s1", 3, "folkmoot", "", "", frozenset(), 0, 0, 0, 0, 0, None)
    source = Source("192.0.2.1", "r1")
    actor = actor_of(Asker(BOB, session, frozenset({Scope.READ}), source))
    assert (actor.user, actor.source) == (BOB, source)


@pytest.mark.parametrize(
    ("role", "rank"),
    [
        (Role.GUEST, Rank.STRANGER),
        (Role.MEMBER, Rank.STRANGER),
        (Role.MODERATOR, Rank.SERVER_MODERATOR),
        (Role.ADMIN, Rank.ADMIN),
    ],
)
def test_on_the_server_only_the_role_is_authority(role: Role, rank: Rank) -> None:
    assert replace(OPERATOR, user=replace(BOB, role=role)).server_rank is rank
    assert OPERATOR.server_rank is SERVER.server_rank is Rank.ADMIN


def test_a_deed_is_written_down_always_and_is_an_action_only_if_it_can_be_undone(stage: Stage) -> None:
    bob = stage.who("bob")
    for steps, undoable in (([], False), ([RoleSet(bob.id, 1, 0)], True)):
        deed = Deed(OPERATOR, What.USER_ROLE, Rank.ADMIN, on=bob, steps=list(steps))
        before = len(written(stage))
        action = stage.run(lambda tx, deed=deed: deed.done(tx))
        assert len(written(stage)) == before + 1
        assert (action is not None) == undoable
        if action is not None:
            assert action.undo_until == action.at + UNDO_SECONDS * 1_000


def test_each_act_is_written_down_once_and_one_that_is_refused_not_at_all(stage: Stage) -> None:
    stage.user("zed", Role.GUEST)
    message = say(stage, "cyn", "hello").message
    mute = Impose("lobby", "cyn", SanctionKind.MUTE)
    acts = [
        (CreateRoom("garden"), "room.created"),
        (ChangeRoom("garden", locked=True), "room.changed"),
        (DeleteRoom("garden"), "room.deleted"),
        (SetMember("lobby", "gus"), "member.invited"),
        (SetMember("lobby", "gus", RoomRole.MODERATOR), "member.role"),
        (RemoveMember("lobby", "gus"), "member.kicked"),
        (Impose("lobby", "gus", SanctionKind.BAN), "member.banned"),
        (DeleteMessage(message.id), "messages.deleted"),
        (Impose(None, "bob", SanctionKind.MUTE), "user.muted"),
        (Impose(None, "bob", SanctionKind.SUSPEND), "user.suspended"),
        (ChangeUser("bob", suspended=False), "user.restored"),
        (ChangeUser("bob", role=Role.GUEST), "user.role"),
        (ChangeUser("bob", name="Bobby"), "user.renamed"),
        (RevokeSessions("bob"), "sessions.revoked"),
        (DeleteUser("bob"), "user.deleted"),
        (mute, "member.muted"),
    ]
    for command, what in acts:
        stage.refusal("zed", command)
        before = written(stage)
        stage.do("ann", command)
        assert written(stage) == [*before, what]


def test_lifting_ending_and_undoing_are_written_down_too(stage: Stage) -> None:
    before = len(written(stage))
    mute = stage.do("ann", Impose("lobby", "bob", SanctionKind.MUTE)).value
    stage.do("ann", Lift(mute.uid, "lobby"))
    ban = stage.do("ann", Impose("lobby", "bob", SanctionKind.BAN, stage.now + 60_000))
    assert ban.action is not None
    stage.do("ann", Undo(ban.action.uid))
    stage.do("ann", Impose(None, "bob", SanctionKind.MUTE, stage.now + 60_000))
    stage.now += 60_000
    stage.run(lambda tx: EndDue().apply(tx))
    assert written(stage)[before:] == [
        "member.muted",
        "member.unmuted",
        "member.banned",
        "undone",
        "user.muted",
        "user.unmuted",
    ]
