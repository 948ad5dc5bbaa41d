"""An export as a file: a zip with ``export.ndjson``, a JSON object with a ``type`` on each line, and the contents of
uploaded files under ``files/`` and their ids. Written as it is read, so that neither the memory nor the disk of who
exports has to hold it.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import IO, Any, BinaryIO, cast

import msgspec

from service.chat.portable import LINES, Content, Line
from service.wire import times

NDJSON = "export.ndjson"
FILES = "files"
LINE_BYTES_MAX = 16_777_216  # a message of 4,000 characters, its revisions and its reactions have far fewer
COPY_BYTES = 262_144
CHUNK_BYTES = 65_536  # handed on at once, at least

_TYPES = {name: line for line, name in LINES.items()}
_TIMES = frozenset({"at", "created_at", "joined_at", "edited_at", "used_at", "ended_at", "until"})


class BadLine(Exception):
    """A line that can't be read; the text says what is wrong with it, without repeating it."""


def encode(line: Line) -> bytes:
    """One line, with its end. What is absent, or empty, is left out."""
    shape = {"type": LINES[type(line)], **_outwards(asdict(line))}
    return json.dumps(shape, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode(raw: bytes) -> Line:
    """The line that was written so; what a newer version adds to one is passed over."""
    try:
        shape = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadLine("it is not JSON") from error
    if not isinstance(shape, dict) or not isinstance(shape.get("type"), str) or shape["type"] not in _TYPES:
        raise BadLine("it is of no type that is known")
    try:
        return msgspec.convert(_inwards(shape), _TYPES[shape["type"]])
    except (msgspec.ValidationError, RecursionError) as error:
        raise BadLine(str(error)) from error


def packed(
    lines: Iterable[Line], contents: Iterable[Content], blob: Callable[[str], BinaryIO | None]
) -> Iterator[bytes]:
    """The export, piece by piece, as long as somebody asks for the next one. ``blob`` opens a file's content, if it is
    there."""
    sink = _Sink()
    with zipfile.ZipFile(cast(IO[bytes], sink), "w") as pack:
        with pack.open(_info(NDJSON, zipfile.ZIP_DEFLATED), "w", force_zip64=True) as to:
            for line in lines:
                to.write(encode(line))
                yield from sink.taken()
        for content in contents:
            opened = blob(content.key)
            if opened is None:
                continue
            with opened as source, pack.open(_info(f"{FILES}/{content.id}"), "w", force_zip64=True) as to:
                while piece := source.read(COPY_BYTES):
                    to.write(piece)
                    yield from sink.taken()
    yield from sink.taken(1)


def _info(name: str, how: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    info.compress_type = how
    info.external_attr = 0o600 << 16
    return info


class _Sink:
    """What was written and not handed on yet. It can't be rewound, so the zip is written to be read in one go."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        self._size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def taken(self, least: int = CHUNK_BYTES) -> Iterator[bytes]:
        if self._size >= least:
            pieces, self._pieces, self._size = self._pieces, [], 0
            yield b"".join(pieces)


def _outwards(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: times.render(part) if name in _TIMES else _outwards(part)
            for name, part in value.items()
            if part is not None and part != () and part is not False
        }
    return [_outwards(part) for part in value] if isinstance(value, tuple) else value


def _inwards(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _time(name, part) if name in _TIMES else _inwards(part) for name, part in value.items()}
    return [_inwards(part) for part in value] if isinstance(value, list) else value


def _time(name: str, raw: object) -> int:
    at = times.parse(raw) if isinstance(raw, str) else None
    if at is None:
        raise BadLine(f"{name} is no time")
    return at
