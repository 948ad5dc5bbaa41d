"""The room as one user sees it, before anything is asked of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from service.chat import standing
from service.chat.errors import Code
from service.chat.policy import Standing
from service.chat.ports import Transaction
from service.chat.records import Asker
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.rooms import DeleteRoom
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
