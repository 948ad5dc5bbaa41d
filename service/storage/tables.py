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
    UniqueConstraint,
    text,
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
    Column("deleted_by", BigInteger),  # of a message: who deleted it; 0: the server
    Column("deleted_at", BigInteger),
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

# What authority did and can take back, with the steps that take it back.
actions = Table(
    "actions",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("uid", String(40), nullable=False, unique=True),
    Column("what", String(40), nullable=False),
    Column("by_id", ForeignKey("users.id")),  # null: the operator, or the server
    Column("rank", SmallInteger, nullable=False),  # of who did it, then
    Column("at", BigInteger, nullable=False),
    Column("room_id", ForeignKey("rooms.id")),  # null: the whole server
    Column("on_id", ForeignKey("users.id")),
    Column("reason", String(500)),
    Column("steps", Text, nullable=False),  # JSON
    Column("undone_at", BigInteger),
    Column("undone_by", ForeignKey("users.id")),
    Index("ix_actions_room_id_id", "room_id", "id"),
)

sanctions = Table(
    "sanctions",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("uid", String(40), nullable=False, unique=True),
    Column("kind", String(8), nullable=False),
    Column("room_id", ForeignKey("rooms.id")),  # null: the whole server
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("by_id", ForeignKey("users.id")),  # null: the operator
    Column("rank", SmallInteger, nullable=False),  # of who set it, then: nobody of a lower one lifts it
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("reason", String(500)),
    Column("seqs", Text, nullable=False),  # JSON: its events, by the rooms' slugs
    Column("action_id", ForeignKey("actions.id")),
    Column("lifted_at", BigInteger),
    Column("lifted_by", ForeignKey("users.id")),
    Index("ix_sanctions_room_id_id", "room_id", "id"),
)
# Few are in force at a time, and only those are asked for whenever somebody does something.
Index(
    "ix_sanctions_in_force",
    sanctions.c.user_id,
    sqlite_where=sanctions.c.lifted_at.is_(None),
    postgresql_where=sanctions.c.lifted_at.is_(None),
)
Index(
    "ix_sanctions_due",
    sanctions.c.until,
    sqlite_where=sanctions.c.lifted_at.is_(None),
    postgresql_where=sanctions.c.lifted_at.is_(None),
)

# A moderator's rules about what is said in a room.
filters = Table(
    "filters",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("uid", String(40), nullable=False, unique=True),
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("kind", String(8), nullable=False),  # word, pattern
    Column("pattern", String(200), nullable=False),
    Column("action", String(8), nullable=False),  # reject, mask, report
    Column("by_id", ForeignKey("users.id")),
    Column("at", BigInteger, nullable=False),
    Column("reason", String(500)),
    Index("ix_filters_room_id_id", "room_id", "id"),
)

# What people (or a filter) want a moderator to look at, with the message as it was then.
reports = Table(
    "reports",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("uid", String(40), nullable=False, unique=True),
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the message
    Column("author_id", ForeignKey("users.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("reporter_id", ForeignKey("users.id")),  # null: a filter
    Column("reason", String(500), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),  # open, taken, closed
    Column("handler_id", ForeignKey("users.id")),
    Column("changed_at", BigInteger, nullable=False),
    Column("resolution", String(500)),
    Index("ix_reports_state_id", "state", "id"),
    Index("ix_reports_room_id_id", "room_id", "id"),
    Index("ix_reports_room_id_seq_reporter_id", "room_id", "seq", "reporter_id"),
    Index("ix_reports_reporter_id_id", "reporter_id", "id"),
)
# Few wait at a time, and only those are counted, whenever somebody reports something.
Index(
    "ix_reports_unclosed",
    reports.c.reporter_id,
    reports.c.room_id,
    sqlite_where=text("state <> 'closed'"),
    postgresql_where=text("state <> 'closed'"),
)

# The audit log: a chain of hashes, added to and read. Nothing here names anybody: what does is a fact, by its digest.
audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # from 1, without holes
    Column("at", BigInteger, nullable=False),
    Column("what", String(40), nullable=False),
    Column("actor", String(64)),  # digest of a fact, as are those below; null: the operator, or the server
    Column("subject", String(64)),
    Column("room", String(64)),  # slug
    Column("reason", String(64)),  # digest
    Column("request", String(64)),
    Column("address", String(64)),  # digest
    Column("detail", Text, nullable=False),  # JSON; names nobody
    Column("hash", String(64), nullable=False),  # over the row and the hash of the one before
    Index("ix_audit_room_seq", "room", "seq"),
    Index("ix_audit_actor_seq", "actor", "seq"),
    Index("ix_audit_subject_seq", "subject", "seq"),
    Index("ix_audit_what_seq", "what", "seq"),
)
audit_heads = Table(
    "audit_heads",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),  # one row: 1
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
# What can be erased: usernames, addresses and reasons, each under its salted digest.
audit_facts = Table(
    "audit_facts",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("kind", String(8), nullable=False),  # user, address, reason
    Column("value", Text, nullable=False),
    Column("salt", String(32), nullable=False),
    Column("about", String(64), nullable=False),  # digest of the user whom it goes with; empty: a user, or nobody
    UniqueConstraint("about", "kind", "value"),
)
