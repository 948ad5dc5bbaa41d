"""The program ``folkmoot``: its commands by name, and how it ends when something goes wrong."""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer

from service import __version__
from service.chat.errors import Refusal
from service.cli import (
    audit,
    backup,
    bots,
    check_config,
    console,
    epochs,
    exports,
    imports,
    invites,
    keys,
    migrate,
    restore,
    rooms,
    serve,
    token,
    users,
)
from service.cli.chat import command as chat
from service.cli.console import Failure

PROGRAM = "folkmoot"

app = typer.Typer(
    name=PROGRAM,
    help="A self-hosted, authenticated chat server for many rooms.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(serve.serve)
app.command()(chat.chat)
app.command()(token.token)
app.add_typer(users.app, name="user")
app.add_typer(rooms.app, name="room")
app.add_typer(bots.app, name="bot")
app.command()(invites.invite)
app.add_typer(keys.app, name="keys")
app.add_typer(audit.app, name="audit")
app.command("check-config")(check_config.check_config)
app.command()(migrate.migrate)
app.command()(backup.backup)
app.command()(restore.restore)
app.add_typer(epochs.app, name="epoch")
app.command()(exports.export)
app.command("import")(imports.import_)


def main() -> None:
    """Run the program. A failure that was to be expected is a sentence on stderr and status 1; anything else is a
    defect, and shows where it is."""
    # Nobody listens to the log unless the server runs: what fails in a command is said in a sentence.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        app()
    except (Failure, Refusal) as failure:
        console.hint(f"{PROGRAM}: {failure}")
        sys.exit(1)


def _version(asked: bool) -> None:
    if asked:
        console.say(f"{PROGRAM} {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version, and end.")
    ] = False,
) -> None:
    """A self-hosted, authenticated chat server for many rooms."""
