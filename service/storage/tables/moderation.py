"""The tables that moderators need: sanctions, what can be undone, filters, reports, and the audit log."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, SmallInteger, String, Table, Text, UniqueConstraint, text

from service.storage.tables.naming import Key, metadata

# What authority did and can take back, with the steps that take it back.
actions = Table(
    "actions",
    metadata,
    Column("id", Key, primary_key=True),
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
    Column("id", Key, primary_key=True),
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
    "ix_sanctions_standing",
    sanctions.c.room_id,
    sanctions.c.id,
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
    Column("id", Key, primary_key=True),
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
    Column("id", Key, primary_key=True),
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
