"""Looking at pictures, in a process of their own: decoders of pictures are where strangers' bytes have done harm most
often, and a small file may stand for more memory than there is.

The process is started with the first picture, and lives on for the next; one that takes too long, or that ends, is
replaced. What it does with a picture is in ``picture_worker``.
"""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, BinaryIO

from service.chat.stores.files import Picture

WORKER = Path(__file__).with_name("picture_worker.py")
SECONDS = 10.0  # for one picture, with the start of the process; one of 32 M pixels takes about one
ANSWER_BYTES_MAX = 4_096  # of its first line
THUMBNAIL_BYTES_MAX = 4 * 2**20
COPY_BYTES = 262_144

log = logging.getLogger("folkmoot.files")


class WorkerPictures:
    """One process that looks at one picture at a time; called on one thread at a time."""

    def __init__(self, seconds: float = SECONDS, program: Path = WORKER) -> None:
        self._seconds = seconds
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None

    def look(self, type: str, content: Callable[[], BinaryIO], size: int) -> Picture | None:
        """What is to be known of a picture; None if it can't be read as one, or not within the bounds."""
        process = self._running()
        timer = threading.Timer(self._seconds, process.kill)  # ends whatever is waited for below
        timer.start()
        try:
            return _ask(process, type, content, size)
        except (OSError, EOFError, ValueError, LookupError, TypeError):
            log.warning("a picture was too much for its worker", extra={"type": type, "size": size})
            self.stop()
            return None
        finally:
            timer.cancel()

    def stop(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                _close(pipe)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.stop()
        if self._process is None:
            # Nothing of the caller's gets in: neither its environment, which may hold secrets, nor its open files.
            # -I: it imports installed packages alone. A session of its own: Ctrl-C is for the server to handle.
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-I", str(self._program)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                start_new_session=True,
            )
        return self._process


def _ask(process: subprocess.Popen[bytes], type: str, content: Callable[[], BinaryIO], size: int) -> Picture | None:
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
    process.stdin.write(json.dumps({"type": type, "size": size}).encode() + b"\n")
    with content() as blob:
        shutil.copyfileobj(blob, process.stdin, COPY_BYTES)
    process.stdin.flush()
    line = process.stdout.readline(ANSWER_BYTES_MAX)
    if not line.endswith(b"\n"):
        raise EOFError
    answer = json.loads(line)
    return None if answer is None else _picture(answer, process.stdout)


def _picture(answer: dict[str, Any], source: IO[bytes]) -> Picture:
    """Its answer, which is believed no more than a stranger's."""
    width, height, size = int(answer["width"]), int(answer["height"]), int(answer.get("size", 0))
    if not (width > 0 and height > 0 and 0 <= size <= THUMBNAIL_BYTES_MAX):
        raise ValueError("the worker's answer can't be")
    if not size:
        return Picture(width, height)
    shown = answer["thumbnail"]
    thumbnail = source.read(size)
    if len(thumbnail) < size:
        raise EOFError
    return Picture(width, height, thumbnail, (int(shown[0]), int(shown[1])))


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        try:
            pipe.close()
        except OSError:  # bytes that it never read were still to be flushed
            return
