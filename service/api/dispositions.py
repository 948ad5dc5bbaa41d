"""``Content-Disposition``: what a file is called, on its way in and out (RFC 6266, RFC 8187)."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

from service.chat.errors import invalid

_EXTENDED = re.compile(r"(?:^|;)\s*filename\*\s*=\s*utf-8'[^';\s]*'([^;\s]+)", re.IGNORECASE)
_QUOTED = re.compile(r'(?:^|;)\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_BARE = re.compile(r'(?:^|;)\s*filename\s*=\s*([^";\s]+)', re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")
_UNSAFE = re.compile(r'[^\x20-\x7e]|["\\%]')  # what old readers of a quoted name get wrong
_ATTR_CHAR = "!#$&+-.^_`|~"  # beside letters and digits: what RFC 8187 leaves as it is


def name_in(header: str) -> str | None:
    """The file's name in a header; the extended form goes before the plain one, which can't say everything."""
    extended = _EXTENDED.search(header)
    if extended is not None:
        try:
            return unquote_to_bytes(extended[1]).decode()
        except UnicodeDecodeError:
            raise invalid("name", "spell the file's name in UTF-8") from None
    quoted = _QUOTED.search(header)
    if quoted is not None:
        return _ESCAPED.sub(r"\1", quoted[1])
    bare = _BARE.search(header)
    return None if bare is None else bare[1]


def disposition(name: str, *, shown: bool) -> str:
    """The header of an answer: ``shown`` in a page, or saved; under a name that is safe between quotes, and the whole
    one beside it where that is another."""
    plain = _UNSAFE.sub("_", name)
    header = f'{"inline" if shown else "attachment"}; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe=_ATTR_CHAR)}"
