"""One transaction: one time, one connection, one list of what it appended."""

from __future__ import annotations

from service.chat.members import JoinRoom
from service.chat.rooms import CreateRoom
from tests.stage import Stage


def test_its_stores_share_time_events_and_authority() -> None:
    stage = Stage()
    with stage.transaction() as tx:
        ann = tx.users.by_username("ann")
        assert ann is not None
        room = CreateRoom("attic").make(tx, ann)
        assert [(event.seq, event.at) for event in tx.appended] == [(1, tx.now)]
        seen = tx.rooms.by_slug("attic")
        assert seen is not None
        assert (seen.id, seen.seq, seen.members) == (room.id, 1, 1), "what it wrote, it reads"
        assert tx.members.role(room.id, ann.id) is not None
        tx.rooms.save(room)
        change = tx.authority.change()
        assert change is not None
        assert change.rooms == {room.id}


def test_events_of_several_commands_keep_their_order() -> None:
    stage = Stage()
    with stage.transaction() as tx:
        ann, bob = tx.users.by_username("ann"), tx.users.by_username("bob")
        assert ann is not None
        assert bob is not None
        CreateRoom("attic").make(tx, ann)
        CreateRoom("cellar").make(tx, bob)
        tx.log.room_changed(tx.rooms.by_slug("attic"), bob)  # type: ignore[arg-type]
        assert [(event.room, event.seq) for event in tx.appended] == [("attic", 1), ("cellar", 1), ("attic", 2)]
    stage.do("cyn", JoinRoom("attic"))
    assert stage.events[-1].seq == 3
