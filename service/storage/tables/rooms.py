"""The tables of rooms: their settings, where their logs stand, who is in them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    false,
    text,
)

from service.storage.tables.naming import Key, metadata

rooms = Table(
    "rooms",
    metadata,
    Column("id", Key, primary_key=True),
    Column("slug", String(64), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("topic", String(500), nullable=False),
    Column("visibility", String(8), nullable=False),
    Column("join_role", SmallInteger, nullable=False),
    Column("post_role", SmallInteger, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("slow_mode", Integer, nullable=False),  # seconds
    Column("epoch", String(32), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger),
    Column("version", BigInteger, nullable=False),
    Column("receipts", Boolean, nullable=False, server_default=false()),  # whether members see who has read
    Column("direct_key", LargeBinary),  # of a direct room: a digest of who is in it
    Column("retention_days", Integer, nullable=False, server_default=text("0")),  # 0: as the server has it
    Column(
        "expired_seq", BigInteger, nullable=False, server_default=text("0")
    ),  # nothing that was said is left up to it
    Index("ix_rooms_version", "version"),
    Index("uq_rooms_direct_key", "direct_key", unique=True),
)
# Whoever lists rooms must not read past the direct rooms of everybody else.
Index(
    "ix_rooms_listed",
    rooms.c.visibility,
    rooms.c.slug,
    sqlite_where=rooms.c.deleted_at.is_(None),
    postgresql_where=rooms.c.deleted_at.is_(None),
)

# What every post changes stands apart from what it only reads: a hot row stays small.
heads = Table(
    "heads",
    metadata,
    Column("room_id", ForeignKey("rooms.id"), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("members", Integer, nullable=False),
    Column("said", BigInteger, nullable=False, server_default=text("0")),  # messages, without replies in threads
)

members = Table(
    "members",
    metadata,
    Column("room_id", ForeignKey("rooms.id"), primary_key=True, autoincrement=False),
    Column("user_id", ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("role", SmallInteger, nullable=False),
    Column("joined_at", BigInteger, nullable=False),
    Column("last_posted_at", BigInteger, nullable=False),
    Column("read_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("read_said", BigInteger, nullable=False, server_default=text("0")),  # the log's ``said`` at read_seq
    Index("ix_members_user_id", "user_id"),
    sqlite_with_rowid=False,
)

# Who set a room's rule to what it is: what a person is told who meets it.
room_rules = Table(
    "room_rules",
    metadata,
    Column("room_id", ForeignKey("rooms.id"), primary_key=True, autoincrement=False),
    Column("rule", String(16), primary_key=True),  # as the policy names it
    Column("by_id", ForeignKey("users.id")),  # null: the operator
    Column("at", BigInteger, nullable=False),
    Column("reason", String(500)),
    sqlite_with_rowid=False,
)
