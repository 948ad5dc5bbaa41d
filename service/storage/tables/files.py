"""The table of uploaded files. What is in them lies elsewhere, as a blob under ``key``."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, SmallInteger, String, Table

from service.storage.tables.naming import Key, metadata

files = Table(
    "files",
    metadata,
    Column("id", Key, primary_key=True),
    Column("uid", String(40), nullable=False, unique=True),
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("author_id", ForeignKey("users.id"), nullable=False),
    Column("seq", BigInteger),  # of the message that it stands in; null: none yet
    Column("position", SmallInteger),  # among the message's files
    Column("key", String(64), nullable=False, unique=True),
    Column("name", String(255), nullable=False),
    Column("type", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),  # bytes
    Column("digest", LargeBinary, nullable=False),  # SHA-256 of the content
    Column("width", Integer),  # pixels, of a picture
    Column("height", Integer),
    Column("thumbnail_width", Integer),
    Column("thumbnail_height", Integer),
    Column("thumbnail_bytes", Integer, nullable=False),  # 0: there is none
    Column("at", BigInteger, nullable=False),
    Column("gone_at", BigInteger),  # known by name alone from then on
)
Index("ix_files_room_id_seq", files.c.room_id, files.c.seq)
# What somebody's files take is a sum over this index alone.
Index("ix_files_usage", files.c.author_id, files.c.at, files.c.gone_at, files.c.size)
# Few wait for their message at a time.
Index(
    "ix_files_waiting",
    files.c.at,
    sqlite_where=files.c.seq.is_(None),
    postgresql_where=files.c.seq.is_(None),
)
