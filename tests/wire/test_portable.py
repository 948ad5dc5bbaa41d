"""Exports as files: each line comes back as it was, the zip is one that others read, and bad lines are told."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.chat.portable import Attachment, Content, Emoji, Ending, Extent, Heading, Line, Mark, Saying, Wording
from service.chat.records import FOREVER
from service.wire import portable
from service.wire.portable import BadLine, decode, encode, packed

AT = 1_795_000_000_123
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TIMES = st.integers(0, FOREVER)
SAYINGS = st.builds(
    Saying,
    room=TEXTS,
    seq=st.integers(1, 2**53),
    author=TEXTS,
    at=TIMES,
    text=TEXTS,
    reply_to=st.none() | st.integers(1, 2**53),
    edited_at=st.none() | TIMES,
    before=st.lists(st.builds(Wording, TEXTS, TIMES), max_size=2).map(tuple),
    deleted=st.none() | st.builds(Mark, TEXTS, TIMES),
    reactions=st.lists(st.builds(Emoji, TEXTS, TEXTS, TIMES), max_size=2).map(tuple),
    files=st.lists(st.builds(Attachment, TEXTS, TEXTS, TEXTS, st.integers(0, 2**40)), max_size=2).map(tuple),
)


@given(SAYINGS)
def test_a_line_comes_back_as_it_was(line: Saying) -> None:
    written = encode(line)
    assert written.count(b"\n") == 1, "whatever is in it"
    assert decode(written) == line


def test_times_are_written_for_people_and_what_is_absent_is_left_out() -> None:
    assert json.loads(encode(Saying("lobby", 7, "bob", AT, "hello"))) == {
        "type": "message",
        "room": "lobby",
        "seq": 7,
        "author": "bob",
        "at": "2026-11-18T11:06:40.123Z",
        "text": "hello",
    }


def test_what_a_newer_version_adds_is_passed_over() -> None:
    assert decode(b'{"type":"end","lines":3,"mood":"fine"}') == Ending(3)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"[]",
        b"7",
        b'{"type":"king"}',
        b'{"type":["end"]}',
        b'{"type":"end"}',
        b'{"type":"end","lines":"3"}',
        b'{"type":"block","user":"bob","at":"yesterday"}',
        b'{"type":"block","user":"bob","at":7}',
        b"[" * 100_000,
        b'{"type":"end","lines":' + b"[" * 50_000,
        b"\xff\xfe",
    ],
)
def test_a_line_that_is_none_is_told(raw: bytes) -> None:
    with pytest.raises(BadLine):
        decode(raw)


def test_an_export_is_a_zip_with_its_lines_and_files() -> None:
    lines: list[Line] = [Heading(1, Extent.SERVER, "1.0.0", AT), Ending(2)]
    opened = []

    def blob(key: str) -> BinaryIO | None:
        if key == "gone":
            return None
        opened.append(BytesIO(key.encode() * 100_000))
        return opened[-1]

    pieces = list(packed(lines, [Content("f1", "one"), Content("f2", "gone"), Content("f3", "two")], blob))
    count = len(pieces)  # kept apart, so that a failure does not print them
    assert count >= 3, "handed on as it is written"
    with zipfile.ZipFile(BytesIO(b"".join(pieces))) as pack:
        assert pack.testzip() is None
        assert pack.namelist() == [portable.NDJSON, "files/f1", "files/f3"]
        assert [decode(line) for line in pack.read(portable.NDJSON).splitlines()] == lines
        assert pack.read("files/f3") == b"two" * 100_000
    assert all(source.closed for source in opened)
