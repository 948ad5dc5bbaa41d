"""What hangs on messages that are exported: what they said before, reactions, pins, files. How it is shown with a
message is in ``attachments``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select

from service.chat.portable import Attachment, Emoji, Mark, Wording
from service.storage.tables import files, pins, reactions, revisions

Run = Callable[[Select[Any]], Any]
"""Asks the database."""

_BEFORE = select(revisions.c.seq, revisions.c.text, revisions.c.at).order_by(revisions.c.number)
_REACTIONS = select(reactions.c.seq, reactions.c.emoji, reactions.c.user_id, reactions.c.at).order_by(
    reactions.c.at, reactions.c.user_id, reactions.c.emoji
)
_PINS = select(pins.c.seq, pins.c.by_id, pins.c.at)
_FILES = select(
    files.c.seq, files.c.uid, files.c.name, files.c.type, files.c.size, files.c.digest, files.c.gone_at
).order_by(files.c.position)


class Hung:
    """What hangs on some messages, by their seqs."""

    def __init__(self, run: Run, names: Mapping[int, str], room_id: int, seqs: Sequence[int]) -> None:
        self.before: dict[int, list[Wording]] = {}
        self.reactions: dict[int, list[Emoji]] = {}
        self.pins: dict[int, Mark] = {}
        self.files: dict[int, list[Attachment]] = {}
        for row in run(_of(_BEFORE, revisions, room_id, seqs)):
            self.before.setdefault(row.seq, []).append(Wording(row.text, row.at))
        for row in run(_of(_REACTIONS, reactions, room_id, seqs)):
            self.reactions.setdefault(row.seq, []).append(Emoji(row.emoji, names[row.user_id], row.at))
        for row in run(_of(_PINS, pins, room_id, seqs)):
            self.pins[row.seq] = Mark(names[row.by_id], row.at)
        for row in run(_of(_FILES, files, room_id, seqs)):
            digest = bytes(row.digest).hex() if row.gone_at is None else None
            self.files.setdefault(row.seq, []).append(Attachment(row.uid, row.name, row.type, row.size, digest))


def _of(wanted: Select[Any], table: Any, room_id: int, seqs: Sequence[int]) -> Select[Any]:
    return wanted.where(table.c.room_id == room_id, table.c.seq.in_(seqs))
