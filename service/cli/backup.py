"""``folkmoot backup``: everything in one file, while the server runs."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from service import __version__
from service.app import DATABASE_FILE
from service.cli import console, house, settings
from service.cli.console import Failure
from service.cli.progress import bar
from service.config import Settings
from service.storage import backups, snapshot
from service.storage.archive import Manifest, NoBackup
from service.storage.drafts import drafts, publish

MISSING_TOLD = 5  # ids that are named of files whose content is missing
MIB = 2**20


def backup(
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Where to; without this, ./folkmoot-TIME.tar."),
    ] = None,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Also the keys that sign tokens: whoever has them is everybody.")
    ] = False,
    verify: Annotated[
        Path | None, typer.Option("--verify", metavar="FILE", help="Make none; verify one that was made earlier.")
    ] = None,
    data: settings.Data = None,
) -> None:
    """Write a backup: the database as it is at one moment, and all uploaded files, in one file.

    The server may run, and is not held up. The file gets its name when it is whole and has been read again; whatever
    happens before that, there is none. It holds messages and password hashes: keep it as safe as the server.

    Examples: folkmoot backup --output /backups/monday.tar ; folkmoot backup --verify /backups/monday.tar
    """
    if verify is not None:
        if output is not None or with_keys:
            raise typer.BadParameter("it makes no backup, so nothing else goes with it", param_hint="--verify")
        _verify(verify)
        return
    current = settings.load(data=data)
    house.require_database(current)
    target = output or Path(f"folkmoot-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar")
    if target.exists():
        raise Failure(f"There is a {target} already, and a backup never takes the place of another file.")
    with house.expected_failures():
        os.umask(house.UMASK)  # what is made here is nobody else's to read
        made = _make(current, target, with_keys)
    _tell(target, made.manifest)
    if made.missing:
        named = ", ".join(made.missing[:MISSING_TOLD])
        console.hint(f"The content of {len(made.missing)} files is missing in {current.data}, and here: {named}.")


def _make(current: Settings, target: Path, with_keys: bool) -> backups.Made:
    with drafts(target.absolute().parent) as place, bar() as watched:
        draft, copy = place / "backup.tar", place / DATABASE_FILE
        try:
            with draft.open("xb") as to:
                made = backups.make(current.data, to, copy, __version__, watched, with_keys=with_keys)
            watched.step("Checking the database", 0)
            snapshot.require_sound(copy)
        except snapshot.Damaged as damage:
            raise Failure(f"The database can't be copied: {damage}. There is no backup.") from damage
        try:
            backups.check(draft, watched)
        except NoBackup as unlike:
            raise Failure(f"What was written can't be read again: {unlike} There is no backup.") from unlike
        try:
            publish(draft, target)
        except FileExistsError as taken:
            raise Failure(f"Somebody has made a {target} meanwhile. There is no backup.") from taken
    return made


def _verify(path: Path) -> None:
    with house.expected_failures(), bar() as watched:
        try:
            manifest = backups.check(path, watched)
        except NoBackup as damage:
            raise Failure(str(damage)) from damage
    console.hint(f"{path} is whole.")
    _tell(path, manifest)


def _tell(path: Path, manifest: Manifest) -> None:
    console.say(f"backup={path}")
    console.say(f"made_at={datetime.fromtimestamp(manifest.made_at / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}")
    console.say(f"version={manifest.version}")
    console.say(f"keys={'yes' if manifest.with_keys else 'no'}")
    for name, count in manifest.counts.items():
        console.say(f"{name}={count}")
    console.say(f"mebibytes={manifest.size / MIB:.1f}")
