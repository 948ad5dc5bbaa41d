"""Looking at pictures in a process of their own: what it tells, and what becomes of those that would harm it."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from service.chat.stores.files import Picture
from service.storage.pictures import WorkerPictures

PATIENCE_SECONDS = 60.0  # a bound for machines that are busy
ORIENTATION = 0x0112
MAKER = 0x010F


@pytest.fixture(scope="module")
def pictures() -> Iterator[WorkerPictures]:
    worker = WorkerPictures(PATIENCE_SECONDS)
    yield worker
    worker.stop()


def look(pictures: WorkerPictures, content: bytes, type: str = "image/png") -> Picture | None:
    return pictures.look(type, lambda: io.BytesIO(content), len(content))


def drawn(kind: str, size: tuple[int, int] = (1_000, 500), mode: str = "RGB", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1).save(out, kind, **more)
    return out.getvalue()


def png_head(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and has nothing of it."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_has_a_size_and_a_smaller_one(pictures: WorkerPictures, kind: str) -> None:
    found = look(pictures, drawn(kind), f"image/{kind.lower()}")
    assert found is not None
    assert found.thumbnail is not None
    assert (found.width, found.height, found.thumbnail_size) == (1_000, 500, (480, 240))
    with Image.open(io.BytesIO(found.thumbnail)) as small:
        assert (small.format, small.size) == ("WEBP", (480, 240))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_is_shrunk(pictures: WorkerPictures, mode: str) -> None:
    found = look(pictures, drawn("PNG", (600, 600), mode))
    assert found is not None
    assert found.thumbnail_size == (480, 480)


def test_a_small_picture_stays_as_large_as_it_is(pictures: WorkerPictures) -> None:
    found = look(pictures, drawn("PNG", (3, 7)))
    assert found is not None
    assert (found.width, found.height, found.thumbnail_size) == (3, 7, (3, 7))


def test_where_and_with_what_it_was_taken_is_not_in_the_smaller_one(pictures: WorkerPictures) -> None:
    exif = Image.Exif()
    exif[MAKER] = "a camera that tells tales"
    exif[ORIENTATION] = 6
    content = drawn("JPEG", exif=exif)
    assert b"tells tales" in content
    found = look(pictures, content, "image/jpeg")
    assert found is not None
    assert found.thumbnail is not None
    assert (found.width, found.height, found.thumbnail_size) == (500, 1_000, (240, 480)), "it is shown upright"
    assert b"tells tales" not in found.thumbnail
    with Image.open(io.BytesIO(found.thumbnail)) as small:
        assert not small.getexif()


def test_of_one_that_moves_the_first_frame_is_shown(pictures: WorkerPictures) -> None:
    frames = [Image.new("RGB", (600, 600), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    found = look(pictures, out.getvalue(), "image/gif")
    assert found is not None
    assert found.thumbnail is not None
    with Image.open(io.BytesIO(found.thumbnail)) as small:
        assert getattr(small, "n_frames", 1) == 1
        red, _, blue = small.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
        assert red > 200 > 50 > blue


@pytest.mark.parametrize(
    ("content", "type"),
    [
        (b"", "image/png"),
        (b"GIF89a<script>alert(1)</script>", "image/gif"),
        (b"\x89PNG\r\n\x1a\nnothing", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (png_head(50_000, 50_000), "image/png"),
        (png_head(32_000_001, 1), "image/png"),
    ],
    ids=["nothing", "a script", "a broken head", "three bytes", "2,500 M pixels", "one pixel too many"],
)
def test_what_is_no_picture_within_the_bounds_is_none(pictures: WorkerPictures, content: bytes, type: str) -> None:
    assert look(pictures, content, type) is None


def test_a_picture_is_opened_as_what_it_is_said_to_be_and_as_nothing_else(pictures: WorkerPictures) -> None:
    assert look(pictures, drawn("BMP"), "image/png") is None
    assert look(pictures, drawn("GIF"), "image/png") is None


def test_one_that_can_not_be_decoded_loses_its_smaller_one_alone(pictures: WorkerPictures) -> None:
    whole = drawn("PNG", (640, 480))
    assert look(pictures, whole[: len(whole) // 2]) == Picture(640, 480)


def test_the_largest_that_is_allowed_is_shrunk_in_the_memory_that_there_is(pictures: WorkerPictures) -> None:
    """A bomb: 32 M pixels in a file of some hundred kilobytes."""
    content = drawn("PNG", (8_000, 4_000), "RGBA")
    assert len(content) < 500_000
    found = look(pictures, content)
    assert found is not None
    assert (found.width, found.thumbnail_size) == (8_000, (480, 240))


def test_a_process_that_takes_too_long_is_ended_and_the_next_picture_gets_a_new_one(tmp_path: Path) -> None:
    marker = tmp_path / "once"
    program = tmp_path / "worker.py"
    program.write_text(
        "import json, pathlib, sys, time\n"
        f"marker = pathlib.Path({str(marker)!r})\n"
        "job = json.loads(sys.stdin.buffer.readline())\n"
        "sys.stdin.buffer.read(job['size'])\n"
        "if not marker.exists():\n"
        "    marker.touch()\n"
        "    sys.stdin.buffer.read()\n"
        "print(json.dumps({'width': 3, 'height': 4}), flush=True)\n"
    )
    worker = WorkerPictures(seconds=2.0, program=program)
    try:
        assert look(worker, b"x" * 100) is None
        assert marker.exists(), "it had begun"
        assert look(worker, b"x" * 100) == Picture(3, 4)
    finally:
        worker.stop()


@pytest.mark.parametrize(
    "said",
    [
        "",
        "nonsense\\n",
        "[]\\n",
        '{"width": 3}\\n',
        '{"width": -1, "height": 1}\\n',
        '{"width": 1, "height": 1, "size": 9}\\n',
    ],
)
def test_a_process_that_was_taken_over_is_not_believed(tmp_path: Path, said: str) -> None:
    program = tmp_path / "worker.py"
    program.write_text(f"import sys\nsys.stdin.buffer.readline()\nsys.stdout.write('{said}')\n")
    worker = WorkerPictures(PATIENCE_SECONDS, program)
    try:
        assert look(worker, b"") is None
    finally:
        worker.stop()


def test_the_process_gets_nothing_of_the_servers_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLKMOOT_SECRET", "7")
    program = tmp_path / "worker.py"
    program.write_text(
        "import os, sys\nsys.stdin.buffer.readline()\n"
        "n = 1 if 'FOLKMOOT_SECRET' in os.environ else 2\n"
        'print(\'{"width": %d, "height": 1}\' % n, flush=True)\n'
    )
    worker = WorkerPictures(PATIENCE_SECONDS, program)
    try:
        assert look(worker, b"") == Picture(2, 1)
    finally:
        worker.stop()
