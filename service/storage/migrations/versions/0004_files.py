"""Uploaded files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "files",
        sa.Column("id", KEY, nullable=False),
        sa.Column("uid", sa.String(length=40), nullable=False),
        sa.Column("room_id", KEY, nullable=False),
        sa.Column("author_id", KEY, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.SmallInteger(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("thumbnail_width", sa.Integer(), nullable=True),
        sa.Column("thumbnail_height", sa.Integer(), nullable=True),
        sa.Column("thumbnail_bytes", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_files_author_id"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name="fk_files_room_id"),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        sa.UniqueConstraint("key", name="uq_files_key"),
        sa.UniqueConstraint("uid", name="uq_files_uid"),
    )
    waiting = sa.text("seq IS NULL")
    op.create_index("ix_files_room_id_seq", "files", ["room_id", "seq"], unique=False)
    op.create_index("ix_files_usage", "files", ["author_id", "at", "gone_at", "size"], unique=False)
    op.create_index("ix_files_waiting", "files", ["at"], sqlite_where=waiting, postgresql_where=waiting)
