"""Times: every form of RFC 3339 inwards, one outwards, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.chat.records import FOREVER
from service.wire.times import parse, render

NOON = 1_893_499_200_000  # 2030-01-01T12:00:00Z


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2030-01-01T12:00:00Z", NOON),
        ("2030-01-01t12:00:00z", NOON),
        ("2030-01-01 12:00:00Z", NOON),
        ("2030-01-01T12:00:00+00:00", NOON),
        ("2030-01-01T12:00:00-00:00", NOON),
        ("2030-01-01T14:30:00+02:30", NOON),
        ("2029-12-31T23:00:00-13:00", NOON),
        ("2030-01-01T12:00:00.5Z", NOON + 500),
        ("2030-01-01T12:00:00.123Z", NOON + 123),
        ("2030-01-01T12:00:00.1239Z", NOON + 123),
        ("2030-01-01T12:00:00.123456789+00:00", NOON + 123),
        ("1970-01-01T00:00:00Z", 0),
        ("9999-12-31T23:59:59.999Z", FOREVER),
    ],
)
def test_a_time_is_read_in_each_of_its_forms(text: str, at: int) -> None:
    assert parse(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2030-01-01",
        "12:00:00Z",
        "2030-01-01T12:00:00",
        "2030-01-01T12:00Z",
        "2030-01-01T12:00:00.Z",
        "2030-01-01T12:00:00.1234567891Z",
        "2030-01-01T12:00:00+0100",
        "2030-01-01T12:00:00+25:00",
        "2030-01-01T25:00:00Z",
        "2030-02-30T12:00:00Z",
        "2030-13-01T12:00:00Z",
        "20300101T120000Z",
        "2030-W01-1T12:00:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "0000-01-01T00:00:00Z",
        "12030-01-01T12:00:00Z",
        " 2030-01-01T12:00:00Z",
        "2030-01-01T12:00:00Z\n",
        "2030-01-01T12:00:00Z\0",
        "٢٠٣٠-01-01T12:00:00Z",
        "2030-01-01T12:00:00Z" * 1_000,
    ],
    ids=lambda text: repr(text[:40]),
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert parse(text) is None


@given(st.integers(0, FOREVER))
def test_what_is_said_is_read_again_to_the_millisecond(at: int) -> None:
    assert parse(render(at)) == at


@given(st.text(max_size=40) | st.text(alphabet="0123456789-:.TtZz+ ", max_size=40))
def test_no_text_is_more_than_a_time_or_none(text: str) -> None:
    at = parse(text)
    assert at is None or 0 <= at <= FOREVER
