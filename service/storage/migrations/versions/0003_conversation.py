"""What people expect of messages: edits, reactions, pins, threads, mentions, what was read, direct rooms, blocks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.chat.ids import parse_message_id

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

BATCH = 10_000  # replies read at once

# How many messages each room had with each event, counted once over the log as it is. Replies in threads are not.
COUNT_EVENTS = """
UPDATE events SET said = counted.said FROM (
  SELECT room_id, seq,
    SUM(CASE WHEN kind = 1 AND root IS NULL THEN 1 ELSE 0 END) OVER (PARTITION BY room_id ORDER BY seq) AS said
  FROM events
) AS counted WHERE events.room_id = counted.room_id AND events.seq = counted.seq
"""
COUNT_HEADS = """
UPDATE heads SET said = COALESCE(
  (SELECT events.said FROM events WHERE events.room_id = heads.room_id AND events.seq = heads.seq), 0)
"""
READ_ALL = """
UPDATE members SET
  read_seq = (SELECT heads.seq FROM heads WHERE heads.room_id = members.room_id),
  read_said = (SELECT heads.said FROM heads WHERE heads.room_id = members.room_id)
"""
MAKE_THREADS = """
INSERT INTO threads (room_id, root, replies, last_seq, last_at)
SELECT room_id, root, COUNT(*), MAX(seq), MAX(at) FROM events WHERE root IS NOT NULL GROUP BY room_id, root
"""
# Whoever took part follows: who began it, and who replied.
FOLLOW_THREADS = """
INSERT INTO followers (user_id, room_id, root, following, read_seq)
SELECT DISTINCT events.actor_id, threads.room_id, threads.root, TRUE, threads.last_seq FROM threads
JOIN events ON events.room_id = threads.room_id AND (events.seq = threads.root OR events.root = threads.root)
JOIN users ON users.id = events.actor_id
"""


def upgrade() -> None:
    """Add the columns and the tables. What answers a message stands in its thread, and whoever is a member has read
    what there is."""
    op.add_column("events", sa.Column("edited_at", sa.BigInteger(), nullable=True))
    op.add_column("events", sa.Column("html", sa.Text(), nullable=True))
    op.add_column("events", sa.Column("root", sa.BigInteger(), nullable=True))
    op.add_column("events", _number("said"))
    op.add_column("heads", _number("said"))
    op.add_column("members", _number("read_seq"))
    op.add_column("members", _number("read_said"))
    op.add_column("rooms", sa.Column("receipts", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("rooms", sa.Column("direct_key", sa.LargeBinary(), nullable=True))
    op.create_index("uq_rooms_direct_key", "rooms", ["direct_key"], unique=True)
    thread = sa.text("root IS NOT NULL")
    op.create_index(
        "ix_events_thread", "events", ["room_id", "root", "seq"], sqlite_where=thread, postgresql_where=thread
    )
    _of_messages()
    _of_people()
    _find_roots()
    for statement in (MAKE_THREADS, FOLLOW_THREADS, COUNT_EVENTS, COUNT_HEADS, READ_ALL):
        op.execute(statement)


def _find_roots() -> None:
    """Name the root of each reply: of one that answers another reply, the root of that. In the order of the log, in
    which what is answered stands before."""
    events = sa.table("events", *(sa.column(name) for name in ("room_id", "seq", "kind", "reply_to", "root")))
    place = sa.tuple_(events.c.room_id, events.c.seq)
    replies = (
        sa.select(events.c.room_id, events.c.seq, events.c.reply_to)
        .where(
            events.c.kind == 1, events.c.reply_to.is_not(None), place > sa.tuple_(sa.bindparam("r"), sa.bindparam("s"))
        )
        .order_by(events.c.room_id, events.c.seq)
        .limit(BATCH)
    )
    one = sa.and_(events.c.room_id == sa.bindparam("of_room"), events.c.seq == sa.bindparam("of_seq"))
    set_root = sa.update(events).where(one).values(root=sa.bindparam("to"))
    run = op.get_bind().execute
    roots: dict[tuple[int, int], int] = {}
    at = (0, 0)
    while rows := run(replies, {"r": at[0], "s": at[1]}).all():
        found = []
        for room_id, seq, reply_to in rows:
            parts = parse_message_id(reply_to)
            if parts is not None and parts[1] == room_id and parts[2] < seq:
                roots[room_id, seq] = roots.get((room_id, parts[2]), parts[2])
                found.append({"of_room": room_id, "of_seq": seq, "to": roots[room_id, seq]})
        if found:
            run(set_root, found)
        at = (rows[-1][0], rows[-1][1])


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default=sa.text("0"))


def _place() -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column("room_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
    )


def _at() -> sa.Column[int]:
    return sa.Column("at", sa.BigInteger(), nullable=False)


def _of_messages() -> None:
    op.create_table(
        "revisions",
        *_place(),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _at(),
        sa.PrimaryKeyConstraint("room_id", "seq", "number", name="pk_revisions"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reactions",
        *_place(),
        sa.Column("emoji", sa.String(length=64), nullable=False),
        sa.Column("user_id", KEY, autoincrement=False, nullable=False),
        _at(),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_reactions_user_id"),
        sa.PrimaryKeyConstraint("room_id", "seq", "emoji", "user_id", name="pk_reactions"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pins",
        *_place(),
        sa.Column("by_id", KEY, nullable=False),
        _at(),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name="fk_pins_by_id"),
        sa.PrimaryKeyConstraint("room_id", "seq", name="pk_pins"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "threads",
        sa.Column("room_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("replies", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "root", name="pk_threads"),
        sqlite_with_rowid=False,
    )


def _of_people() -> None:
    op.create_table(
        "followers",
        sa.Column("user_id", KEY, autoincrement=False, nullable=False),
        sa.Column("room_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("following", sa.Boolean(), nullable=False),
        sa.Column("read_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_followers_user_id"),
        sa.PrimaryKeyConstraint("user_id", "room_id", "root", name="pk_followers"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mentions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        _at(),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_mentions_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mentions"),
    )
    op.create_index("ix_mentions_user_id_id", "mentions", ["user_id", "id"], unique=False)
    op.create_index("ix_mentions_user_id_room_id_seq", "mentions", ["user_id", "room_id", "seq"], unique=False)
    op.create_table(
        "blocks",
        sa.Column("user_id", KEY, autoincrement=False, nullable=False),
        sa.Column("blocked_id", KEY, autoincrement=False, nullable=False),
        _at(),
        sa.ForeignKeyConstraint(["blocked_id"], ["users.id"], name="fk_blocks_blocked_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_blocks_user_id"),
        sa.PrimaryKeyConstraint("user_id", "blocked_id", name="pk_blocks"),
        sqlite_with_rowid=False,
    )
