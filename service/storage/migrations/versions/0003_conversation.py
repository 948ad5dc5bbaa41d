"""What people expect of messages: edits, reactions, pins, threads, mentions, what was read, direct rooms, blocks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# How many messages each room had with each event, counted once over the log as it is.
COUNT_EVENTS = """
UPDATE events SET said = counted.said FROM (
  SELECT room_id, seq, SUM(CASE WHEN kind = 1 THEN 1 ELSE 0 END) OVER (PARTITION BY room_id ORDER BY seq) AS said
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


def upgrade() -> None:
    """Add the columns and the tables. Whoever is a member has read what there is."""
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
    for statement in (COUNT_EVENTS, COUNT_HEADS, READ_ALL):
        op.execute(statement)


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
