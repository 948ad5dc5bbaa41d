"""What stands on the screen, as far as one may want to speak of it again: which message is whose.

Nothing that was printed can be taken off a terminal, so what is deleted or comes back is told as a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from service.cli.chat import lines
from service.cli.chat.lines import Line

REMEMBERED = 500  # messages

Shape = Mapping[str, Any]


@dataclass(slots=True)
class Shown:
    """A message that was shown."""

    id: str
    seq: int
    author: str
    at: str
    deleted: bool


class Scrollback:
    """The messages that were shown last."""

    def __init__(self) -> None:
        self._shown: dict[str, Shown] = {}
        self._run: tuple[str, str, str] | None = None
        self._run_length = 0

    def messages(self, shapes: Iterable[Shape]) -> list[Line]:
        """Messages that are to be shown."""
        return [self._message(shape) for shape in shapes]

    def event(self, frame: Shape) -> list[Line] | None:
        """The lines of an event about a message; None for one about something else."""
        if frame["type"] == "message.posted":
            self._run = None
            return [self._message(frame["message"])]
        if frame["type"] == "message.deleted":
            return self._deleted(frame)
        if frame["type"] == "message.restored":
            return self._restored(frame)
        if frame["type"] == "message.edited":
            self._show_anew(frame["message"]["id"], frame["message"])
        self._run = None
        return None

    def last_of(self, author: str) -> Shown | None:
        """The latest message of somebody that is there to be spoken of."""
        found = [shown for shown in self._shown.values() if shown.author == author and not shown.deleted]
        return max(found, key=lambda shown: shown.seq, default=None)

    def _message(self, shape: Shape) -> Line:
        author = str(shape["author"]["username"])
        self._shown[shape["id"]] = Shown(shape["id"], shape["seq"], author, shape["at"], "deleted" in shape)
        if len(self._shown) > REMEMBERED:
            del self._shown[min(self._shown, key=lambda id: self._shown[id].seq)]
        return lines.message(shape)

    def _deleted(self, frame: Shape) -> list[Line]:
        self._show_anew(frame["message_id"], frame)
        shown = self._shown.get(frame["message_id"])
        if shown is not None:
            shown.deleted = True
        author, at = (shown.author, shown.at) if shown else ("", None)
        by = str(frame["by"])
        if self._goes_on("deleted", by, author) == 1:
            return [lines.notice(lines.deleted(by, author, at), frame["at"])]
        # A flood is deleted by the hundred: two lines say as much as all of them.
        return [lines.notice(lines.deleted_more(by), frame["at"])] if self._run_length == 2 else []

    def _show_anew(self, id: str, shape: Shape) -> None:
        """Who wrote a message may be called otherwise from now on: they were erased."""
        shown = self._shown.get(id)
        if shown is not None and "author" in shape:
            shown.author = str(shape["author"]["username"])

    def _restored(self, frame: Shape) -> list[Line]:
        line = self._message(frame["message"])
        author = str(frame["message"]["author"]["username"])
        if self._goes_on("restored", "", author) > 1:
            return [line]
        return [lines.notice(f"what {author} said is back:", frame["at"]), line]

    def _goes_on(self, what: str, by: str, author: str) -> int:
        """How many of the same kind have come without anything between them."""
        run = (what, by, author)
        self._run_length = self._run_length + 1 if run == self._run else 1
        self._run = run
        return self._run_length
