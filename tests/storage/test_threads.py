"""Threads, in the database: what is unread in one that has gone on for long."""

from __future__ import annotations

from sqlalchemy import insert

from service.storage import threads
from service.storage.kinds import Kind
from service.storage.tables import events
from service.storage.transaction import SqlTransaction
from tests.stage import Stage
from tests.stage_door import say


def test_counting_ends_where_it_no_longer_tells_anything() -> None:
    stage = Stage()
    stage.room("lobby")
    root = say(stage, "ann", "hello").message
    say(stage, "ann", "hello?", reply_to=root.id)
    room, ann = stage.seen("lobby"), stage.who("ann")
    reply = {"room_id": room.id, "at": stage.now, "kind": Kind.MESSAGE.value, "actor_id": ann.id, "root": root.seq}

    def unread(more: int) -> int:
        def add(tx: SqlTransaction) -> int:
            (thread,) = tx.threads.of_user(ann.id, None, 9)
            first = room.seq + thread.unread + 1
            rows = [{**reply, "seq": seq, "text": "hello"} for seq in range(first, first + more)]
            tx.connection.execute(insert(events), rows)
            return tx.threads.of_user(ann.id, None, 9)[0].unread

        return stage.run(add)

    assert unread(threads.UNREAD_MAX - 1) == threads.UNREAD_MAX - 1
    assert unread(1) == threads.UNREAD_MAX
    assert unread(5) == threads.UNREAD_MAX
