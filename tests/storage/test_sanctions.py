"""How sanctions are kept: found by an index, ended once, and never begun or ended without the authority's notice."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Select

from service.chat.deeds import OPERATOR, Actor, Deed, What
from service.chat.policy import Rank
from service.chat.records import FOREVER, SYSTEM, Sanction, SanctionKind, Source
from service.storage import sanctions
from tests.stage import Stage
from tests.storage.plans import plan, scans

KICK, MUTE, BAN, SUSPEND = SanctionKind
MINUTE = 60_000  # ms


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.room("lobby")
    stage.room("den")
    stage.changes.clear()
    return stage


def add(
    stage: Stage,
    kind: SanctionKind = MUTE,
    room: str | None = "lobby",
    on: str = "bob",
    by: str | None = "mo",
    **more: Any,
) -> Sanction:
    place, user = None if room is None else stage.seen(room), stage.who(on)
    actor = OPERATOR if by is None else Actor(stage.who(by), Source())
    deed = Deed(actor, What.MEMBER_MUTED, Rank.SERVER_MODERATOR, on=user, room=place, reason=more.get("reason"))
    return stage.run(lambda tx: tx.sanctions.add(kind, place, user, deed, more.get("until", FOREVER), {"lobby": 7}))


def in_force(stage: Stage, username: str = "bob") -> list[str]:
    user = stage.who(username)
    return [one.uid for one in stage.run(lambda tx: tx.sanctions.in_force(user.id))]


def test_a_sanction_comes_back_as_it_was_put_in(stage: Stage) -> None:
    for room, by in (("lobby", "mo"), (None, None)):
        added = add(stage, room=room, by=by, reason="spam", until=stage.now + MINUTE)
        assert stage.run(lambda tx, uid=added.uid: tx.sanctions.get(uid)) == added
        assert (added.by, added.room, added.rank) == (by or SYSTEM, room, Rank.SERVER_MODERATOR)
    assert stage.run(lambda tx: tx.sanctions.get("s-unknown")) is None


def test_beginning_ending_and_reviving_are_noticed_by_the_authority(stage: Stage) -> None:
    """Otherwise a decision from before would still be taken for good by the next post."""
    bob = stage.who("bob")
    mute = add(stage)
    assert [change.users for change in stage.changes] == [{bob.id}]
    assert stage.run(lambda tx: tx.sanctions.lift(mute, None))
    assert stage.changes[-1].users == {bob.id}
    assert len(stage.changes) == 2
    assert not stage.run(lambda tx: tx.sanctions.lift(mute, None)), "once"
    assert len(stage.changes) == 2
    stage.run(lambda tx: tx.sanctions.revive(mute))
    assert [change.users for change in stage.changes] == [{bob.id}] * 3
    assert in_force(stage) == [mute.uid]


def test_who_lifted_it_is_remembered(stage: Stage) -> None:
    ann = stage.who("ann")
    for by, name in ((ann, "ann"), (None, SYSTEM)):
        mute = add(stage)
        stage.run(lambda tx, mute=mute, by=by: tx.sanctions.lift(mute, by))
        found = stage.run(lambda tx, mute=mute: tx.sanctions.get(mute.uid))
        assert found is not None
        assert (found.lifted_at, found.lifted_by) == (stage.now - 1_000, name)


def test_in_force_are_those_of_the_user_that_are_neither_lifted_nor_over_to_the_millisecond(stage: Stage) -> None:
    until = stage.now + MINUTE
    forever, short = add(stage), add(stage, SUSPEND, None, until=until)
    add(stage, KICK)
    add(stage, on="cyn")
    lifted = add(stage, BAN)
    stage.run(lambda tx: tx.sanctions.lift(lifted, None))
    assert in_force(stage) == [forever.uid, short.uid], "a kick is over as it begins"
    stage.now = until - 2_001
    assert in_force(stage) == [forever.uid, short.uid]
    stage.now = until - 2_000
    assert in_force(stage) == [forever.uid]


def test_due_are_those_that_are_over_the_earliest_first(stage: Stage) -> None:
    start = stage.now
    late, early, cyns = (
        add(stage, on=on, until=start + minutes * MINUTE) for on, minutes in (("bob", 3), ("bob", 1), ("cyn", 2))
    )
    add(stage)
    bob = stage.who("bob")
    assert stage.run(lambda tx: (tx.sanctions.due(9), tx.sanctions.next_due())) == ([], early.until)
    stage.now = start + 3 * MINUTE
    with stage.transaction() as tx:
        assert [one.uid for one in tx.sanctions.due(9)] == [early.uid, cyns.uid, late.uid]
        assert [one.uid for one in tx.sanctions.due(2)] == [early.uid, cyns.uid]
        assert [one.uid for one in tx.sanctions.due(9, bob.id)] == [early.uid, late.uid]
        for one in tx.sanctions.due(9):
            tx.sanctions.lift(one, None)
        assert tx.sanctions.due(9) == []
        assert tx.sanctions.next_due() == FOREVER


def test_without_sanctions_nothing_is_due(stage: Stage) -> None:
    assert stage.run(lambda tx: tx.sanctions.next_due()) is None


def test_pages_are_of_one_room_or_of_the_server_newest_first(stage: Stage) -> None:
    here = [add(stage, on=on) for on in ("bob", "cyn", "gus")]
    add(stage, room="den")
    everywhere = add(stage, room=None)
    past = add(stage, KICK)
    room = stage.seen("lobby")

    def page(room_id: int | None, before: int | None, limit: int, history: bool = False) -> list[str]:
        return [one.uid for one in stage.run(lambda tx: tx.sanctions.page(room_id, before, limit, history))]

    assert page(room.id, None, 9) == [one.uid for one in reversed(here)]
    assert page(room.id, here[2].id, 1) == [here[1].uid]
    assert page(room.id, None, 2, history=True) == [past.uid, here[2].uid]
    assert page(None, None, 9) == [everywhere.uid]


def test_a_member_is_muted_until_the_last_mute_in_the_room_or_on_the_server_ends(stage: Stage) -> None:
    stage.place("lobby", "bob", stage.places("lobby")["ann"])
    room, bob = stage.seen("lobby"), stage.who("bob")

    def muted_until() -> int:
        member = stage.run(lambda tx: tx.members.get(room.id, bob.id))
        assert member is not None
        return member.muted_until

    assert muted_until() == 0
    add(stage, BAN)
    add(stage, room="den")
    add(stage, on="ann")
    assert muted_until() == 0, "neither another kind nor another room nor another user counts"
    longest = add(stage, until=stage.now + 2 * MINUTE).until
    add(stage, room=None, until=stage.now + MINUTE)
    assert muted_until() == longest
    everywhere = add(stage, room=None)
    assert muted_until() == FOREVER
    stage.run(lambda tx: tx.sanctions.lift(everywhere, None))
    stage.now = longest
    assert muted_until() == 0


@pytest.mark.parametrize(
    ("statement", "bound"),
    [
        (sanctions.GET, {"uid": "s1"}),
        (sanctions.IN_FORCE, {"of_user": 1, "now": 1}),
        (sanctions.DUE, {"now": 1, "most": 100}),
        (sanctions.NEXT_DUE, {}),
        (sanctions.PAGE_OF_ROOM, {"of_room": 1, "before": 9, "most": 50}),
    ],
)
def test_what_is_asked_often_is_found_by_an_index(stage: Stage, statement: Select[Any], bound: dict[str, Any]) -> None:
    assert not scans(plan(stage, statement, **bound))
