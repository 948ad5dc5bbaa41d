"""How long rooms keep what was said, and how far that has been carried out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns, and an index to find the mentions in a span of a room."""
    op.add_column("rooms", sa.Column("retention_days", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("rooms", sa.Column("expired_seq", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.create_index("ix_mentions_room_id_seq", "mentions", ["room_id", "seq"])
