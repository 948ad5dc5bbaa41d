"""``folkmoot keys``: the secrets that sign access tokens."""

from __future__ import annotations

import typer

from service.app import DATABASE_FILE, now_ms
from service.chat.deeds import OPERATOR, Deed, What
from service.chat.keyring import rotate_access_keys
from service.chat.ports import Transaction
from service.cli import console, house, settings
from service.cli.console import Failure
from service.config import Settings

MS_PER_SECOND = 1000

app = typer.Typer(help="The secrets that sign access tokens.", no_args_is_help=True)


@app.callback()
def _keys() -> None:
    """The secrets that sign access tokens."""


@app.command()
def rotate(data: settings.Data = None) -> None:
    """Make a new signing secret, which signs from the next start of the server on.

    Nobody is signed out: tokens of the older secrets stay good until they expire, and only then are those dropped.

    Example: folkmoot keys rotate --data /var/lib/folkmoot
    """
    current = settings.load(data=data)
    if current.signing_keys:
        raise Failure(
            "The keys come from FOLKMOOT_SIGNING_KEYS: put the new file first in that list, and keep the old one "
            "behind it until the last token that it signed has expired."
        )
    if (current.data / DATABASE_FILE).exists():
        name = house.change(current, lambda tx: _rotate_and_note(tx, current))
    else:  # a server that never ran has no audit log yet
        with house.expected_failures():
            house.make_directory(current)
            name = _rotate(current)
    console.say(f"{name} signs from the next start on.")


def _rotate(current: Settings) -> str:
    return rotate_access_keys(current.data, now_ms(), current.access_token_seconds * MS_PER_SECOND)


def _rotate_and_note(tx: Transaction, current: Settings) -> str:
    Deed(OPERATOR, What.KEYS_ROTATED, OPERATOR.server_rank).done(tx)
    return _rotate(current)  # last: if it fails, the row goes too
