"""What hangs on messages, in the database: found by an index however much there is; and what an older database becomes
when it learns of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from service.chat.ids import message_id
from service.chat.ports import Page
from service.chat.reactions import React
from service.chat.roles import RoomRole
from service.storage import attachments, schema
from service.storage.engine import open_engine
from service.storage.transaction import SqlTransaction
from tests.stage import STARTED_AT, Stage
from tests.stage_door import say


def test_of_many_who_put_one_emoji_all_are_counted_and_the_first_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "USERS_SHOWN", 2)
    stage = Stage()
    stage.room("lobby")
    message = say(stage, "ann", "hello").message
    for username in ("bob", "cyn", "mo"):
        stage.place("lobby", username, RoomRole.MEMBER)
        stage.do(username, React(message.id, ":ok:", on=True))
    (shown,) = stage.do("bob", React(message.id, ":ok:", on=True)).reactions
    assert (shown.count, shown.users) == (3, ("bob", "cyn"))


@pytest.fixture
def older(tmp_path: Path) -> SqlTransaction:
    """A database of the issue before, with a conversation in it, brought up to date."""
    engine = open_engine(f"sqlite:///{tmp_path / 'folkmoot.db'}")
    with engine.begin() as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    rows = [
        (1, 2, None),  # joined
        (2, 1, None),
        (3, 1, message_id(STARTED_AT + 2, 1, 2)),
        (4, 1, message_id(STARTED_AT + 3, 1, 3)),
        (5, 1, message_id(1, 9, 9)),  # of another room, which could not be posted
        (6, 5, None),  # the room changed
        (7, 1, None),
    ]
    with engine.begin() as connection:
        run = connection.execute
        for user_id, name in ((1, "ann"), (2, "bob")):
            run(
                text(
                    "INSERT INTO users (id, uid, username, name, role, bot, suspended, created_at, version)"
                    " VALUES (:id, :uid, :name, :name, 3, 0, 0, 0, 0)"
                ),
                {"id": user_id, "uid": f"u{user_id}", "name": name},
            )
        run(
            text(
                "INSERT INTO rooms (id, slug, name, topic, visibility, join_role, post_role, locked, slow_mode, epoch,"
                " created_at, version) VALUES (1, 'lobby', 'Lobby', '', 'public', 0, 0, 0, 0, 'e', 0, 0)"
            )
        )
        run(text("INSERT INTO heads (room_id, seq, at, members) VALUES (1, 7, :at, 2)"), {"at": STARTED_AT + 7})
        for user_id in (1, 2):
            run(text("INSERT INTO members VALUES (1, :user, 2, 0, 0)"), {"user": user_id})
        for seq, kind, reply_to in rows:
            run(
                text(
                    "INSERT INTO events (room_id, seq, at, kind, actor_id, text, reply_to)"
                    " VALUES (1, :seq, :at, :kind, :actor, :text, :reply_to)"
                ),
                {
                    "seq": seq,
                    "at": STARTED_AT + seq,
                    "kind": kind,
                    "actor": 1 + seq % 2,
                    "text": "x",
                    "reply_to": reply_to,
                },
            )
    schema.migrate(engine)
    return SqlTransaction(engine.connect(), STARTED_AT + 10)


def test_an_older_log_is_counted_and_all_of_it_is_read(older: SqlTransaction) -> None:
    room = older.rooms.by_slug("lobby")
    assert room is not None
    assert [older.log.said(room, seq) for seq in range(1, 8)] == [0, 1, 1, 1, 2, 2, 3]
    for user_id in (1, 2):
        (read,) = older.members.reads(user_id).values()
        assert (read.seq, read.unread, read.mentions) == (7, 0, 0)
    assert [user.username for user in older.members.readers(1, 7, STARTED_AT + 7, Page(None, 9))] == ["ann", "bob"]


def test_older_replies_become_threads(older: SqlTransaction) -> None:
    room = older.rooms.by_slug("lobby")
    assert room is not None
    root = older.log.message(room, 2)
    assert root is not None
    assert root.thread is not None
    assert (root.thread.replies, root.thread.last_seq, root.thread.last_at) == (2, 4, STARTED_AT + 4)
    replies = older.log.replies(room, 2, 0, 9)
    assert [(reply.seq, reply.root) for reply in replies] == [(3, root.id), (4, root.id)]
    for user_id in (1, 2):
        (thread,) = older.threads.of_user(user_id, None, 9)
        assert (thread.root.seq, thread.unread) == (2, 0)
    stray = older.log.message(room, 5)
    assert stray is not None
    assert stray.root is None
