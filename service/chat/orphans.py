"""Files that nobody needs any more: found, and removed, with a day's grace.

Those are files that were uploaded and never stood in a message, those whose message or room was deleted (a deletion can
be undone for a quarter of an hour), blobs that no row knows, which an accident leaves between the one and the other,
and rows whose blob is missing. A row that stands in a message is never removed for that: a backup may bring the blob
back, and meanwhile the operator has to hear of it.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from service.chat.ports import Clock, Database
from service.chat.records import StoredFile
from service.chat.stores.files import SHARD_CHARS, Blobs
from service.chat.uploads import THUMBNAIL_MARK

GRACE_MS = 86_400_000
AT_ONCE = 500  # rows changed or looked at in one transaction
TOLD_MAX = 20  # ids in one line of the log

log = logging.getLogger("folkmoot.files")


@dataclass(slots=True)
class Collected:
    """What was found: files that never stood in a message, those of deleted messages, blobs that were removed, and
    files in messages whose content is missing."""

    waiting: int = 0
    deleted: int = 0
    blobs: int = 0
    missing: int = 0


class Orphans:
    """Goes through all rows and all blobs, a part at a time, so that neither the writer nor the disk is held up."""

    def __init__(self, database: Database, blobs: Blobs, now: Clock) -> None:
        self._database = database
        self._blobs = blobs
        self._now = now

    async def collect(self) -> Collected:
        """Once through all."""
        found = Collected()
        before = self._now() - GRACE_MS
        await self._drop_waiting(before, found)
        await self._give_up_deleted(before, found)
        # A database that knows no file at all is more likely another one than the one that these blobs belong to.
        known = await self._database.read(lambda tx: tx.files.any())
        for number in range(16**SHARD_CHARS):
            await self._compare(f"{number:0{SHARD_CHARS}x}", before if known else 0, found)
        if found.waiting or found.deleted or found.blobs:
            counts = {"waiting": found.waiting, "deleted": found.deleted, "blobs": found.blobs}
            log.info("files that nobody needs were removed", extra=counts)
        return found

    async def _drop_waiting(self, before: int, found: Collected) -> None:
        dropped = AT_ONCE
        while dropped == AT_ONCE:
            dropped = await self._database.write(lambda tx: tx.files.drop_waiting(before, AT_ONCE))
            found.waiting += dropped

    async def _give_up_deleted(self, before: int, found: Collected) -> None:
        after: int | None = 0
        while after is not None:
            behind = after
            uids, after = await self._database.read(lambda tx, behind=behind: tx.files.deleted(before, behind, AT_ONCE))  # type: ignore[misc]
            if uids:
                await self._database.write(lambda tx, uids=uids: tx.files.give_up(uids))  # type: ignore[misc]
                found.deleted += len(uids)

    async def _compare(self, shard: str, before: int, found: Collected) -> None:
        """Rows first: whoever uploads meanwhile keeps the blob before its row is written."""
        rows = await self._database.read(lambda tx: tx.files.kept(shard))
        blobs = await asyncio.to_thread(lambda: list(self._blobs.keys(shard)))
        strange = {key: at for key, at in blobs if key.removesuffix(THUMBNAIL_MARK) not in rows}
        if strange:
            found.blobs += await self._remove(strange, before)
        there = {key for key, _ in blobs}
        missing = [stored for key, stored in rows.items() if key not in there]
        if missing:
            await self._miss(missing, found)

    async def _remove(self, strange: dict[str, int], before: int) -> int:
        """Blobs of files that were given up, at once; those that no row knows, after the grace."""
        bases = sorted({key.removesuffix(THUMBNAIL_MARK) for key in strange})
        given_up = await self._database.read(lambda tx: tx.files.given_up(bases))
        removed = [key for key, at in strange.items() if at < before or key.removesuffix(THUMBNAIL_MARK) in given_up]
        for key in removed:
            await asyncio.to_thread(self._blobs.delete, key)
        return len(removed)

    async def _miss(self, missing: list[StoredFile], found: Collected) -> None:
        for stored in missing:
            if stored.seq is None:
                await self._database.write(lambda tx, uid=stored.file.id: tx.files.forget(uid))  # type: ignore[misc]
                found.waiting += 1
        posted = [stored.file.id for stored in missing if stored.seq is not None]
        found.missing += len(posted)
        if posted:
            log.error("the content of files is missing", extra={"count": len(posted), "files": posted[:TOLD_MAX]})
