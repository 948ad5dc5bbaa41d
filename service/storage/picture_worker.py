"""The program that opens pictures from strangers: its own process, with little memory, no files and no network use.

It is started by ``pictures`` with this file's path, and imports nothing of ours: whatever takes it over finds nothing.
On its standard input come jobs, and on its standard output go answers, one for each; it ends with its input.

A job is a line of JSON (``type``, ``size``) and so many bytes. An answer is a line of JSON (``width``, ``height``, and
where a smaller picture could be made ``thumbnail``: its width and height, with ``size``) and so many bytes. ``null``:
this is no picture.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
from typing import Any, BinaryIO

from PIL import GifImagePlugin, Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

MEMORY_BYTES = 805_306_368  # of address space: a picture of 32 M pixels takes 128 MiB, and once more while it shrinks
PIXELS_MAX = 32_000_000
THUMBNAIL_PIXELS = 480  # the longer side, at most
QUALITY = 80
NICENESS = 10
OPEN_FILES = 16
SIDEWAYS = (5, 6, 7, 8)  # values of EXIF's orientation with which a picture is shown turned by a quarter
ORIENTATION = 0x0112  # EXIF's tag

FORMATS = {
    "image/png": PngImagePlugin.PngImageFile.format,
    "image/jpeg": JpegImagePlugin.JpegImageFile.format,
    "image/gif": GifImagePlugin.GifImageFile.format,
    "image/webp": WebPImagePlugin.WebPImageFile.format,
}


def main() -> None:
    """Answer jobs until there are no more."""
    _confine()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while line := source.readline():
        job = json.loads(line)
        answer, thumbnail = _look(job["type"], io.BytesIO(source.read(job["size"])))
        sink.write(json.dumps(answer).encode() + b"\n" + thumbnail)
        sink.flush()


def _confine() -> None:
    """Bound what a picture can do. The time is bounded by whoever waits, who kills."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)  # messages go before pictures
    Image.MAX_IMAGE_PIXELS = None  # the bound is ours, and is asked before anything is decoded


def _look(type: str, content: BinaryIO) -> tuple[dict[str, Any] | None, bytes]:
    try:
        picture = Image.open(content, formats=[str(FORMATS[type])])  # reads the head, and decodes nothing
        width, height = picture.size
        if width * height > PIXELS_MAX:
            return None, b""
        # The base's own: that of a PNG decodes the whole picture to look behind it.
        if Image.Image.getexif(picture).get(ORIENTATION) in SIDEWAYS:
            width, height = height, width
    except Exception:  # a decoder raises what it likes at what is no picture
        return None, b""
    answer: dict[str, Any] = {"width": width, "height": height}
    try:
        thumbnail, shown = _shrink(picture)
    except Exception:  # one that can't be decoded, or not in the memory that there is
        return answer, b""
    return {**answer, "thumbnail": shown, "size": len(thumbnail)}, thumbnail


def _shrink(picture: Image.Image) -> tuple[bytes, tuple[int, int]]:
    """The first frame, upright, at most so large; with its colours and nothing else, so neither place nor camera."""
    box = (THUMBNAIL_PIXELS, THUMBNAIL_PIXELS)
    picture.draft("RGB", box)  # a JPEG is decoded at a fraction of its size
    small: Image.Image = picture
    if small.mode not in ("L", "RGB", "RGBA"):
        small = small.convert("RGBA" if "A" in small.mode or "transparency" in small.info else "RGB")
    turned = ImageOps.exif_transpose(small)
    turned.thumbnail(box)
    out = io.BytesIO()
    turned.save(out, "WEBP", quality=QUALITY, exif=b"", icc_profile=b"", xmp=b"")
    return out.getvalue(), turned.size


if __name__ == "__main__":
    main()
