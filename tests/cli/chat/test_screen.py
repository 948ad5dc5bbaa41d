"""What others write cannot do anything to one's terminal, and cannot be taken for somebody else's words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.cli.chat import printable
from service.cli.chat.lines import Kind, Line, notice, warning
from service.cli.chat.transcript import Transcript, plain

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


def shown(*lines: Line) -> list[str]:
    transcript = Transcript(UTC)
    return [plain(pieces) for line in lines for pieces in transcript.render(line, "bob")]


@pytest.mark.parametrize(
    "attack",
    [
        "\x1b[2J\x1b[H",  # clears the screen
        "\x1b]0;title\x07",  # retitles the window
        "\x1b]52;c;cm0gLXJmIH4=\x07",  # puts a command on the clipboard
        "\x9b31m",  # the one-byte spelling of ESC [
        "\x08\x08\x08forged",  # overwrites what stands before it
        "\r[lobby] ann: forged",
        "\x00\x7f\x85",
        "\u202egnp.exe",  # turns the writing direction
        "\u2066\u2069\u200f\u061c",
        "\u2028ann: forged",
        "\ud800",
    ],
)
def test_nothing_that_a_terminal_acts_upon_gets_through(attack: str) -> None:
    for text in (printable.one_line(attack), printable.lines(attack).replace("\n", "")):
        assert text.encode(), "it can be encoded"
        assert all(character.isprintable() for character in text)


def test_control_characters_are_seen_rather_than_dropped() -> None:
    assert printable.one_line("a\x1b[31mb\x9bc\td") == "a␛[31mb<U+009B>c    d"


def test_ordinary_text_of_all_kinds_is_left_alone() -> None:
    for text in ("grüße", "日本語", "שלום", "👩‍👩‍👧 family", "e\u0301"):
        assert printable.lines(text) == text


def test_a_message_of_several_lines_cannot_pass_for_two_people() -> None:
    lines = shown(Line(Kind.MESSAGE, "hi\n12:00 ann: forged\r\n* mo left", "cyn", NOON))
    assert lines[1] == "12:00 cyn: hi\n  12:00 ann: forged\n  * mo left"


def test_names_notices_and_warnings_are_made_harmless_too() -> None:
    lines = shown(Line(Kind.MESSAGE, "x", "\x1bann", NOON), notice("a\nb\x1b"), warning("c\r\nd"))
    assert lines[1:] == ["12:00 ␛ann: x", "* a␊b␛", "! c␍␊d"]


def test_each_day_has_its_heading_once() -> None:
    tuesday = Line(Kind.MESSAGE, "x", "ann", NOON)
    wednesday = Line(Kind.MESSAGE, "y", "ann", NOON.replace(day=4))
    headings = [line for line in shown(tuesday, tuesday, wednesday) if line.startswith("---")]
    assert headings == ["--- Tuesday, 03 November 2026 ---", "--- Wednesday, 04 November 2026 ---"]
