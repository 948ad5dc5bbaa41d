"""Parts of a file, and whether the asker has it already (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.datastructures import Headers

_RANGE = re.compile(r"bytes=\s*(\d{0,15})-(\d{0,15})\s*\Z", re.IGNORECASE)
_TAG = re.compile(r'(?:W/)?("[^"]*")')


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from ``start`` on, ``length`` of them."""

    start: int
    length: int

    def content_range(self, size: int) -> str:
        """How an answer says which part it is."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{size}"


class Unsatisfiable(Exception):
    """The range asked for lies behind the end."""


def has_it(headers: Headers, tag: str) -> bool:
    """Whether the asker holds the content of that entity tag already."""
    brought = headers.get("if-none-match", "")
    return brought.strip() == "*" or tag in _TAG.findall(brought)


def asked(headers: Headers, size: int, tag: str) -> Span | None:
    """The part that is asked for; None for all of it. More than one range at once, and what can't be read, is answered
    with all, as the rules allow; so is a part of something else than is here now."""
    match = _RANGE.match(headers.get("range", ""))
    if match is None or headers.get("if-range", tag).strip() != tag:
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:
        length = min(int(last), size)
        if not length:
            raise Unsatisfiable
        return Span(size - length, length)
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Span(start, end - start + 1)
