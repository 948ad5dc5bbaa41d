"""The version of everybody's rights: it moves in the transaction that changes one, whoever makes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.chat.members import JoinRoom, LeaveRoom, SetMember
from service.chat.roles import Role, RoomRole
from service.chat.rooms import ChangeRoom, CreateRoom, DeleteRoom
from service.chat.sanctions import RemoveMember
from tests.stage import Stage
from tests.stage_door import sign_in


@pytest.fixture
def stage() -> Stage:
    staged = Stage()
    staged.room("lobby")
    staged.place("lobby", "bob", RoomRole.MEMBER)
    return staged


def version(stage: Stage) -> int:
    return stage.run(lambda tx: tx.authority.version())


def test_a_transaction_moves_it_once_however_much_it_changes(stage: Stage) -> None:
    before = version(stage)
    bob, cyn = stage.who("bob"), stage.who("cyn")

    def much(tx: Any) -> None:
        tx.authority.user_changed(bob.id)
        tx.authority.user_changed(cyn.id)
        tx.authority.room_changed(1)

    stage.run(much)
    assert version(stage) == before + 1
    change = stage.changes[-1]
    assert (change.version, change.users, change.sessions) == (before + 1, {bob.id, cyn.id}, frozenset())
    assert change.rooms == {1}


def test_what_changed_since_a_version_is_found(stage: Stage) -> None:
    sid = sign_in(stage, "bob").sid
    bob, room = stage.who("bob"), stage.seen("lobby")
    start = version(stage)
    stage.run(lambda tx: tx.users.set_role(bob.id, Role.GUEST))
    middle = version(stage)
    stage.run(lambda tx: tx.sessions.end(sid, tx.now))
    stage.do("ann", ChangeRoom("lobby", locked=True))

    def since(at: int) -> tuple[set[int], set[str], set[int]]:
        return stage.run(lambda tx: tx.authority.changed_since(at))

    assert since(start) == ({bob.id}, {sid}, {room.id})
    assert since(middle) == (set(), {sid}, {room.id})
    assert since(version(stage)) == (set(), set(), set())


def _of_bob(act: Callable[[Any, int], object]) -> Callable[[Stage], object]:
    def run(stage: Stage) -> object:
        bob = stage.who("bob")
        return stage.run(lambda tx: act(tx, bob.id))

    return run


def _end_a_session(stage: Stage) -> None:
    sid = sign_in(stage, "bob").sid
    assert stage.run(lambda tx: tx.sessions.end(sid, tx.now))


TAKES_A_RIGHT: dict[str, Callable[[Stage], object]] = {
    "a role": _of_bob(lambda tx, bob: tx.users.set_role(bob, Role.GUEST)),
    "a suspension": _of_bob(lambda tx, bob: tx.users.set_suspended(bob, True)),
    "a deletion": _of_bob(lambda tx, bob: tx.users.delete(bob)),
    "a changed room": lambda stage: stage.do("ann", ChangeRoom("lobby", locked=True)),
    "a deleted room": lambda stage: stage.do("ann", DeleteRoom("lobby")),
    "leaving": lambda stage: stage.do("bob", LeaveRoom("lobby")),
    "a removal": lambda stage: stage.do("ann", RemoveMember("lobby", "bob")),
    "a room role": lambda stage: stage.do("ann", SetMember("lobby", "bob", RoomRole.MODERATOR)),
    "a session's end": _end_a_session,
}


@pytest.mark.parametrize("name", TAKES_A_RIGHT)
def test_whatever_can_take_a_right_away_moves_it(stage: Stage, name: str) -> None:
    before = version(stage)
    TAKES_A_RIGHT[name](stage)
    assert version(stage) > before
    assert stage.changes[-1].version == version(stage), "and the live side is told"


def test_what_takes_nothing_away_leaves_it(stage: Stage) -> None:
    before, told = version(stage), len(stage.changes)
    stage.do("cyn", JoinRoom("lobby"))
    stage.do("cyn", CreateRoom("attic"))
    sign_in(stage, "cyn")
    assert (version(stage), len(stage.changes)) == (before, told)


def test_what_is_undone_moves_nothing(stage: Stage) -> None:
    before, bob = version(stage), stage.who("bob")

    def fail(tx: Any) -> None:
        tx.authority.user_changed(bob.id)
        raise LookupError

    with pytest.raises(LookupError):
        stage.run(fail)
    assert version(stage) == before
    assert bob.id not in {user for change in stage.changes for user in change.users}
