"""``folkmoot export``: what a server, a room or a person has, to be taken elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from service.app import FILES, now_ms
from service.chat.directory import find
from service.chat.errors import not_found
from service.chat.portable import Extent, Line, Saying
from service.cli import console, house, settings
from service.cli.console import Failure
from service.cli.progress import Bar, bar
from service.config import Settings
from service.storage import schema
from service.storage.blobs import DiskBlobs
from service.storage.drafts import drafts, publish
from service.storage.exports import Export, Whose
from service.storage.transaction import SqlTransaction
from service.wire import portable


def export(
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Where to; without this, ./folkmoot-export-TIME.zip."),
    ] = None,
    room: Annotated[str | None, typer.Option("--room", metavar="ROOM", help="One room alone, by its slug.")] = None,
    user: Annotated[
        str | None, typer.Option("--user", metavar="NAME", help="What one person has: their own data, for them.")
    ] = None,
    data: settings.Data = None,
) -> None:
    """Write an export: a zip with a line of JSON for each user, room, membership and message, and the uploaded files.

    The server may run, and is not held up; the export is its state at one moment. There is no password, no token and
    no key in it, and of a deleted message only that it was one. Everything else is, also private and direct rooms.

    Examples: folkmoot export --output all.zip ; folkmoot export --room lobby ; folkmoot export --user bob
    """
    if room is not None and user is not None:
        raise typer.BadParameter("choose one of --room and --user", param_hint="--room")
    current = settings.load(data=data)
    house.require_database(current)
    target = output or Path(f"folkmoot-export-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.zip")
    if target.exists():
        raise Failure(f"There is a {target} already, and an export never takes the place of another file.")
    with house.engine(current) as engine, house.expected_failures():
        if schema.pending(engine):
            raise Failure("The database is of another version. Bring it up to date first, with: folkmoot migrate")
        os.umask(house.UMASK)  # what is made here is nobody else's to read
        with engine.connect().execution_options(reading=True) as connection, connection.begin():
            messages = _write(current, connection, _whose(connection, room, user), target)
    console.hint(f"Wrote {messages} {'message' if messages == 1 else 'messages'} to {target}.")


def _write(current: Settings, connection: Connection, whose: Whose, target: Path) -> int:
    counted = 0

    def watched(lines: Iterable[Line], bar: Bar) -> Iterator[Line]:
        nonlocal counted
        for line in lines:
            if isinstance(line, Saying):
                counted += 1
                bar.advance(1 if line.root is None else 0)
            yield line

    with drafts(target.absolute().parent) as place, bar() as progress:
        source = Export(connection, DiskBlobs(current.data / FILES, 0), whose, now_ms())
        progress.step("Exporting", source.messages())
        draft = place / "export.zip"
        with draft.open("xb") as to:
            for piece in portable.packed(watched(source.lines(), progress), source.contents(), source.blob):
                to.write(piece)
        try:
            publish(draft, target)
        except FileExistsError as taken:
            raise Failure(f"Somebody has made a {target} meanwhile. There is no export.") from taken
    return counted


def _whose(connection: Connection, slug: str | None, username: str | None) -> Whose:
    tx = SqlTransaction(connection, now_ms())
    if username is not None:
        user = find(tx, username)
        return Whose(Extent.PERSON, user.id, user.username)
    if slug is None:
        return Whose(Extent.SERVER)
    room = tx.rooms.by_slug(slug)
    if room is None or room.deleted:
        raise not_found("room")
    return Whose(Extent.ROOM, room.id, room.slug)
