"""``folkmoot restore``: the state of a backup, in the place of what a data directory holds."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from service.app import DATABASE_FILE, now_ms
from service.chat import epochs
from service.chat.deeds import OPERATOR
from service.chat.epochs import Restored
from service.cli import console, house, lock, settings
from service.cli.console import Failure
from service.cli.progress import Bar, bar
from service.config import Settings
from service.storage import replacement, schema, snapshot
from service.storage.archive import COPY_BYTES, ArchiveReader, Manifest, NoBackup
from service.storage.drafts import drafts
from service.storage.engine import open_engine
from service.storage.replacement import CONTENT, Plan
from service.storage.transaction import SqlTransaction

DIRECTORY_MODE = 0o700
UNTOUCHED = "Nothing was touched."

File = Annotated[Path, typer.Argument(metavar="FILE", help="A backup, as folkmoot backup made it.")]


def restore(
    file: File,
    force: Annotated[
        bool, typer.Option("--force", help="Also into a directory that is not empty: what is there is moved aside.")
    ] = False,
    keep_sessions: Annotated[
        bool, typer.Option("--keep-sessions", help="Leave everybody signed in, and invites valid, as they were then.")
    ] = False,
    data: settings.Data = None,
) -> None:
    """Restore a backup into a data directory on which no server runs.

    The backup is read to its end and compared with its digests before anything is touched. Every room gets a new
    epoch: clients begin anew, and none goes on from what was never said. All sessions end, and invites and reset links
    are void, because what was revoked since the backup would be valid again. Look after it whom you had suspended, and
    whose password was changed, since then.

    Examples: folkmoot restore monday.tar --data /srv/chat ; folkmoot restore monday.tar --force
    """
    current = settings.load(data=data)
    with house.expected_failures():
        house.make_directory(current, unfinished=True)
    with lock.hold(current, unfinished=True):
        if (begun := replacement.unfinished(current.data)) is not None:
            _finish(current, begun)
            console.hint(f"A restore into {current.data} had been interrupted. It is finished now.")
            if begun.backup == _name(file):
                return
        try:
            _restore(current, file, force=force, keep_sessions=keep_sessions)
        except NoBackup as wrong:
            raise Failure(f"{wrong} {UNTOUCHED}") from wrong
        except snapshot.Damaged as damage:
            raise Failure(f"The database in {file} can't be used: {damage}. {UNTOUCHED}") from damage


def _restore(current: Settings, file: Path, *, force: bool, keep_sessions: bool) -> None:
    there = replacement.occupants(current.data, (lock.LOCK_FILE,))
    if there and not force:
        raise Failure(
            f"{current.data} is not empty: there is {there[0]}. Name an empty directory, or say --force, and what is "
            f"there is moved aside. {UNTOUCHED}"
        )
    with house.expected_failures(), bar() as watched:
        with ArchiveReader(file) as archive, drafts(current.data) as draft:
            manifest = archive.manifest
            _require_known(manifest, file)
            _extract(archive, draft / CONTENT, watched)
            done = _make_usable(draft / CONTENT / DATABASE_FILE, manifest, watched, keep_sessions)
            plan = replacement.commit(current.data, draft, _name(file), f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        aside = _finish(current, plan)
    _tell(current, manifest, done, aside)


def _require_known(manifest: Manifest, file: Path) -> None:
    if not schema.knows(manifest.revision):
        raise NoBackup(
            f"{file} was made by version {manifest.version}, whose database this version does not know: restore it "
            "with that one, or a newer one."
        )


def _extract(archive: ArchiveReader, content: Path, watched: Bar) -> None:
    """All files, each on the disk and compared with the manifest before the next."""
    content.mkdir(mode=DIRECTORY_MODE)
    watched.step("Reading the backup", archive.manifest.size)
    for name, source in archive.contents(watched.advance):
        path = content / name
        path.parent.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        with path.open("xb") as to:
            shutil.copyfileobj(source, to, COPY_BYTES)
            to.flush()
            os.fsync(to.fileno())


def _make_usable(database: Path, manifest: Manifest, watched: Bar, keep_sessions: bool) -> Restored:
    """The database of this version's schema, from whose state one can go on."""
    watched.step("Checking the database", 0)
    snapshot.require_sound(database)
    if snapshot.revision(database) != manifest.revision:
        raise snapshot.Damaged("its schema is not the one that the manifest names")
    engine = open_engine(f"sqlite:///{database.absolute()}")
    try:
        schema.migrate(engine)
        with engine.begin() as connection:
            tx = SqlTransaction(connection, now_ms())
            return epochs.restored(tx, OPERATOR, manifest.made_at, keep_sessions=keep_sessions)
    finally:
        engine.dispose()


def _finish(current: Settings, plan: Plan) -> Path | None:
    with house.expected_failures():
        return replacement.finish(current.data, plan, (lock.LOCK_FILE,))


def _tell(current: Settings, manifest: Manifest, done: Restored, aside: Path | None) -> None:
    made = datetime.fromtimestamp(manifest.made_at / 1000, UTC)
    console.hint(f"{current.data} is as it was at {made:%Y-%m-%d %H:%M:%S} UTC.")
    console.hint(f"Rooms that begin anew: {done.rooms}. Sessions ended: {done.sessions}. Invites void: {done.invites}.")
    if aside is not None:
        console.hint(f"What was there before is in {aside}; remove it when you do not need it.")
    if not manifest.with_keys:
        console.hint("The backup has no keys: new ones are made at the next start.")


def _name(file: Path) -> str:
    """By what a backup is known again, also under another name."""
    try:
        status = file.stat()
    except OSError:
        return ""
    return f"{status.st_size}-{status.st_mtime_ns}"
