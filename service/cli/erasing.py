"""Erasing a person from the command line: done here to its end, also while a server runs, which then helps."""

from __future__ import annotations

from service.app import FILES, now_ms
from service.chat.deeds import OPERATOR
from service.chat.erasing import Erasing
from service.chat.erasures import EraseUser
from service.chat.orphans import Orphans
from service.chat.stores.erasures import Erasure
from service.cli import house, lock, progress
from service.cli.console import Failure
from service.cli.house import House
from service.config import Settings
from service.storage.blobs import DiskBlobs
from service.storage.search import file


def erase(current: Settings, command: EraseUser) -> Erasure:
    """Carry it out. What it did not come to is done when a server runs."""

    async def work(at: House) -> Erasure:
        begun = await at.database.write(lambda tx: command.apply(tx, OPERATOR))
        blobs = DiskBlobs(current.data / FILES, current.disk_bytes_spared)
        erasing = Erasing(at.database, Orphans(at.database, blobs, now_ms), at.database.shed)
        with progress.bar() as bar:
            bar.step("Erasing", begun.whole)
            last = begun

            def advance(now: Erasure) -> None:
                nonlocal last
                bar.advance(now.looked - last.looked)
                last = now

            return await erasing.carry_out(begun.uid, advance)

    erased = house.visit(current, work)
    _forget_words(current)
    return erased


def _forget_words(current: Settings) -> None:
    """A server lets its search index follow; without one it is thrown away, and built anew at the next start."""
    try:
        held = lock.hold(current)
    except Failure:
        return
    with held, house.expected_failures():
        file.throw_away(current.data / file.SEARCH_FILE)
