"""What somebody may do in a room, rule by rule: held against what really happens to whoever tries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.chat import policy
from service.chat.errors import Code, Why
from service.chat.members import JoinRoom, SetMember
from service.chat.messages import ListMessages
from service.chat.permissions import Clause, ExplainPermissions, Permissions
from service.chat.policy import Action, Rank
from service.chat.records import SanctionKind
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.rooms import ChangeRoom, DeleteRoom, SeeRoom
from service.chat.sanctions import Impose
from tests.stage import CAST, TICK, Stage

MUTE, BAN, SUSPEND = SanctionKind.MUTE, SanctionKind.BAN, SanctionKind.SUSPEND
# What can be tried without a device; each is undone by the test's end, and the refused ones change nothing.
TRIED: dict[Action, Callable[[str], Any]] = {
    Action.SEE: SeeRoom,
    Action.READ: lambda slug: ListMessages(slug, 10),
    Action.JOIN: JoinRoom,
    Action.INVITE: lambda slug: SetMember(slug, "zoe"),
    Action.CHANGE: lambda slug: ChangeRoom(slug, topic="Seeds"),
    Action.DELETE: DeleteRoom,
}


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    stage.room("staff", join_role=Role.MODERATOR)
    stage.room("news", join_role=Role.GUEST, post_role=Role.MODERATOR)
    stage.room("den", visibility=Visibility.PRIVATE)
    stage.place("den", "bob", RoomRole.MEMBER)
    stage.place("lobby", "bob", RoomRole.MEMBER)
    return stage


def about(stage: Stage, asker: str, user: str | None = None, room: str = "lobby") -> Permissions:
    return stage.do(asker, ExplainPermissions(room, user))


def can(found: Permissions) -> list[Action]:
    return [permission.action for permission in found.actions if permission.allowed]


def against(found: Permissions, action: Action = Action.POST) -> list[Clause]:
    """The rules that stand against an action."""
    (permission,) = [permission for permission in found.actions if permission.action is action]
    return [clause for clause in permission.rules if not clause.holds]


@pytest.mark.parametrize("room", ["lobby", "staff", "news", "den"])
@pytest.mark.parametrize("username", list(CAST))
def test_what_is_said_is_what_happens_to_who_tries(stage: Stage, username: str, room: str) -> None:
    stage.user("zoe", Role.ADMIN)
    if room == "den" and username not in ("ann", "bob"):
        assert stage.refusal(username, ExplainPermissions(room)).code is Code.NOT_FOUND
        return
    said = can(about(stage, username, room=room))
    for action, command in TRIED.items():
        if action in said:
            stage.do(username, command(room))
        else:
            refusal = stage.refusal(username, command(room))
            (rule, *_) = against(about(stage, username, room=room), action)
            assert (refusal.message, refusal.why) == (rule.message, rule.why), action


@pytest.mark.parametrize("room", ["lobby", "staff", "news"])
@pytest.mark.parametrize("username", list(CAST))
def test_about_another_it_says_what_they_are_told_themselves_but_for_their_token(
    stage: Stage, username: str, room: str
) -> None:
    own, others = about(stage, username, room=room), about(stage, "ann", username, room)
    if username == "ann":
        assert own == others
        return
    assert can(own) == can(others)
    for mine, theirs in zip(own.actions, others.actions, strict=True):
        assert [clause for clause in mine.rules if clause.rule != "scope"] == list(theirs.rules)
        assert [clause.rule for clause in mine.rules][-1] == "scope"
    assert (others.user.username, others.standing.rank, others.standing.room_role) == (
        username,
        own.standing.rank,
        own.standing.room_role,
    )


def test_every_rule_of_the_policy_stands_under_its_action(stage: Stage) -> None:
    found = about(stage, "bob")
    for permission in found.actions:
        named = [clause.rule for clause in permission.rules]
        slow = ["slow_mode"] if permission.action is Action.POST else []
        assert named == ["suspension", *(rule.name for rule in policy.TABLE[permission.action]), *slow, "scope"]
    assert [permission.action for permission in found.actions] == list(Action)


def test_a_mute_is_told_with_who_since_until_when_and_why(stage: Stage) -> None:
    until = stage.now + 1_000_000
    sanction = stage.do("mo", Impose("lobby", "bob", MUTE, until, "spam")).value
    for asker in ("bob", "mo"):
        found = about(stage, asker, "bob")
        assert against(found) == [
            Clause("mute", False, "You are muted.", Why("mute", "mo", sanction.at, until, "spam"))
        ]
        assert Action.POST not in can(found)
        assert Action.READ in can(found)
        assert [one.uid for one in found.sanctions] == [sanction.uid]


def test_a_ban_stands_against_everything_but_seeing_a_public_room(stage: Stage) -> None:
    stage.do("mo", Impose("lobby", "bob", BAN, reason="spam"))
    found = about(stage, "bob")
    assert can(found) == [Action.SEE]
    assert [clause.rule for clause in against(found)] == ["ban", "membership"]
    assert found.standing.room_role is None
    assert about(stage, "mo", "bob").actions[1].rules[2].why == against(found)[0].why


def test_all_that_stands_in_the_way_is_told_and_not_only_the_first(stage: Stage) -> None:
    stage.do("ann", ChangeRoom("news", locked=True))
    stage.do("mo", Impose("news", "gus", BAN))
    rules = against(about(stage, "ann", "gus", "news"))
    assert [clause.rule for clause in rules] == ["ban", "membership", "post_role", "locked"]
    assert [clause.why.by if clause.why else None for clause in rules] == ["mo", None, "ann", "ann"]


def test_a_suspended_account_can_do_nothing(stage: Stage) -> None:
    stage.do("ann", Impose(None, "bob", SUSPEND, reason="an investigation"))
    found = about(stage, "ann", "bob")
    assert can(found) == []
    for permission in found.actions:
        assert permission.rules[0].why is not None
        assert (permission.rules[0].rule, permission.rules[0].why.by, permission.rules[0].why.reason) == (
            "suspension",
            "ann",
            "an investigation",
        )
    assert [one.kind for one in found.sanctions] == [SUSPEND]


def test_a_wait_in_slow_mode_is_told_until_it_is_over(stage: Stage) -> None:
    stage.do("ann", ChangeRoom("lobby", slow_mode=60))
    bob, room = stage.who("bob"), stage.seen("lobby")
    assert Action.POST in can(about(stage, "bob"))
    stage.run(lambda tx: tx.members.posted(room.id, bob.id, tx.now))
    posted = stage.now
    (clause,) = against(about(stage, "bob"))
    assert clause.message == "The room is in slow mode: one message in 60 seconds."
    assert clause.why is not None
    assert (clause.why.rule, clause.why.by, clause.why.until) == ("slow_mode", "ann", posted + 60_000)
    stage.now = posted + 60_000 - 2 * TICK
    assert [clause.rule for clause in against(about(stage, "bob"))] == ["slow_mode"]
    assert against(about(stage, "bob")) == []


def test_slow_mode_spares_who_moderates(stage: Stage) -> None:
    stage.do("ann", ChangeRoom("lobby", slow_mode=60))
    mo, room = stage.who("mo"), stage.seen("lobby")
    stage.place("lobby", "mo", RoomRole.MEMBER)
    stage.run(lambda tx: tx.members.posted(room.id, mo.id, tx.now))
    assert against(about(stage, "ann", "mo")) == []


def test_a_token_that_is_for_less_is_a_rule_of_ones_own(stage: Stage) -> None:
    found = stage.do("bob", ExplainPermissions("lobby"), frozenset({Scope.READ}))
    assert can(found) == [Action.SEE, Action.READ, Action.JOIN]
    (clause,) = against(found)
    assert (clause.rule, clause.message) == ("scope", "This needs a token with the scope chat:write.")
    refusal = stage.refusal("bob", ExplainPermissions("lobby"), frozenset({Scope.WRITE}))
    assert refusal.code is Code.INSUFFICIENT_SCOPE


def test_about_others_only_who_moderates_the_room_may_ask(stage: Stage) -> None:
    for asker, whom in (("bob", "cyn"), ("cyn", "bob"), ("gus", "ann")):
        refusal = stage.refusal(asker, ExplainPermissions("lobby", whom))
        assert refusal.code is Code.FORBIDDEN
        assert refusal.why is not None
    assert stage.refusal("bob", ExplainPermissions("lobby", "nobody")).code is Code.FORBIDDEN
    assert stage.refusal("mo", ExplainPermissions("lobby", "nobody")).code is Code.NOT_FOUND
    assert stage.refusal("mo", ExplainPermissions("lobby", "no name\0")).code is Code.NOT_FOUND
    assert stage.refusal("mo", ExplainPermissions("den", "bob")).code is Code.NOT_FOUND
    assert about(stage, "bob", " BOB ").user.username == "bob"
    assert about(stage, "mo", "BoB").user.username == "bob"


def test_who_cannot_see_the_room_is_explained_too(stage: Stage) -> None:
    found = about(stage, "ann", "cyn", "den")
    assert can(found) == []
    assert [clause.rule for clause in against(found, Action.SEE)] == ["visibility"]
    assert (found.standing.rank, found.standing.room_role) == (Rank.STRANGER, None)


def test_a_rooms_moderator_is_not_told_of_rooms_that_they_cannot_see(stage: Stage) -> None:
    """A server-wide mute has an event in each room of the user; which those are is theirs to know."""
    stage.place("lobby", "cyn", RoomRole.MODERATOR)
    stage.do("mo", Impose(None, "bob", MUTE, reason="spam"))
    assert [set(one.seqs) for one in about(stage, "cyn", "bob").sanctions] == [{"lobby"}]
    assert [set(one.seqs) for one in about(stage, "bob").sanctions] == [{"lobby", "den"}]


def test_why_somebody_was_sanctioned_on_the_whole_server_is_not_told_to_who_moderates_only_a_room(stage: Stage) -> None:
    """Everybody can make a room and ask there about anybody."""
    stage.place("lobby", "cyn", RoomRole.OWNER)
    stage.do("mo", Impose(None, "bob", MUTE, reason="spam"))
    stage.do("mo", Impose("lobby", "bob", MUTE, reason="noise"))
    assert {one.reason for one in about(stage, "cyn", "bob").sanctions} == {None, "noise"}
    assert {one.reason for one in about(stage, "mo", "bob").sanctions} == {"spam", "noise"}
    assert {one.reason for one in about(stage, "bob").sanctions} == {"spam", "noise"}
    stage.do("mo", Impose(None, "bob", SanctionKind.SUSPEND, reason="threats"))
    found = about(stage, "cyn", "bob")
    assert "threats" not in repr((found.actions, found.sanctions, found.standing))
    assert against(found)[0].rule == "suspension"
    assert "threats" in repr(about(stage, "mo", "bob").actions)


def test_what_counts_elsewhere_is_not_told(stage: Stage) -> None:
    stage.place("news", "bob", RoomRole.MEMBER)
    stage.do("mo", Impose("news", "bob", MUTE))
    assert about(stage, "mo", "bob").sanctions == ()
    assert against(about(stage, "mo", "bob")) == []
