"""The program, killed just before it does its Nth step on the disk.

A step is a file that is opened, made, linked, renamed or removed, or a database that is opened, below a place. Nothing
of the process gets to run after that, as if its power had gone. The program is imported once, by a process that then
divides for each run: it reads ``[step, place, arguments]`` from stdin, and answers ``[status, stderr]``; with the step
0 nothing is killed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from service.cli import main

STEPS = frozenset({"open", "os.mkdir", "os.link", "os.rename", "os.remove", "os.rmdir", "sqlite3.connect"})


def watch(last: int, place: str) -> None:
    """Count the steps, and end at the last one."""
    steps = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal steps
        if event in STEPS and arguments and _below(arguments[0], place):
            steps += 1
            if steps == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def _below(path: object, place: str) -> bool:
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    return isinstance(path, str | os.PathLike) and str(path).removeprefix("file://").startswith(place)


def _run(step: int, place: str, arguments: list[str]) -> tuple[int, str]:
    with tempfile.TemporaryFile("w+") as said:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(said.fileno(), 2)
            sys.argv = ["folkmoot", *arguments]
            if step:
                watch(step, str(Path(place).absolute()))
            status = 1
            try:
                main()
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else int(end.code is not None)
            finally:
                sys.stderr.flush()
                os._exit(status)
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return os.waitstatus_to_exitcode(status), said.read()


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(_run(*json.loads(line))), flush=True)
