"""The tables of accounts: who they are, how they sign in, whom they do not want to hear from."""

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
    Text,
)

from service.storage.tables.naming import Key, metadata

authority = Table(
    "authority",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),  # one row: 1
    Column("version", BigInteger, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", Key, primary_key=True),
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

blocks = Table(
    "blocks",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("blocked_id", ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Names of people who were erased, which are never given out again: a digest of each, under a key that is this
# database's own. Who has neither can't try names; who has both can, as the server does itself.
name_keys = Table(
    "name_keys",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),  # one row: 1
    Column("key", LargeBinary, nullable=False),
)
erased_names = Table(
    "erased_names",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)

# Who was erased, or is being erased, and how far that has come: through the rooms by their ids, in each by its seqs.
erasures = Table(
    "erasures",
    metadata,
    Column("id", Key, primary_key=True),
    Column("uid", String(40), nullable=False, unique=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, unique=True),
    Column("messages", String(8), nullable=False),  # delete, detach
    Column("at", BigInteger, nullable=False),
    Column("room_id", BigInteger, nullable=False),  # the room in which it stands
    Column("seq", BigInteger, nullable=False),  # up to which it has come there
    Column("looked", BigInteger, nullable=False),  # events looked at so far
    Column("whole", BigInteger, nullable=False),  # events that there were when it began
    Column("changed", BigInteger, nullable=False),  # messages of theirs that it has come to
    Column("finished_at", BigInteger),
)
