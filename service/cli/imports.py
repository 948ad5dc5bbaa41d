"""``folkmoot import``: an export, into a server."""

from __future__ import annotations

import hashlib
import secrets
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self

import typer

from service.app import FILES, now_ms
from service.chat import filenames
from service.chat.deeds import OPERATOR, Deed, What
from service.chat.errors import Refusal
from service.chat.filetypes import BYTES, PICTURES, Reading
from service.chat.ids import new_uid
from service.chat.portable import Attachment
from service.chat.records import File
from service.chat.stores.files import NoRoom, Picture
from service.chat.uploads import KEY_BYTES, THUMBNAIL_MARK
from service.cli import console, house, lock, settings
from service.cli.console import Failure
from service.cli.progress import Bar, bar
from service.config import Settings
from service.storage import schema
from service.storage.blobs import DiskBlobs
from service.storage.import_room import Imported, Unfit
from service.storage.imports import Brought, Conflicts, Import
from service.storage.pictures import WorkerPictures
from service.storage.transaction import SqlTransaction
from service.text import marks
from service.text.markdown import html
from service.wire import portable
from service.wire.portable import BadLine

KNOWN_TOLD = 10  # names of users who are here already

Source = Annotated[Path, typer.Argument(metavar="FILE", help="An export, as folkmoot export made it.")]


def import_(
    file: Source,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come, and change nothing.")] = False,
    data: settings.Data = None,
) -> None:
    """Import an export of a server or of a room, while no server runs on the data directory.

    People are known by their usernames: what bob said is bob's here, if there is a bob; else he gets an account, and
    no password (folkmoot user password bob). Rooms must be new: where a slug is taken, nothing is imported, and so a
    file is never imported twice. All of it comes, or nothing.

    Examples: folkmoot import lobby.zip --dry-run ; folkmoot import all.zip --data /srv/chat
    """
    current = settings.load(data=data)
    with lock.hold(current), house.engine(current) as engine, house.expected_failures():
        schema.migrate(engine)
        with _Package(file, current, dry_run) as package, bar() as watched, engine.connect() as connection:
            try:
                imported = _take(SqlTransaction(connection, now_ms()), package, watched)
            except Conflicts as conflicts:
                raise Failure("\n  ".join(["Nothing was imported, for it does not fit:", *conflicts.found])) from None
            if dry_run:
                connection.rollback()
            else:
                connection.commit()
                package.keep()
    if dry_run:
        console.hint("Nothing was imported: this is what would be.")
    _tell(imported)


def _take(tx: SqlTransaction, package: _Package, watched: Bar) -> Imported:
    incoming = Import(tx, _html, package.bring)
    watched.step("Importing", package.size)
    number = 0
    try:
        for number, raw in enumerate(package.lines(), 1):  # noqa: B007 - told where it ended
            incoming.take(portable.decode(raw))
            watched.advance(len(raw))
    except (Unfit, BadLine, Refusal) as wrong:
        raise Failure(f"Nothing was imported: line {number} can't be, for {_told(wrong)}.") from wrong
    try:
        imported = incoming.end()
    except Unfit as cut:
        raise Failure(f"Nothing was imported. {cut}") from cut
    detail = {"users": imported.users, "rooms": imported.rooms, "messages": imported.messages}
    Deed(OPERATOR, What.IMPORTED, OPERATOR.server_rank).done(tx, **detail)
    return imported


class _Package:
    """The file, and what of it was put into the store of files: that goes again, unless it is kept."""

    def __init__(self, path: Path, current: Settings, dry_run: bool) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            self.size = self._zip.getinfo(portable.NDJSON).file_size
        except (zipfile.BadZipFile, KeyError) as error:
            raise Failure(f"{path} is no export of Folkmoot, or not a whole one.") from error
        self._blobs = DiskBlobs(current.data / FILES, 0)
        self._pictures = WorkerPictures()
        self._dry_run = dry_run
        self._written: list[str] = []
        self._names = set(self._zip.namelist())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._zip.close()
        self._pictures.stop()
        for key in self._written:
            self._blobs.delete(key)

    def keep(self) -> None:
        """All of it stays."""
        self._written.clear()

    def lines(self) -> Iterator[bytes]:
        """The lines of the export."""
        try:
            with self._zip.open(portable.NDJSON) as source:
                while line := source.readline(portable.LINE_BYTES_MAX):
                    yield line
        except (zipfile.BadZipFile, zlib.error, EOFError) as damage:
            raise Unfit(f"the file is damaged there ({damage})") from damage

    def bring(self, attachment: Attachment) -> Brought | None:
        """Keep the content of a file. Of what is said of it only the digest counts: everything else is found out as for
        an upload."""
        name = f"{portable.FILES}/{attachment.id}"
        if attachment.sha256 is None or name not in self._names:
            return None
        key, reading = secrets.token_hex(KEY_BYTES), Reading()
        if self._zip.getinfo(name).file_size != attachment.size:  # so much is read of it, and no more
            raise Unfit(f"the content of {attachment.id} is not as long as what was exported")
        digest, size = self._copy(name, key, reading)
        if digest.hex() != attachment.sha256:
            raise Unfit(f"the content of {attachment.id} is not what was exported")
        called = filenames.clean(attachment.name)
        type_ = reading.type(called, attachment.type)
        file = File(new_uid("f", now_ms()), called, type_, size)
        if type_ not in PICTURES or self._dry_run:
            return Brought(file, key, digest, 0)
        picture = self._pictures.look(type_, lambda: self._blobs.open(key), size)
        if picture is None:
            return Brought(replace(file, type=BYTES), key, digest, 0)
        return self._with_thumbnail(replace(file, width=picture.width, height=picture.height), key, digest, picture)

    def _copy(self, name: str, key: str, reading: Reading) -> tuple[bytes, int]:
        hashed, size = hashlib.sha256(), 0
        draft = None if self._dry_run else self._blobs.create(key)
        try:
            with self._zip.open(name) as source:
                while piece := source.read(portable.COPY_BYTES):
                    hashed.update(piece)
                    reading.feed(piece)
                    size += len(piece)
                    if draft is not None:
                        draft.write(piece)
            if draft is not None:
                self._written.append(key)
                draft.keep()
        except (zipfile.BadZipFile, zlib.error, EOFError) as damage:
            raise Unfit(f"its file is damaged ({damage})") from damage
        except NoRoom as full:
            raise Failure("Nothing was imported: there is no room for its files.") from full
        finally:
            if draft is not None:
                draft.discard()
        return hashed.digest(), size

    def _with_thumbnail(self, file: File, key: str, digest: bytes, picture: Picture) -> Brought:
        if picture.thumbnail is None:
            return Brought(file, key, digest, 0)
        draft = self._blobs.create(key + THUMBNAIL_MARK)
        try:
            draft.write(picture.thumbnail)
            self._written.append(key + THUMBNAIL_MARK)
            draft.keep()
        finally:
            draft.discard()
        return Brought(replace(file, thumbnail=picture.thumbnail_size), key, digest, len(picture.thumbnail))


def _html(text: str) -> str | None:
    if not marks.marked(text):
        return None
    try:
        return html(text)
    except Exception:  # whatever it is: the message is shown as it was typed
        return None


def _told(wrong: Exception) -> str:
    return str(wrong).rstrip(".")


def _tell(imported: Imported) -> None:
    for name in ("rooms", "messages", "files", "users", "members"):
        console.say(f"{name}={getattr(imported, name)}")
    if imported.known:
        more = f" and {len(imported.known) - KNOWN_TOLD} more" if len(imported.known) > KNOWN_TOLD else ""
        console.hint(f"Users who are here already: {', '.join(imported.known[:KNOWN_TOLD])}{more}.")
    if imported.left_out:
        console.hint(f"Memberships left out, of people who may not enter that room here: {imported.left_out}.")
    if imported.missing:
        console.hint(f"Files left out, whose content is not in the export: {imported.missing}.")
