"""The names of files: what people's programs call them, made safe to show, to save and to put into a header.

A name is never a path of ours (blobs have names of their own), and never refused: whatever somebody's machine calls
their holiday picture, it can be uploaded.
"""

from __future__ import annotations

import re
import unicodedata

NAME_BYTES_MAX = 255  # in UTF-8, as most file systems have it
RAW_MAX = 1_024  # characters that are looked at: normalising is quadratic in combining marks
EXTENSION_MAX = 16  # characters kept of an extension when a name is cut
NAMELESS = "file"

_SEPARATORS = re.compile(r"[/\\]")
_SPACES = re.compile(r"\s+")
_JOINERS = "\u200c\u200d"  # invisible, but letters of Persian and of emoji
# Control and format characters (those that turn the direction of writing are among them, so that "gpj.exe" reversed is
# no picture), surrogates, private and unassigned ones, and the separators of lines.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(raw: str) -> str:
    """The name as it is kept: NFC, one line, no path, nothing unseen, and short enough for every file system."""
    text = unicodedata.normalize("NFC", _cut(raw))
    text = _SPACES.sub(" ", "".join(char for char in text if char.isspace() or _is_seen(char)))
    # Leading dots hide a file or climb out of a folder; trailing ones are dropped by Windows, and an extension appears.
    text = _SEPARATORS.split(text)[-1].lstrip(". ").rstrip(". ")
    return _fit(text) or NAMELESS


def extension(name: str) -> str:
    """What stands behind the last dot, in lower case; empty if there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def _cut(raw: str) -> str:
    """The two ends of what is far too long: the extension says what it is."""
    return raw if len(raw) <= RAW_MAX else raw[: RAW_MAX - EXTENSION_MAX] + raw[-EXTENSION_MAX:]


def _is_seen(char: str) -> bool:
    return char in _JOINERS or unicodedata.category(char) not in _UNSEEN


def _fit(text: str) -> str:
    if len(text.encode()) <= NAME_BYTES_MAX:
        return text
    stem, dot, tail = text.rpartition(".")
    if not dot or len(tail) > EXTENSION_MAX:
        stem, tail = text, ""
    else:
        tail = dot + tail
    room = NAME_BYTES_MAX - len(tail.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip() + tail
