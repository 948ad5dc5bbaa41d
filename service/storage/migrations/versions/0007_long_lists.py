"""Indexes for what is asked of lists that grow: calls to whole rooms, sanctions that stand, rooms that are listed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add them; each holds only the rows that are asked for."""
    for name, table, columns, condition in (
        ("ix_mentions_all", "mentions", ["room_id", "id"], "user_id IS NULL"),
        ("ix_sanctions_standing", "sanctions", ["room_id", "id"], "lifted_at IS NULL"),
        ("ix_rooms_listed", "rooms", ["visibility", "slug"], "deleted_at IS NULL"),
    ):
        op.create_index(name, table, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
