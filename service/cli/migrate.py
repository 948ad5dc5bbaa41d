"""``folkmoot migrate``: bring the database up to this release's schema."""

from __future__ import annotations

from service.cli import console, house, settings
from service.storage import schema


def migrate(data: settings.Data = None) -> None:
    """Bring the database up to this version's schema, and say what was done.

    The server does the same at its start; running it before makes that start a quick one. It is safe to run twice.

    Example: folkmoot migrate --data /var/lib/folkmoot
    """
    current = settings.load(data=data)
    with house.engine(current) as engine, house.expected_failures():
        applied = schema.migrate(engine)
    for revision in applied:
        console.say(f"applied {revision}")
    if not applied:
        console.say("The database is up to date.")
