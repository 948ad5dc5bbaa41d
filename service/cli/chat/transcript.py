"""How lines look: each :class:`Line` as styled pieces of text. Whatever is shown passes here, and is made printable."""

from __future__ import annotations

import zlib
from datetime import date, tzinfo
from typing import TypeAlias

from service.cli.chat import printable
from service.cli.chat.lines import Kind, Line

Pieces: TypeAlias = list[tuple[str, str]]
"""Text with the name of its style, as the terminal library takes it."""

_PEOPLE = ("ansicyan", "ansigreen", "ansimagenta", "ansiblue", "ansiyellow")  # colours for names
STYLES = {
    "time": "ansibrightblack",
    "notice": "ansibrightblack",
    "warning": "ansired",
    "day": "ansibrightblack",
    "me": "bold",
    "state": "noreverse ansibrightblack",
    **{f"person{n}": colour for n, colour in enumerate(_PEOPLE)},
}

_MARKS = {Kind.NOTICE: "* ", Kind.WARNING: "! ", Kind.PLAIN: "  "}
_CLASSES = {Kind.NOTICE: "class:notice", Kind.WARNING: "class:warning", Kind.PLAIN: ""}


class Transcript:
    """The lines of one screen, in the order in which they come. ``zone`` is the reader's (None: this machine's)."""

    def __init__(self, zone: tzinfo | None = None) -> None:
        self._zone = zone
        self._day: date | None = None

    def render(self, line: Line, me: str) -> list[Pieces]:
        """What to print for ``line``: itself, and a heading where a new day begins."""
        printed: list[Pieces] = []
        if line.at is not None:
            at = line.at.astimezone(self._zone)
            if at.date() != self._day:
                self._day = at.date()
                printed.append([("class:day", f"--- {at:%A, %d %B %Y} ---")])
            start: Pieces = [("class:time", f"{at:%H:%M} ")]
        else:
            start = []
        return [*printed, start + _body(line, me)]


def _body(line: Line, me: str) -> Pieces:
    if line.kind is not Kind.MESSAGE:
        return [(_CLASSES[line.kind], _MARKS[line.kind] + printable.one_line(line.text))]
    style = "class:me" if line.who == me else f"class:person{zlib.crc32(line.who.encode()) % len(_PEOPLE)}"
    return [(style, printable.one_line(line.who)), ("", ": " + printable.lines(line.text))]


def plain(pieces: Pieces) -> str:
    """The text alone."""
    return "".join(text for _, text in pieces)
