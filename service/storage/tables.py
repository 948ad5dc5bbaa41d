"""The tables, as both databases have them. Times are Unix milliseconds; ``version`` columns hold the authority version
at which a row's rights last changed."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives row ids by itself only to a column that is spelt INTEGER PRIMARY KEY.
_Key = BigInteger().with_variant(Integer, "sqlite")

authority = Table(
    "authority",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),  # one row: 1
    Column("version", BigInteger, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("uid", String(40), nullable=False, unique=True),
    Column("username", String(32), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("bot", Boolean, nullable=False),
    Column("suspended", Boolean, nullable=False),
    Column("deleted_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("password_hash", Text),
    Column("reset_digest", LargeBinary, unique=True),
    Column("reset_expires_at", BigInteger),
    Column("version", BigInteger, nullable=False),
    Index("ix_users_version", "version"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("sid", String(40), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("client_id", String(64), nullable=False),
    Column("client", String(200), nullable=False),  # what the client says of itself (User-Agent), shortened
    Column("address", String(64), nullable=False),
    Column("scope", String(80), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("generation", Integer, nullable=False),  # of the refresh token; those before it have a short grace
    Column("rotated_at", BigInteger, nullable=False),
    Column("rotated_before", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("version", BigInteger, nullable=False),
    Index("ix_sessions_user_id", "user_id"),
    Index("ix_sessions_version", "version"),
)

invites = Table(
    "invites",
    metadata,
    Column("code", String(64), primary_key=True),
    Column("role", SmallInteger, nullable=False),
    Column("uses_left", Integer, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("created_by", ForeignKey("users.id")),  # null: the operator
    Column("created_at", BigInteger, nullable=False),
)

clients = Table(
    "clients",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("secret_digest", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

rooms = Table(
    "rooms",
    metadata,
    Column("id", _Key, primary_key=True),
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
    Index("ix_rooms_version", "version"),
)

# What every post changes stands apart from what it only reads: a hot row stays small.
heads = Table(
    "heads",
    metadata,
    Column("room_id", ForeignKey("rooms.id"), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("members", Integer, nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("room_id", ForeignKey("rooms.id"), primary_key=True, autoincrement=False),
    Column("user_id", ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("role", SmallInteger, nullable=False),
    Column("joined_at", BigInteger, nullable=False),
    Column("last_posted_at", BigInteger, nullable=False),
    Index("ix_members_user_id", "user_id"),
    sqlite_with_rowid=False,
)

# The log. What a commit costs is the pages that it touches. So on SQLite the rows lie in the order of the commits, all
# at the end of one tree, and only the narrow key (room_id, seq) is spread over the rooms; ids are built from the key
# and need no index. Clustered by room, a post costs twice as much as soon as many rooms talk at once.
events = Table(
    "events",
    metadata,
    Column("room_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("actor_id", BigInteger, nullable=False),  # the author, or who did it; 0: the server
    Column("subject_id", BigInteger),  # whom it concerns
    Column("text", Text),
    Column("reply_to", String(40)),  # id of a message in the same room
    Column("nonce", String(64)),
    Column("digest", LargeBinary),  # of text and reply_to as first posted, where there is a nonce
    Column("data", Text),  # what else the kind has, as JSON
)
# Only nonces that a client sent; and the nonce first, for good clients make theirs of the time: the new ones of all
# rooms and authors then stand on one page.
Index(
    "uq_events_nonce",
    events.c.nonce,
    events.c.actor_id,
    events.c.room_id,
    unique=True,
    sqlite_where=events.c.nonce.is_not(None),
    postgresql_where=events.c.nonce.is_not(None),
)
