"""The process that formats, as itself: what it answers, when it ends, and what it can no longer do."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.text import worker
from service.text.highlighting import LANGUAGES
from service.text.pipe import FAILED, FORMATTED, LENGTH, PLAIN, READY, packed

ROOT = Path(__file__).parents[2]
ENDS_IN_SECONDS = 20


def answers(raw: bytes) -> Iterator[bytes]:
    """What came back."""
    source = io.BytesIO(raw)
    while head := source.read(LENGTH.size):
        yield source.read(*LENGTH.unpack(head))


def run(*texts: str, after: str = "") -> tuple[int, list[bytes]]:
    """How a worker ended that was given these texts, and its answers; ``after`` is what it runs once it is ready."""
    code = f"from service.text import worker\n{after}\nworker.main()"
    sent = b"".join(packed(text.encode()) for text in texts)
    done = subprocess.run(
        [sys.executable, "-c", code], input=sent, stdout=subprocess.PIPE, cwd=ROOT, timeout=ENDS_IN_SECONDS, check=False
    )
    return done.returncode, list(answers(done.stdout))


def test_it_answers_each_text_in_turn_and_ends_with_the_server() -> None:
    status, said = run("*a*", "a", "```php\n<?php echo strlen(1);\n```", "```swift\nlet a = 1\n```")
    assert status == 0
    assert said[0] == READY
    assert said[1] == FORMATTED + b"<p><em>a</em></p>"
    assert said[2] == PLAIN
    assert b'class="k"' in said[3]
    assert b'class="k"' in said[4]


def test_it_has_all_that_it_needs_for_every_language_when_it_can_read_no_more() -> None:
    code = "let a = strlen('x') <?php echo 1;\n<script>b</script>\n$ ls\n>>> c\n"
    status, said = run(*(f"```{language}\n{code}```" for language in LANGUAGES))
    assert status == 0
    assert [answer[:1] for answer in said[1:]] == [FORMATTED] * len(LANGUAGES)


def test_a_text_that_takes_too_long_ends_it_whatever_it_does() -> None:
    """Also where no Python runs that could be interrupted: the pattern holds the interpreter."""
    stuck = "import re\nworker.html = lambda text: re.match('(a*)*b', 'a' * 64) if text == 'slow' else '<p>quick</p>'"
    status, said = run("quick", "slow", "never", after=f"{stuck}\nworker.CPU_SECONDS = 0.05")
    assert status == -signal.SIGVTALRM
    assert said == [READY, FORMATTED + b"<p>quick</p>"]


def test_an_error_is_told_by_its_kind_and_never_with_the_text() -> None:
    broken = "def broken(text):\n    raise KeyError(text)\nworker.html = broken"
    status, said = run("secret", after=broken)
    assert (status, said) == (0, [READY, FAILED + b"KeyError"])


@pytest.mark.parametrize(
    "attempt",
    ["open('/etc/passwd').read()", "socket.socket()", "subprocess.run(['true'])", "bytearray(2**31)"],
)
def test_it_can_open_nothing_and_start_nothing_and_take_no_end_of_memory(attempt: str) -> None:
    tried = f"import socket, subprocess\nworker.html = lambda text: str({attempt})"
    status, said = run("x", after=tried)
    assert status == 0
    assert said[1][:1] == FAILED
    assert said[1][1:] in {b"OSError", b"MemoryError"}


def test_a_stop_that_is_meant_for_the_server_does_not_end_it() -> None:
    stopped = "import os, signal\nworker.html = lambda text: str(os.kill(os.getpid(), getattr(signal, text)))"
    status, said = run("SIGINT", "SIGTERM", after=stopped)
    assert (status, said[1:]) == (0, [FORMATTED + b"None"] * 2)


def test_half_a_text_is_none() -> None:
    answers_ = io.BytesIO()
    worker.serve(io.BytesIO(b"\0\0"), answers_)
    assert list(answers(answers_.getvalue())) == [READY]
