"""``folkmoot audit``: whether the audit log is as it was written, taking it elsewhere, and erasing people from it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TextIO, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress

from service.app import DATABASE_FILE
from service.chat import audit
from service.chat.chain import Broken, Entry, Verified, canonical
from service.chat.chain import verify as verify_chain
from service.chat.ports import Transaction
from service.cli import console, house, settings
from service.cli.arguments import Username
from service.cli.console import Failure
from service.config import Settings

T = TypeVar("T")

LONG_ROWS = 10_000  # from which on a person wants to see how far it is
HASH = re.compile(r"[0-9a-f]{64}")

app = typer.Typer(no_args_is_help=True, help="Verify and export the audit log, also while the server runs.")


@app.command()
def verify(
    head: Annotated[
        str | None, typer.Option(metavar="HASH", help="A head that you kept elsewhere: the log has to hold it.")
    ] = None,
    data: settings.Data = None,
) -> None:
    """Say whether the audit log is as it was written, or which row is the first that does not fit.

    Who owns the disk can write a whole new log that fits. So keep the head that this prints in another place, and
    bring it along the next time.

    Example: folkmoot audit verify --head 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
    """
    if head is not None and not HASH.fullmatch(head):
        raise typer.BadParameter("a head is 64 digits of 0-9 and a-f", param_hint="--head")
    found = _look(settings.load(data=data), lambda tx: _verified(tx, head))
    console.hint("All rows of the audit log fit.")
    if found.erased:
        console.hint(f"Names, addresses and reasons in them that were erased: {found.erased}.")
    console.say(f"rows={found.rows}")
    console.say(f"head={found.head}")


@app.command()
def export(
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where to; stdout without this.")
    ] = None,
    since: Annotated[int, typer.Option(min=0, metavar="SEQ", help="Only rows after this one.")] = 0,
    no_names: Annotated[bool, typer.Option("--no-names", help="Leave out names, addresses and reasons.")] = False,
    data: settings.Data = None,
) -> None:
    """Write the audit log as NDJSON: a line for each row, and a last one with the head.

    Example: folkmoot audit export --output audit.ndjson
    """
    current = settings.load(data=data)

    def write(to: TextIO) -> None:
        _look(current, lambda tx: _write(tx, to, since, names=not no_names))

    if output is None:
        write(sys.stdout)
        return
    with house.expected_failures(), output.open("w", encoding="utf-8") as file:
        write(file)


@app.command()
def erase(
    username: Username,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: settings.Data = None,
) -> None:
    """Take from the audit log who a user was: their name, their addresses, and the reasons of what was done to them.

    The rows stay and still fit; they no longer say whose they are. It can't be undone, and it reaches neither backups
    nor exports that were made before.

    Example: folkmoot audit erase gus
    """
    current = settings.load(data=data)
    _require_database(current)
    if not yes and not console.confirmed(f"Erase {username} from the audit log?"):
        raise Failure("Nothing was erased.")
    erased = house.change(current, lambda tx: audit.erase(tx, username))
    console.hint(f"Erased {erased} {'fact' if erased == 1 else 'facts'} about {username} from the audit log.")


def _look(current: Settings, fn: Callable[[Transaction], T]) -> T:
    _require_database(current)
    try:
        return house.look(current, fn)
    except Broken as broken:
        raise Failure(str(broken)) from broken


def _require_database(current: Settings) -> None:
    """A slip in the name of the directory must not make an empty log there, and find that it fits."""
    if not (current.data / DATABASE_FILE).exists():
        raise Failure(f"There is no database in {current.data}.")


def _somebody_watches() -> bool:
    return sys.stderr.isatty()


def _verified(tx: Transaction, kept: str | None) -> Verified:
    head = tx.audit.head()
    hidden = head.seq < LONG_ROWS or not _somebody_watches()
    with Progress(console=Console(stderr=True), transient=True, disable=hidden) as bar:
        watched = bar.track(tx.audit.entries(), total=head.seq, description="Verifying")
        return verify_chain(watched, tx.audit.facts(), head, kept)


def _write(tx: Transaction, to: TextIO, since: int, *, names: bool) -> None:
    head, rows = tx.audit.head(), 0
    for entry in tx.audit.entries(since) if since else tx.audit.entries():
        to.write(_line(entry, names) + "\n")
        rows += 1
    to.write(canonical({"head": head.hash, "rows": rows}) + "\n")
    to.flush()


def _line(entry: Entry, names: bool) -> str:
    """A row as it is hashed, with its hash, and with those of its facts that are there."""
    facts = {
        column: {"about": fact.about, "kind": fact.kind, "salt": fact.salt, "value": fact.value}
        for column, fact in entry.facts.items()
    }
    try:
        return canonical({**entry.row.body, "hash": entry.row.hash, **({"facts": facts} if names else {})})
    except (TypeError, ValueError):
        raise Broken(entry.row.seq, "it holds something that was never written there.") from None
