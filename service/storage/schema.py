"""Bringing a database up to the schema of this release: the Alembic migrations of ``migrations``, run at start."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

MIGRATIONS = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def migrate(engine: Engine) -> list[str]:
    """Apply what is missing, in one transaction that holds the write lock; the revisions that were applied.

    Two processes that start at once take turns: the second finds nothing to do.
    """
    config = _config()
    with engine.begin() as connection:
        before = _revision(MigrationContext.configure(connection))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        script = ScriptDirectory.from_config(config)
        applied = [step.revision for step in script.iterate_revisions("head", before or "base")]
    return list(reversed(applied))


def pending(engine: Engine) -> bool:
    """Whether ``migrate`` would find something to do."""
    with engine.connect().execution_options(reading=True) as connection:
        current = _revision(MigrationContext.configure(connection))
    return current != ScriptDirectory.from_config(_config()).get_current_head()


def knows(revision: str) -> bool:
    """Whether a database of that revision is one that ``migrate`` can bring up to date."""
    script = ScriptDirectory.from_config(_config())
    return revision in {step.revision for step in script.iterate_revisions("head", "base")}


def _revision(context: MigrationContext) -> str | None:
    return context.get_current_revision()
