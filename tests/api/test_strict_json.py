"""JSON is read as RFC 8259 has it, without what Python's parser takes beside it."""

from __future__ import annotations

import pytest

from service.api import strict_json
from service.chat.errors import Code, Refusal

DEEP = 100_000  # levels; Python's own parser gives up at about a thousand


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"text": "hello", "more": [1, 2.5, true, null, {"a": []}]}',
        '{"text": "grüße \U0001f44b"}'.encode(),
        rb'{"text": "\ud83d\udc4b \\u0000 is spelled out"}',
        b'"' + b"a" * 10_000 + b'"',
        b'{"a": {"same": 1}, "b": {"same": 2}}',
        b"[" * 60 + b"]" * 60,
    ],
)
def test_json_is_read(body: bytes) -> None:
    assert strict_json.check(body) is None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"hello", id="not JSON"),
        pytest.param(b"{'a': 1}", id="single quotes"),
        pytest.param(b'{"a": 1} x', id="more behind it"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe{}", id="not UTF-8"),
        pytest.param(b'\xef\xbb\xbf{"a": 1}', id="a byte order mark"),
        pytest.param(b'{"a": NaN}', id="NaN"),
        pytest.param(b'{"a": -Infinity}', id="infinity"),
        pytest.param(b'{"a": 1e999}', id="too large a number"),
        pytest.param(b'{"a": ' + b"1" * 5_000 + b"}", id="5,000 digits"),
        pytest.param(b'{"role": "guest", "role": "admin"}', id="a name twice"),
        pytest.param(rb'{"text": "\ud800"}', id="half a surrogate pair"),
        pytest.param(rb'{"text": "\uDFFF"}', id="the other half"),
        pytest.param(rb'{"\ud800": 1}', id="half a pair in a name"),
        pytest.param(rb'{"a": [{"b": "x\u0000y"}]}', id="NUL, escaped"),
        pytest.param(b'{"a": "x\x00y"}', id="NUL, as it is"),
        pytest.param(b'{"a": "\xed\xa0\x80"}', id="a surrogate in UTF-8"),
        pytest.param(b"[" * DEEP + b"]" * DEEP, id="lists, deeply"),
        pytest.param(b'{"a":' * DEEP + b"1" + b"}" * DEEP, id="objects, deeply"),
        pytest.param(b"[" * 65 + b"]" * 65, id="one level too deep"),
    ],
)
def test_what_parsers_disagree_about_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        strict_json.check(body)
    assert refused.value.code is Code.BAD_FRAME
