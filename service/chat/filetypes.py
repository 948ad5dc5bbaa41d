"""What a file is: told by its content, and believed only where its name and whoever brought it say the same.

A browser that is told a wrong type may run what it should show. So the list is short, everything else is bytes to be
saved, and what could hold a script (HTML, SVG, XML) is not on it.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass

from service.chat import filenames

BYTES = "application/octet-stream"  # of which nothing is said, and which is only ever saved
HEAD_BYTES = 64  # from the beginning of a file: enough for every signature below
TEXT = "text/plain"

_MP4_BRANDS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"M4V ", b"MSNV")
_MP3_FRAMES = (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")


@dataclass(frozen=True, slots=True)
class Kind:
    """One type: how its content begins, which extensions it has, and what else it is called by those who bring it."""

    type: str
    begins: Callable[[bytes], bool]
    extensions: frozenset[str]
    also: frozenset[str] = frozenset()
    shown: bool = True
    """Whether a page may show it in its place; if not, it is saved."""


def _kind(type: str, begins: Callable[[bytes], bool], extensions: str, also: str = "", *, shown: bool = True) -> Kind:
    return Kind(type, begins, frozenset(extensions.split()), frozenset(also.split()), shown)


def _starts(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(signatures)


KINDS = (
    _kind("image/png", _starts(b"\x89PNG\r\n\x1a\n"), "png", "image/x-png"),
    _kind("image/jpeg", _starts(b"\xff\xd8\xff"), "jpg jpeg jpe jfif", "image/jpg image/pjpeg"),
    _kind("image/gif", _starts(b"GIF87a", b"GIF89a"), "gif"),
    _kind("image/webp", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", "webp"),
    _kind("video/mp4", lambda head: head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS, "mp4 m4v", "video/x-m4v"),
    _kind("video/webm", lambda head: head[:4] == b"\x1a\x45\xdf\xa3" and b"webm" in head, "webm", "audio/webm"),
    _kind("audio/mpeg", _starts(*_MP3_FRAMES), "mp3", "audio/mp3"),
    _kind("audio/ogg", _starts(b"OggS"), "ogg oga opus", "video/ogg application/ogg audio/opus"),
    _kind("application/pdf", _starts(b"%PDF-"), "pdf", shown=False),
    _kind(
        "application/zip",
        _starts(b"PK\x03\x04", b"PK\x05\x06"),
        "zip",
        "application/x-zip-compressed",
        shown=False,
    ),
)
PLAIN = Kind(TEXT, lambda head: True, frozenset({"txt", "text", "log"}), shown=False)
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
SHOWN = frozenset(kind.type for kind in KINDS if kind.shown)


class Reading:
    """A file's content as it comes in: what has to be known of it to tell its type."""

    def __init__(self) -> None:
        self.head = b""
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._is_text = True

    def feed(self, chunk: bytes) -> None:
        """The next piece."""
        if len(self.head) < HEAD_BYTES:
            self.head += chunk[: HEAD_BYTES - len(self.head)]
        if self._is_text:
            self._read(chunk, final=False)

    def type(self, name: str, claimed: str | None) -> str:
        """The type, when all has been read: that of the content, if the extension and the claim say the same. Who
        claims nothing does not contradict; who claims that it is but bytes is believed."""
        self._read(b"", final=True)
        kind = next((kind for kind in KINDS if kind.begins(self.head)), PLAIN if self._is_text else None)
        if kind is None or filenames.extension(name) not in kind.extensions:
            return BYTES
        claim = None if claimed is None else claimed.partition(";")[0].strip().lower()
        return kind.type if claim is None or claim == kind.type or claim in kind.also else BYTES

    def _read(self, chunk: bytes, *, final: bool) -> None:
        try:
            self._decode(chunk, final)
        except UnicodeDecodeError:
            self._is_text = False
        if b"\0" in chunk:
            self._is_text = False
