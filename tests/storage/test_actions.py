"""How actions are kept: every step as it was noted, newest first, and not those that concern nobody else."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from service.chat.deeds import (
    OPERATOR,
    UNDO_SECONDS,
    Action,
    Actor,
    Deed,
    Ejected,
    MessagesDeleted,
    RoleSet,
    RoomRoleSet,
    RoomSet,
    Sanctioned,
    Step,
    What,
)
from service.chat.policy import Rank
from service.chat.records import SYSTEM, Room, Source
from service.chat.roles import Role, Visibility
from tests.stage import Stage

STEPS: list[Step] = [
    MessagesDeleted(1, (3, 5, 8)),
    RoomSet(1, "topic", "", 'quo"te\n\u2028'),
    RoomSet(1, "locked", before=False, after=True),
    RoomSet(1, "join_role", 0, 2),
    Ejected(1, 2, 1, 9),
    RoomRoleSet(1, 2, 0, 1),
    RoleSet(2, 1, 0),
    Sanctioned("s1", ("s0", "s-1")),
    Sanctioned("s1"),
]


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.room("lobby")
    stage.room("den", visibility=Visibility.PRIVATE)
    return stage


def add(stage: Stage, by: str | None = "mo", what: What = What.MEMBER_MUTED, **deed: Any) -> Action:
    actor = OPERATOR if by is None else Actor(stage.who(by), Source())
    steps = deed.pop("steps", [Sanctioned("s1")])
    return stage.run(lambda tx: tx.actions.add(Deed(actor, what, Rank.OWNER, steps=list(steps), **deed)))


def page(stage: Stage, room: str | None = None, before: int | None = None, limit: int = 9) -> list[str]:
    room_id = None if room is None else stage.seen(room).id
    return [one.uid for one in stage.run(lambda tx: tx.actions.page(room_id, before, limit))]


def test_an_action_comes_back_as_it_was_put_in_with_every_kind_of_step(stage: Stage) -> None:
    assert {type(step) for step in STEPS} == set(get_args(Step))
    for by in ("mo", None):
        added = add(stage, by, on=stage.who("bob"), room=stage.seen("lobby"), reason="spam", steps=STEPS)
        assert stage.run(lambda tx, uid=added.uid: tx.actions.get(uid)) == added
        assert added.steps == tuple(STEPS)
        assert added.undo_until == added.at + UNDO_SECONDS * 1_000
    bare = add(stage)
    assert stage.run(lambda tx: tx.actions.get(bare.uid)) == bare
    assert stage.run(lambda tx: tx.actions.get("a-unknown")) is None


def test_who_undid_it_and_when_is_remembered(stage: Stage) -> None:
    for by, name in ((stage.who("ann"), "ann"), (None, SYSTEM)):
        action = add(stage)
        stage.run(lambda tx, action=action, by=by: tx.actions.mark_undone(action, by))
        undone_at = stage.now
        found = stage.run(lambda tx, action=action: tx.actions.get(action.uid))
        assert found is not None
        assert (found.undone_at, found.undone_by) == (undone_at, name)


def test_pages_are_of_one_room_or_of_everything_newest_first(stage: Stage) -> None:
    here = [add(stage, room=stage.seen("lobby")) for _ in range(3)]
    there, everywhere = add(stage, room=stage.seen("den")), add(stage)
    assert page(stage, "lobby") == [one.uid for one in reversed(here)]
    assert page(stage, "lobby", here[2].id, 1) == [here[1].uid]
    assert page(stage, limit=2) == [everywhere.uid, there.uid]


def test_what_people_take_back_of_their_own_words_is_in_no_list(stage: Stage) -> None:
    words = {"what": What.MESSAGES_DELETED, "room": stage.seen("lobby"), "steps": [MessagesDeleted(1, (3,))]}
    own = add(stage, "bob", on=stage.who("bob"), **words)
    others = [
        add(stage, "mo", on=stage.who("bob"), **words),
        add(stage, "mo", on=None, **words),
        add(stage, None, on=None, **words),
        add(stage, "bob", What.MEMBER_ROLE, on=stage.who("bob"), room=stage.seen("lobby")),
    ]
    for listed in (page(stage), page(stage, "lobby")):
        assert listed == [one.uid for one in reversed(others)]
    assert stage.run(lambda tx: tx.actions.get(own.uid)) == own


def test_what_goes_on_in_a_direct_room_is_in_no_list_of_the_servers(stage: Stage) -> None:
    direct = Room(0, "dm-1", "dm-1", "", Visibility.DIRECT, Role.MEMBER, Role.MEMBER, False, 0, "e", 0, 0, 0, False)
    action = add(stage, room=stage.run(lambda tx: tx.rooms.add(direct)))
    assert page(stage) == []
    assert page(stage, "dm-1") == [action.uid]
