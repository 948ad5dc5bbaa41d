"""The tables of the log: every event of every room, and what hangs on its messages."""

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
    text,
)

from service.storage.tables.naming import Key, metadata

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
    Column("edited_at", BigInteger),
    Column("html", Text),  # of a message with formatting
    Column("root", BigInteger),  # of a reply: the seq of the message whose thread it stands in
    # How many messages the room had with this event, without replies in threads: what is unread is a difference.
    Column("said", BigInteger, nullable=False, server_default=text("0")),
)
Index(
    "ix_events_thread",
    events.c.room_id,
    events.c.root,
    events.c.seq,
    sqlite_where=events.c.root.is_not(None),
    postgresql_where=events.c.root.is_not(None),
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

# What a message said before it was edited: number 1 is what was first posted.
revisions = Table(
    "revisions",
    metadata,
    Column("room_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("at", BigInteger, nullable=False),  # when it was said so
    sqlite_with_rowid=False,
)

reactions = Table(
    "reactions",
    metadata,
    Column("room_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # of the message
    Column("emoji", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

pins = Table(
    "pins",
    metadata,
    Column("room_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # of the message
    Column("by_id", ForeignKey("users.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

threads = Table(
    "threads",
    metadata,
    Column("room_id", BigInteger, primary_key=True, autoincrement=False),
    Column("root", BigInteger, primary_key=True, autoincrement=False),  # the seq of the message
    Column("replies", Integer, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
followers = Table(
    "followers",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("room_id", BigInteger, primary_key=True, autoincrement=False),
    Column("root", BigInteger, primary_key=True, autoincrement=False),
    Column("following", Boolean, nullable=False),  # false: they do not want to, though they take part
    Column("read_seq", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Who was called in a message. A call to the whole room is one row, and not one for each of its members.
mentions = Table(
    "mentions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("room_id", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the message
    Column("user_id", ForeignKey("users.id")),  # null: everybody in the room
    Column("at", BigInteger, nullable=False),
    Index("ix_mentions_room_id_seq", "room_id", "seq"),
    Index("ix_mentions_user_id_id", "user_id", "id"),
    Index("ix_mentions_user_id_room_id_seq", "user_id", "room_id", "seq"),
)
# The calls to all of a room are few, and are looked for room by room.
Index(
    "ix_mentions_all",
    mentions.c.room_id,
    mentions.c.id,
    sqlite_where=mentions.c.user_id.is_(None),
    postgresql_where=mentions.c.user_id.is_(None),
)
