"""The bytes of files, on their way in and out.

They pass through piece by piece, on a few threads of their own: disks are slow, and the event loop waits for none. The
content is on the disk before its row is in the database, so that a row never promises what is not there; what is left
when something fails in between belongs to nobody and is collected by ``orphans``.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO, TypeVar

from service.chat.door import Door
from service.chat.errors import Code, Refusal, Why, invalid, not_found
from service.chat.files import AddFile, MayUpload, Quota, SeeFile
from service.chat.filetypes import BYTES, PICTURES, Reading
from service.chat.ids import new_uid
from service.chat.ports import Clock
from service.chat.records import Credential, File, StoredFile
from service.chat.stores.files import BlobMissing, Blobs, Draft, NoRoom, Picture, Pictures

T = TypeVar("T")

THREADS = 4  # that read and write blobs
PIECE_BYTES = 262_144  # written at once
SENT_BYTES = 65_536  # read, and sent, at once
KEY_BYTES = 16  # of chance, in a blob's key
THUMBNAIL_MARK = "t"  # behind a file's key: the key of its thumbnail
PER_USER = 4  # uploads of one user at once
RETRY_SECONDS = 5.0  # by then another upload may have ended
FULL_RETRY_SECONDS = 60.0  # by then somebody may have made room on the disk

log = logging.getLogger("folkmoot.files")


@dataclass(frozen=True, slots=True)
class Announced:
    """What is said of an upload before its content comes. ``name`` is clean; ``type`` is what its bringer claims;
    ``size`` in bytes, 0 if it was not said."""

    room: str
    name: str
    type: str | None
    size: int


class Uploads:
    """Takes files in, and hands them out. ``at_once`` bounds the uploads of all users together."""

    def __init__(self, door: Door, blobs: Blobs, pictures: Pictures, quota: Quota, now: Clock, *, at_once: int) -> None:
        self.quota = quota
        self._door = door
        self._blobs = blobs
        self._pictures = pictures
        self._now = now
        self._at_once = at_once
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="files")
        # One, for there is one process that looks at pictures; and its own, lest a difficult one holds up downloads.
        self._looking = ThreadPoolExecutor(1, thread_name_prefix="pictures")
        self._under_way: Counter[str] = Counter()

    async def start(self) -> None:
        """Clear away what an earlier process did not finish."""
        left = await self._run(self._blobs.tidy)
        if left:
            log.info("unfinished uploads removed", extra={"files": left})

    def stop(self) -> None:
        """Let go of the threads; what is under way is not kept."""
        self._looking.shutdown(wait=True, cancel_futures=True)
        self._threads.shutdown(wait=True)  # with what is still to be removed

    async def receive(self, credential: Credential, announced: Announced, chunks: AsyncIterator[bytes]) -> File:
        """Take a file in. What may not be uploaded is refused before its content is read."""
        may = MayUpload(announced.room, max(announced.size, 1), self.quota)
        await self._door.ask(credential, may)
        with self._place(credential.user_uid):
            key = secrets.token_hex(KEY_BYTES)
            try:
                return await self._keep(credential, announced, key, chunks)
            except NoRoom as full:
                raise _full() from full

    async def see(self, credential: Credential, id: str) -> StoredFile:
        """A file that somebody may read."""
        return await self._door.ask(credential, SeeFile(id))

    async def open(self, stored: StoredFile, start: int, *, thumbnail: bool) -> Content:
        """Its content, or its thumbnail's, from an offset on; whoever opens it closes it."""
        key = stored.key + THUMBNAIL_MARK if thumbnail else stored.key
        try:
            blob = await self._run(lambda: self._blobs.open(key, start))
        except BlobMissing:
            log.error("a file's content is missing", extra={"file": stored.file.id})
            raise not_found("file") from None
        return Content(blob, self._run)

    async def _keep(self, credential: Credential, announced: Announced, key: str, chunks: AsyncIterator[bytes]) -> File:
        draft = await self._run(lambda: self._blobs.create(key))
        kept = False
        try:
            intake = _Intake(draft, self.quota.file_bytes)
            async for piece in _pieces_of(chunks):
                await self._run(partial(intake.take, piece))
            if not intake.size:
                raise invalid("file", "there is nothing in it")
            await self._run(draft.keep)
            file, thumbnail = await self._run(lambda: self._described(announced, key, intake), self._looking)
            add = AddFile(announced.room, file, key, intake.digest, thumbnail, self.quota)
            added = await self._door.do(credential, add, counted=True)
            kept = True
            return added
        finally:
            if not kept:  # perhaps because the task was cancelled, which must not wait then
                with suppress(RuntimeError):  # the server is stopping: the next one tidies up
                    self._threads.submit(self._drop, draft, key)

    def _described(self, announced: Announced, key: str, intake: _Intake) -> tuple[File, int]:
        """The file as it is shown, and how many bytes its thumbnail has. A picture that can't be read as one within
        the bounds is no picture to anybody: it is saved, and not shown."""
        type = intake.reading.type(announced.name, announced.type)
        file = File(new_uid("f", self._now()), announced.name, type, intake.size)
        if type not in PICTURES:
            return file, 0
        picture = self._pictures.look(type, lambda: self._blobs.open(key), intake.size)
        if picture is None:
            return replace(file, type=BYTES), 0
        file = replace(file, width=picture.width, height=picture.height)
        return (file, 0) if picture.thumbnail is None else self._with_thumbnail(file, key, picture)

    def _with_thumbnail(self, file: File, key: str, picture: Picture) -> tuple[File, int]:
        content = picture.thumbnail or b""
        draft = self._blobs.create(key + THUMBNAIL_MARK)
        try:
            draft.write(content)
            draft.keep()
        finally:
            draft.discard()
        return replace(file, thumbnail=picture.thumbnail_size), len(content)

    def _drop(self, draft: Draft, key: str) -> None:
        try:
            draft.discard()
            self._blobs.delete(key)
            self._blobs.delete(key + THUMBNAIL_MARK)
        except OSError:  # what is left is an orphan
            log.warning("an upload that was not kept could not be removed", exc_info=True)

    @contextmanager
    def _place(self, user_uid: str) -> Iterator[None]:
        """One of the places for uploads: each holds a file open, and may wait for a slow line."""
        if self._under_way[user_uid] >= PER_USER:
            text = f"{PER_USER} uploads of yours are under way; wait until one has ended."
            raise Refusal(Code.RATE_LIMITED, text, why=Why("uploads_at_once"), retry_after=RETRY_SECONDS)
        if self._under_way.total() >= self._at_once:
            text = "Too many people are uploading right now. Try again in a moment."
            raise Refusal(Code.UNAVAILABLE, text, retry_after=RETRY_SECONDS)
        self._under_way[user_uid] += 1
        try:
            yield
        finally:
            self._under_way[user_uid] -= 1
            if not self._under_way[user_uid]:
                del self._under_way[user_uid]

    async def _run(self, work: Callable[[], T], threads: Executor | None = None) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(threads or self._threads, work)
        except RuntimeError as stopped:
            raise Refusal(Code.UNAVAILABLE, "The server is stopping.", retry_after=RETRY_SECONDS) from stopped


class Content:
    """A blob that is being read."""

    def __init__(self, blob: BinaryIO, run: Callable[[Callable[[], bytes]], Awaitable[bytes]]) -> None:
        self._blob = blob
        self._run = run

    async def pieces(self, length: int) -> AsyncIterator[bytes]:
        """So many bytes of it, piece by piece."""
        while length > 0:
            piece = await self._run(partial(self._blob.read, min(length, SENT_BYTES)))
            if not piece:
                return
            length -= len(piece)
            yield piece

    def close(self) -> None:
        """Let go of it."""
        self._blob.close()


class _Intake:
    """One file on its way to the disk, piece by piece, on a thread."""

    def __init__(self, draft: Draft, most: int) -> None:
        self.size = 0
        self.reading = Reading()
        self._draft = draft
        self._most = most
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> bytes:
        """The SHA-256 of all that came."""
        return self._hash.digest()

    def take(self, piece: bytes) -> None:
        """The next piece."""
        self.size += len(piece)
        if self.size > self._most:
            raise Refusal(Code.TOO_LARGE, f"A file has at most {self._most:,} bytes.")
        self.reading.feed(piece)
        self._hash.update(piece)
        self._draft.write(piece)


async def _pieces_of(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What comes in small chunks, in pieces that are worth a way to the disk."""
    piece = bytearray()
    async for chunk in chunks:
        piece += chunk
        if len(piece) >= PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def _full() -> Refusal:
    text = "The server has no room for files right now. Nothing was stored; try again later."
    return Refusal(Code.UNAVAILABLE, text, retry_after=FULL_RETRY_SECONDS)
