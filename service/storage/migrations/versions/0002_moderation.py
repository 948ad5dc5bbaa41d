"""What moderators need: sanctions, what can be undone, deleted messages, filters, reports, and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ID = sa.String(length=40)
REASON = sa.String(length=500)
DIGEST = sa.String(length=64)

# What a defect or a slip at a database prompt must not do. The third is for INSERT OR REPLACE, which deletes a row
# without calling it that.
AUDIT_GUARDS = {
    "audit_update": "BEFORE UPDATE ON audit",
    "audit_delete": "BEFORE DELETE ON audit",
    "audit_insert": "BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)",
}
AUDIT_REFUSAL = "rows of the audit log are only ever added"


def upgrade() -> None:
    """Make the tables, and the two columns of a deleted message."""
    op.add_column("events", sa.Column("deleted_by", sa.BigInteger(), nullable=True))
    op.add_column("events", sa.Column("deleted_at", sa.BigInteger(), nullable=True))
    _room_rules()
    _actions()
    _sanctions()
    _filters()
    _reports()
    _audit()


def _user(name: str, table: str, *, nullable: bool = True) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    column: sa.Column[int] = sa.Column(name, KEY, nullable=nullable)
    return column, sa.ForeignKeyConstraint([name], ["users.id"], name=f"fk_{table}_{name}")


def _room(table: str, *, nullable: bool = False) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    column: sa.Column[int] = sa.Column("room_id", KEY, nullable=nullable)
    return column, sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=f"fk_{table}_room_id")


def _room_rules() -> None:
    op.create_table(
        "room_rules",
        sa.Column("room_id", KEY, autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        *_user("by_id", "room_rules"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", REASON, nullable=True),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name="fk_room_rules_room_id"),
        sa.PrimaryKeyConstraint("room_id", "rule", name="pk_room_rules"),
        sqlite_with_rowid=False,
    )


def _actions() -> None:
    op.create_table(
        "actions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("uid", ID, nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        *_user("by_id", "actions"),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *_room("actions", nullable=True),
        *_user("on_id", "actions"),
        sa.Column("reason", REASON, nullable=True),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        *_user("undone_by", "actions"),
        sa.PrimaryKeyConstraint("id", name="pk_actions"),
        sa.UniqueConstraint("uid", name="uq_actions_uid"),
    )
    op.create_index("ix_actions_room_id_id", "actions", ["room_id", "id"], unique=False)


def _sanctions() -> None:
    op.create_table(
        "sanctions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("uid", ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        *_room("sanctions", nullable=True),
        *_user("user_id", "sanctions", nullable=False),
        *_user("by_id", "sanctions"),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("reason", REASON, nullable=True),
        sa.Column("seqs", sa.Text(), nullable=False),
        sa.Column("action_id", KEY, nullable=True),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        *_user("lifted_by", "sanctions"),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name="fk_sanctions_action_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sanctions"),
        sa.UniqueConstraint("uid", name="uq_sanctions_uid"),
    )
    op.create_index("ix_sanctions_room_id_id", "sanctions", ["room_id", "id"], unique=False)
    for name, column in (("ix_sanctions_in_force", "user_id"), ("ix_sanctions_due", "until")):
        op.create_index(
            name,
            "sanctions",
            [column],
            unique=False,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )


def _filters() -> None:
    op.create_table(
        "filters",
        sa.Column("id", KEY, nullable=False),
        sa.Column("uid", ID, nullable=False),
        *_room("filters"),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("pattern", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=8), nullable=False),
        *_user("by_id", "filters"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", REASON, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_filters"),
        sa.UniqueConstraint("uid", name="uq_filters_uid"),
    )
    op.create_index("ix_filters_room_id_id", "filters", ["room_id", "id"], unique=False)


def _reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", KEY, nullable=False),
        sa.Column("uid", ID, nullable=False),
        *_room("reports"),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        *_user("author_id", "reports", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_user("reporter_id", "reports"),
        sa.Column("reason", REASON, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        *_user("handler_id", "reports"),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("resolution", REASON, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sa.UniqueConstraint("uid", name="uq_reports_uid"),
    )
    op.create_index("ix_reports_state_id", "reports", ["state", "id"], unique=False)
    op.create_index("ix_reports_room_id_id", "reports", ["room_id", "id"], unique=False)
    op.create_index("ix_reports_room_id_seq_reporter_id", "reports", ["room_id", "seq", "reporter_id"], unique=False)
    op.create_index("ix_reports_reporter_id_id", "reports", ["reporter_id", "id"], unique=False)
    op.create_index(
        "ix_reports_unclosed",
        "reports",
        ["reporter_id", "room_id"],
        unique=False,
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("actor", DIGEST, nullable=True),
        sa.Column("subject", DIGEST, nullable=True),
        sa.Column("room", sa.String(length=64), nullable=True),
        sa.Column("reason", DIGEST, nullable=True),
        sa.Column("request", sa.String(length=64), nullable=True),
        sa.Column("address", DIGEST, nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("hash", DIGEST, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    for column in ("room", "actor", "subject", "what"):
        op.create_index(f"ix_audit_{column}_seq", "audit", [column, "seq"], unique=False)
    heads = op.create_table(
        "audit_heads",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", DIGEST, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_heads"),
    )
    op.create_table(
        "audit_facts",
        sa.Column("digest", DIGEST, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("about", DIGEST, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_audit_facts"),
        sa.UniqueConstraint("about", "kind", "value", name="uq_audit_facts_about_kind_value"),
    )
    op.bulk_insert(heads, [{"id": 1, "seq": 0, "hash": "0" * 64}])
    for name, event in AUDIT_GUARDS.items():
        op.execute(f"CREATE TRIGGER {name} {event} BEGIN SELECT RAISE(ABORT, '{AUDIT_REFUSAL}'); END")
