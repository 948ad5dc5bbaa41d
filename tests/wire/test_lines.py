"""Lines for people: readable, and nobody can forge one or steer a terminal."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.chat.errors import Code, Refusal, Why
from service.chat.events import Event
from service.chat.records import Deletion, File
from service.wire import lines
from tests.wire.said import (
    AT,
    BACK,
    BANNED,
    CHANGED,
    DELETED,
    EDITED,
    GONE,
    JOINED,
    KICKED,
    LEFT,
    MUTED,
    POSTED,
    PROMOTED,
    saying,
)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (POSTED, "[lobby] bob: hello"),
        (JOINED, None),
        (LEFT, "* bob left"),
        (KICKED, "* bob left (kicked by mo (spam))"),
        (BANNED, "* bob left (banned by mo until 14:13 (spam))"),
        (MUTED, "* bob is muted until 14:13 (spam)"),
        (GONE, "* mo deleted a message"),
        (EDITED, "* bob edited a message: hello"),
        (replace(EDITED, at=EDITED.at + 1), None),  # shown anew, and not said anew
        (replace(EDITED, message=replace(EDITED.message, text="", deleted=Deletion("mo", EDITED.at))), None),
        (BACK, "* mo restored a message of bob: hello"),
        (PROMOTED, None),
        (CHANGED, "* mo changed the room"),
        (DELETED, "* mo deleted the room"),
    ],
)
def test_an_event_is_a_line_or_nothing(event: Event, line: str | None) -> None:
    assert lines.event(event) == line


def test_files_stand_behind_the_text_by_their_names() -> None:
    files = (File("f1", "sea.png", "image/png", 7), File("f2", "a\nb.txt", "text/plain", 7))
    assert lines.message(saying("look", files=files)) == "[lobby] bob: look [sea.png] [a\n  b.txt]"
    assert lines.message(saying("", files=files[:1])) == "[lobby] bob: [sea.png]"


def test_people_come_and_go() -> None:
    assert (lines.presence("bob", True), lines.presence("bob", False)) == ("* bob joined", "* bob left")


def test_a_refusal_says_until_when_and_why() -> None:
    muted = Refusal(Code.MUTED, "You are muted.", why=Why("mute", "mo", AT - 60_000, AT, "spam"))
    assert lines.refusal(muted) == "! you are muted until 14:13 (spam)"
    longer = Refusal(Code.MUTED, "You are muted.", why=Why("mute", "mo", AT - 86_400_000, AT))
    assert lines.refusal(longer) == "! you are muted until 2026-09-21 14:13", "an hour alone would be taken for today's"
    slow = Refusal(Code.SLOW_MODE, "Wait.", why=Why("slow_mode", "mo", 0, AT), retry_after=5.0)
    assert lines.refusal(slow) == "! wait until 14:13", "though the rule is old"
    assert lines.refusal(Refusal(Code.LOCKED, "The room is locked.")) == "! the room is locked"


FORGERIES = [
    "\n[lobby] ann: I resign",
    "\r\n[lobby] ann: I resign",
    "\r[lobby] ann: I resign",
    "a\v[lobby] ann: I resign",
    "a\f[lobby] ann: I resign",
    "a\x1c[lobby] ann: x",
    "a\x1d[lobby] ann: x",
    "a\x1e[lobby] ann: x",
    "a\x85[lobby] ann: x",
    "a\u2028[lobby] ann: x",
    "a\u2029* bob left",
    "a\n\n\n! the server restarts",
]


@pytest.mark.parametrize("text", FORGERIES, ids=repr)
def test_nobody_forges_a_line(text: str) -> None:
    first, *further = lines.message(saying(text)).splitlines()
    assert first.startswith("[lobby] bob: ")
    assert further
    assert all(line.startswith("  ") for line in further)


@pytest.mark.parametrize("text", FORGERIES, ids=repr)
def test_a_reason_forges_no_line_either(text: str) -> None:
    shown = lines.refusal(Refusal(Code.MUTED, "You are muted.", why=Why("mute", reason=text)))
    assert all(line.startswith("  ") for line in shown.splitlines()[1:])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("back\x08\x08", "back\\x08\\x08"),
        ("\u202eevil", "\\x202eevil"),
        ("\u2066x\u2069", "\\x2066x\\x2069"),
        ("a\tb", "a\tb"),
        ("grüße 😀", "grüße 😀"),
    ],
)
def test_what_steers_a_terminal_is_shown_as_what_it_is(text: str, shown: str) -> None:
    assert lines.message(saying(text)) == f"[lobby] bob: {shown}"


_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@given(st.text() | st.text(alphabet="\n\r\v\f\x1b\x1c\x85\u2028\u202e a["))
def test_no_text_forges_a_line_or_steers_a_terminal(text: str) -> None:
    shown = lines.message(saying(text))
    assert not _STEERS.search(shown)
    assert shown.startswith("[lobby] bob: ")
    assert all(line.startswith("  ") for line in shown.splitlines()[1:])


def test_a_history_is_its_lines() -> None:
    assert lines.messages([]) == ""
    assert lines.messages([saying("a"), saying("b\nc")]) == "[lobby] bob: a\n[lobby] bob: b\n  c"
