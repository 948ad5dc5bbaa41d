"""The contract names what is on the wire, all of it and nothing else. It is read as people read it: under a heading,
the names in the first column of the table."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import APIRoute

from service.api.http import ROUTERS
from service.chat.errors import CODES
from service.chat.events import EVENTS
from service.wire.closes import CLOSES
from service.wire.commands import COMMANDS
from service.wire.frames import NOTICES
from tests.laws.tree import Tree

CONTRACT = "service/wire/PROTOCOL.md"
HEADING = re.compile(r"(?P<level>#+) (?:[\d.]+ )?(?P<title>.+)")
NAME = re.compile(r"`([^`]+)`")
ON_THE_WIRE: dict[str, set[str]] = {
    "Commands": set(COMMANDS),
    "Events": set(EVENTS.values()),
    "Notices": set(NOTICES),
    "Error codes": {code.value for code in CODES},
    "Close codes": {str(int(close)) for close in CLOSES},
}


def rows(page: str, title: str) -> list[list[str]]:
    """The cells of the tables under a heading, up to the next heading of its level or above."""
    inside, level, found = False, 0, []
    fenced = False
    for line in page.splitlines():
        fenced ^= line.startswith("```")
        heading = None if fenced else HEADING.fullmatch(line)
        if heading and heading["title"].casefold() == title.casefold():
            inside, level = True, len(heading["level"])
        elif heading and len(heading["level"]) <= level:
            inside = False
        elif inside and not fenced and line.startswith("|"):
            found.append([cell.strip() for cell in line.strip("|").split("|")])
    return [row for row in found if NAME.search(row[0])]


def names(page: str, title: str) -> set[str]:
    """The names in the first column under a heading."""
    return {name for row in rows(page, title) for name in NAME.findall(row[0])}


def calls() -> set[str]:
    """The calls that the server answers to programs; its pages are for people, and may change."""
    return {
        f"{method} {route.path}"
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and route.include_in_schema
        for method in route.methods or ()
    }


def test_the_contract_names_every_call_by_http_and_no_other() -> None:
    assert len(calls()) >= 25
    assert names(Tree().text(CONTRACT), "HTTP") == calls()


@pytest.mark.parametrize("title", ON_THE_WIRE)
def test_the_contract_names_what_is_on_the_wire_and_nothing_else(title: str) -> None:
    assert len(ON_THE_WIRE[title]) >= 5
    assert names(Tree().text(CONTRACT), title) == ON_THE_WIRE[title]


def test_the_contract_gives_every_error_code_the_status_that_it_has() -> None:
    said = {name: row[1] for row in rows(Tree().text(CONTRACT), "Error codes") for name in NAME.findall(row[0])}
    assert said == {code.value: str(meaning.status) for code, meaning in CODES.items()}


def test_a_close_code_says_whether_to_come_back_as_its_range_does() -> None:
    """A client acts by the range alone when it meets a code that it does not know: the table must not disagree."""
    for close, reason in CLOSES.items():
        if close >= 4000:
            assert reason.reconnect == (close < 4200), close


def test_a_close_reason_fits_into_a_close_frame() -> None:
    """RFC 6455, section 5.5: a control frame carries at most 125 bytes, two of which are the code."""
    assert max(len(reason.text.encode()) for reason in CLOSES.values()) <= 123


def test_names_are_read_from_the_table_under_their_heading_alone() -> None:
    page = (
        "# The contract\n\n| `outside` | – |\n\n## 5. Commands\n\nSay `ping`.\n\n| command | fields |\n|---|---|\n"
        "| `join` | `room` |\n| `edit` · `delete` | – |\n\n```\n# Notices\n| `fenced` | – |\n```\n\n"
        "### More\n| `send` | – |\n\n## Events\n| `later` | – |\n"
    )
    assert names(page, "Commands") == {"join", "edit", "delete", "send"}
    assert names(page, "Notices") == set()
