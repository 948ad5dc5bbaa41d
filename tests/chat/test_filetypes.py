"""What a file is: content, extension and claim have to say the same, or it is bytes to be saved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.chat.filetypes import BYTES, KINDS, PICTURES, SHOWN, TEXT, Reading

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
JPEG = b"\xff\xd8\xff\xe0" + bytes(20)
GIF = b"GIF89a" + bytes(20)
WEBP = b"RIFF\x10\0\0\0WEBPVP8 " + bytes(20)
MP4 = b"\0\0\0\x18ftypisom" + bytes(20)
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(20)
MP3 = b"ID3\x04" + bytes(20)
OGG = b"OggS\0" + bytes(20)
PDF = b"%PDF-1.7\n"
ZIP = b"PK\x03\x04" + bytes(20)


def told(content: bytes, name: str, claim: str | None = None) -> str:
    """The type of a file that comes in pieces of five bytes, so that no look depends on where they end."""
    reading = Reading()
    for at in range(0, len(content), 5):
        reading.feed(content[at : at + 5])
    return reading.type(name, claim)


@pytest.mark.parametrize(
    ("content", "name", "claim", "type"),
    [
        (PNG, "a.png", "image/png", "image/png"),
        (PNG, "A.PNG", None, "image/png"),
        (JPEG, "a.jpeg", "image/jpg", "image/jpeg"),
        (GIF, "a.gif", "image/gif", "image/gif"),
        (WEBP, "a.webp", "image/webp", "image/webp"),
        (MP4, "a.mp4", "video/mp4", "video/mp4"),
        (WEBM, "a.webm", "audio/webm", "video/webm"),
        (MP3, "a.mp3", "audio/mp3", "audio/mpeg"),
        (OGG, "a.ogg", "video/ogg", "audio/ogg"),
        (PDF, "a.pdf", "application/pdf", "application/pdf"),
        (ZIP, "a.zip", "application/x-zip-compressed", "application/zip"),
        ("naïve".encode(), "a.txt", "text/plain; charset=utf-8", TEXT),
    ],
)
def test_a_file_is_what_its_content_its_name_and_its_bringer_say(
    content: bytes, name: str, claim: str | None, type: str
) -> None:
    assert told(content, name, claim) == type


@pytest.mark.parametrize(
    ("content", "name", "claim"),
    [
        (PNG, "a.gif", "image/png"),
        (PNG, "a.png", "image/gif"),
        (PNG, "a.png", "application/octet-stream"),
        (PNG, "a.png.exe", "image/png"),
        (PNG, "png", "image/png"),
        (b"<script>alert(1)</script>", "a.png", "image/png"),
        (b"<script>alert(1)</script>", "a.html", "text/html"),
        (b"<script>alert(1)</script>", "a.txt", "text/html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "image/svg+xml"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "a.xhtml", "application/xhtml+xml"),
        (b"not UTF-8: \xff", "a.txt", "text/plain"),
        (b"cut off: \xc3", "a.txt", "text/plain"),
        (b"a NUL\0", "a.txt", "text/plain"),
        (GIF + b"<script>", "a.html", "text/html"),
        (ZIP, "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"MZ\x90\0", "setup.exe", "application/x-msdownload"),
    ],
)
def test_what_does_not_agree_is_bytes(content: bytes, name: str, claim: str) -> None:
    assert told(content, name, claim) == BYTES


def test_a_gif_with_a_script_behind_its_head_is_nothing_but_a_gif() -> None:
    assert told(b"GIF89a<script>alert(1)</script>", "a.gif", "image/gif") == "image/gif"
    assert told(b"GIF89a<script>alert(1)</script>", "a.js", "text/javascript") == BYTES


def test_nothing_that_could_hold_a_script_is_shown_in_a_page() -> None:
    assert PICTURES < SHOWN
    assert all(type.partition("/")[0] in {"image", "video", "audio"} for type in SHOWN)
    assert not {kind.type for kind in KINDS} & {"image/svg+xml", "text/html", "application/xml", "text/xml"}


@given(st.binary(max_size=200), st.sampled_from(["a.png", "a.txt", "a.html", "a"]), st.text(max_size=20) | st.none())
def test_any_content_has_a_type_of_the_list(content: bytes, name: str, claim: str | None) -> None:
    assert told(content, name, claim) in {*(kind.type for kind in KINDS), TEXT, BYTES}
