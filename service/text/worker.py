"""The process that formats: texts come in, HTML goes out, one after another. The server's side of it is ``formatter``.

A process of its own, because what formatting may cost can be bounded only from outside. Pygments' patterns are
Python's, which hold the interpreter for as long as they take and can take for ever; in a thread that would be
everybody's time. Here a text has so many seconds, and then the process ends, with nothing lost but the formatting of
that text.

And it is the place where what strangers write is parsed, so it has little to steal and nothing to reach: no settings,
no database, and after its start no way to open a file or a socket.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
from typing import BinaryIO

from service.text import highlighting
from service.text.markdown import html
from service.text.pipe import FAILED, FORMATTED, LENGTH, PLAIN, READY, packed

CPU_SECONDS = 1.0  # for one text; the worst that is known takes less than a third of it
MEMORY_BYTES = 512 * 1024 * 1024  # of addresses
NICENESS = 10  # as nice(1) counts: messages that are on their way come first


def main() -> None:
    """Format until nothing more comes: the server has ended, however it did."""
    # A Ctrl-C and a stop of the whole service are for the server, which first finishes what it has begun.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    highlighting.load()
    os.nice(NICENESS)
    _give_up_rights()
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        os._exit(0)  # nobody reads any more, so there is nobody to flush for


def serve(texts: BinaryIO, answers: BinaryIO) -> None:
    """Answer all texts."""
    _write(answers, READY)
    while (text := _read(texts)) is not None:
        # Nobody handles its signal, so no code in whatever language goes on when the time is over.
        signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
        answer = _answer(text)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        _write(answers, answer)


def _give_up_rights() -> None:
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CORE: 0,  # a core would hold what people write
        resource.RLIMIT_NOFILE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    for limit, most in limits.items():
        with contextlib.suppress(ValueError):  # not every system has every limit
            resource.setrlimit(limit, (most, most))


def _answer(text: bytes) -> bytes:
    try:
        formatted = html(text.decode())
    except Exception as error:  # whatever it is: the message is shown as it was typed
        return FAILED + type(error).__name__.encode()
    return PLAIN if formatted is None else FORMATTED + formatted.encode()


def _read(texts: BinaryIO) -> bytes | None:
    head = texts.read(LENGTH.size)
    return texts.read(*LENGTH.unpack(head)) if len(head) == LENGTH.size else None


def _write(answers: BinaryIO, answer: bytes) -> None:
    answers.write(packed(answer))
    answers.flush()


if __name__ == "__main__":
    main()
