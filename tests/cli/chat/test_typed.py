"""What is typed is taken for what was meant, and a mistake never becomes a message or a deed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.cli.chat.typed import USAGES, Call, Typed, help_lines, parse
from service.cli.spans import span_of


@pytest.mark.parametrize(
    ("word", "span"),
    [
        ("30s", timedelta(seconds=30)),
        ("10m", timedelta(minutes=10)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("2w", timedelta(weeks=2)),
        ("1d12h", timedelta(days=1, hours=12)),
        ("10M", timedelta(minutes=10)),
    ],
)
def test_a_span_is_a_number_and_its_unit(word: str, span: timedelta) -> None:
    assert span_of(word) == span


@pytest.mark.parametrize(
    "word", ["", "10", "m", "10 m", "-1h", "1.5h", "10min", "0m", "h2", "spam", "9999999d", "１0m²"]
)
def test_whatever_else_is_no_span_but_the_beginning_of_a_reason(word: str) -> None:
    assert span_of(word) is None


def test_a_name_may_be_written_as_one_speaks_to_people() -> None:
    for written in ("bob", "@bob", "bob:", "Bob,"):
        call = parse(f"/kick {written} too loud")
        assert isinstance(call, Call)
        assert (call.name, call.rest) == ("bob", "too loud")


def test_between_the_name_and_the_reason_there_may_be_a_span() -> None:
    for line, term in {
        "/mute bob": (None, ""),
        "/mute bob 10m": (timedelta(minutes=10), ""),
        "/mute bob 10m far too  loud": (timedelta(minutes=10), "far too  loud"),
        "/mute bob far too loud": (None, "far too loud"),
    }.items():
        call = parse(line)
        assert isinstance(call, Call)
        assert call.term() == term


def test_commands_have_the_names_that_other_clients_have_taught_people() -> None:
    lines = ("/names", "/part", "/exit", "/WHO")
    assert [parse(line) for line in lines] == [Call(Typed(word)) for word in ("who", "leave", "quit", "who")]


@pytest.mark.parametrize(
    ("line", "usage"),
    [
        ("/kick", "/kick NAME [REASON]"),
        ("/mute @", "/mute NAME [SPAN] [REASON]"),
        ("/report bob", "/report NAME REASON"),
        ("/unban bob and cyn", "/unban NAME"),
        ("/delete that please", "/delete [NAME]"),
        ("/leave it to me", "/leave"),
        ("/quit smoking", "/quit"),
    ],
)
def test_a_command_that_is_written_in_another_way_is_explained_and_not_done(line: str, usage: str) -> None:
    with pytest.raises(ValueError, match="It is written so: ") as mistake:
        parse(line)
    assert str(mistake.value).endswith(f": {usage}")


def test_the_help_lists_every_command() -> None:
    text = "\n".join(help_lines())
    assert all(usage.line(command) in text for command, usage in USAGES.items())
    assert set(USAGES) == set(Typed)
    assert "//text" in text


def test_a_path_or_a_fraction_is_not_taken_for_a_command_once_it_is_doubled() -> None:
    assert parse("//kick bob") == "/kick bob"
    assert parse("1/2") == "1/2"
    assert parse("   ") is None


def test_the_help_fits_a_narrow_terminal() -> None:
    indent = 2
    assert max(map(len, help_lines())) + indent <= 80
