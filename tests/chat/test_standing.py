"""The room as one user sees it, before anything is asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from service.chat import standing
from service.chat.errors import Code, Why
from service.chat.members import JoinRoom
from service.chat.policy import Action, Standing
from service.chat.ports import Transaction
from service.chat.records import Asker, Sanction, SanctionKind, User
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.rooms import ChangeRoom, DeleteRoom
from tests.stage import Stage


@dataclass(frozen=True)
class Look:
    """Nothing but the standing, so that no policy behind it can hide what it lets through."""

    slug: str

    def run(self, tx: Transaction, asker: Asker) -> Standing:
        """The asker before the room."""
        return standing.of_asker(tx, asker, self.slug)


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.room("staff", join_role=Role.MODERATOR)
    stage.room("den", visibility=Visibility.PRIVATE)
    stage.place("den", "bob", RoomRole.MODERATOR)
    return stage


def test_it_has_both_roles_and_the_scope_of_the_token(stage: Stage) -> None:
    scope = frozenset({Scope.WRITE})
    seen = stage.do("bob", Look("den"), scope)
    assert seen == Standing(stage.seen("den"), Role.MEMBER, RoomRole.MODERATOR, scope)


def test_a_gate_hides_nothing_and_a_private_or_deleted_room_is_not_there(stage: Stage) -> None:
    assert stage.do("gus", Look("staff")).room_role is None
    stage.do("ann", DeleteRoom("staff"))
    absent = [stage.refusal("ann", Look("staff")), stage.refusal("mo", Look("den")), stage.refusal("ann", Look("moon"))]
    assert {(refusal.code, refusal.message, refusal.why) for refusal in absent} == {
        (Code.NOT_FOUND, "There is no such room.", None)
    }


def test_who_is_acted_upon_has_no_token(stage: Stage) -> None:
    room, bob = stage.seen("den"), stage.who("bob")
    target = stage.run(lambda tx: standing.of_user(tx, room, bob, RoomRole.MODERATOR))
    assert (target.role, target.room_role, target.scope) == (Role.MEMBER, RoomRole.MODERATOR, frozenset())


# Sanctions, and why


def sanction(kind: SanctionKind, room: str | None, until: int) -> Sanction:
    user = User(3, "u3", "bob", "Bob", Role.MEMBER, False, False, False, 0)
    return Sanction(until, f"s{until}", kind, room, user, "mo", 4, 1, until, None, {}, "a1")


def test_of_several_sanctions_the_one_that_lasts_longest_counts_and_none_of_another_room(stage: Stage) -> None:
    bare = stage.do("bob", Look("den"))
    mute, ban, suspend = SanctionKind.MUTE, SanctionKind.BAN, SanctionKind.SUSPEND
    in_force = [
        sanction(mute, "den", 5),
        sanction(mute, None, 7),
        sanction(mute, "staff", 9),
        sanction(ban, "den", 6),
        sanction(ban, "den", 4),
        sanction(ban, "staff", 8),
        sanction(suspend, None, 10),
    ]
    for order in (in_force, in_force[::-1]):
        found = standing.sanctioned(bare, order)
        assert (found.muted, found.banned) == (in_force[1], in_force[3])
    assert standing.sanctioned(bare, in_force[5:]) is bare, "who is not sanctioned here stands as before"


@dataclass(frozen=True)
class Want:
    """Nothing but the policy's answer."""

    slug: str
    action: Action

    def run(self, tx: Transaction, asker: Asker) -> None:
        """Refuses, or not."""
        standing.require(tx, self.action, standing.of_asker(tx, asker, self.slug))


@pytest.mark.parametrize("rule", ["join_role", "post_role", "locked"])
def test_a_rule_that_somebody_set_says_who_when_and_why(stage: Stage, rule: str) -> None:
    stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
    stage.place("lobby", "bob", RoomRole.MEMBER)
    change: dict[str, Any] = {rule: True if rule == "locked" else Role.MODERATOR}
    (event,) = stage.heard(lambda: stage.do("ann", ChangeRoom("lobby", **change, reason="raid")))[:1]
    refusal = stage.refusal("bob", Want("lobby", Action.READ if rule == "join_role" else Action.POST))
    assert refusal.why == Why(rule, "ann", event.at, None, "raid")
    undone: dict[str, Any] = {rule: False if rule == "locked" else Role.GUEST}
    stage.do("ann", ChangeRoom("lobby", **undone))
    (again,) = stage.heard(lambda: stage.do("mo", ChangeRoom("lobby", locked=True)))
    stage.do("bob", JoinRoom("lobby"))
    locked = stage.refusal("bob", Want("lobby", Action.POST))
    assert locked.why == Why("locked", "mo", again.at), "the last who set it, and no reason of before"


def test_a_rule_that_nobody_set_says_no_more_than_its_name(stage: Stage) -> None:
    stage.room("lobby")
    assert stage.refusal("bob", Want("lobby", Action.POST)).why == Why("membership")
    assert stage.refusal("bob", Want("lobby", Action.MODERATE)).why == Why("room_moderator")


def test_what_one_does_not_see_has_no_why(stage: Stage) -> None:
    assert stage.refusal("cyn", Want("den", Action.POST)).why is None
