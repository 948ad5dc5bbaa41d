"""The program as other people run it: real processes, real terminals, real signals."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

PROGRAM = (sys.executable, "-m", "service.cli")
ROOT = Path(__file__).parents[2]
AGAIN_SECONDS = 0.5  # until a question that was not answered as expected is asked again
PATIENCE_SECONDS = 60.0  # a bound on what must happen, for machines that are busy; nothing waits for it to pass
PASSWORD = "folkmoot-demo"
_ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[a-zA-Z]|\][^\x07]*\x07|[=>()][0-9A-B]?)")


def environment(**more: str) -> dict[str, str]:
    """The environment of a program that knows nothing of this machine's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOLKMOOT_")}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", **more}


def run(*arguments: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """One run of the program, to its end."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        input=stdin,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


class Server:
    """A server on a data directory of its own."""

    def __init__(self, data: Path, *arguments: str, port: int = 0, cwd: Path | None = None, **more: str) -> None:
        self.data = data
        self._log = (data.parent / f"{data.name}.log").open("ab")
        self.process = subprocess.Popen(
            [*PROGRAM, "serve", "--data", str(data), "--port", str(port), *arguments],
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment(**more),
            cwd=cwd,
            text=True,
        )
        self.said: list[str] = []
        self.url = self.read("Folkmoot is at ").split()[-1]
        self.port = int(self.url.rpartition(":")[2])

    def read(self, beginning: str) -> str:
        """The next line on stdout that begins so."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith(beginning):
                return line
        raise AssertionError(f"The server ended: {self.log()[-2000:]}")

    def terminal(self, user: str, room: str = "lobby", **more: str) -> Terminal:
        """Somebody's terminal client of this server."""
        return Terminal(self.url, user, room, **more)

    def log(self) -> str:
        """What stands in its log."""
        return Path(self._log.name).read_text()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Stop it; its exit status."""
        self.process.send_signal(how)
        status = self.process.wait(PATIENCE_SECONDS)
        self.close()
        return status

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class Terminal:
    """Somebody at a terminal, in which ``folkmoot chat`` runs."""

    def __init__(self, url: str, user: str, room: str, **more: str) -> None:
        login = {"FOLKMOOT_URL": url, "FOLKMOOT_USER": user, "FOLKMOOT_PASSWORD": PASSWORD}
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            [*PROGRAM, "chat", room],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment(**login, **more),
            start_new_session=True,
        )
        os.close(slave)
        self.raw = ""

    @property
    def text(self) -> str:
        """All that was shown, without what positions and colours it."""
        return _ESCAPES.sub("", self.raw).replace("\r", "")

    def type(self, text: str) -> None:
        """Press these keys."""
        os.write(self._master, text.encode())

    def enter(self, line: str) -> None:
        """Type a line."""
        self.type(line + "\r")

    def expect(self, text: str) -> None:
        """Read on until ``text`` has been shown."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text not in self.text:
            assert time.monotonic() < deadline, f"{text!r} was not shown, but:\n{self.text}"
            if not self._read(deadline):
                assert text in self.text, f"The program ended, and had not shown {text!r}, but:\n{self.text}"

    def ask(self, line: str, text: str) -> None:
        """Type a line until ``text`` has been shown: for what one hears of a moment later than of all else."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text not in self.text:
            assert time.monotonic() < deadline, f"{text!r} was not shown, but:\n{self.text}"
            self.enter(line)
            again = time.monotonic() + AGAIN_SECONDS
            while text not in self.text and time.monotonic() < again and self._read(again):
                pass

    def wait(self) -> int:
        """Read on until the program ends; its exit status."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._read(deadline):
            assert time.monotonic() < deadline, f"The program did not end. It showed:\n{self.text}"
        return self._process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        """Leave nothing behind."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._master)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return True
        try:
            data = os.read(self._master, 65_536)
        except OSError:  # how Linux tells that nobody holds the other end any more
            return False
        self.raw += data.decode("utf-8", "replace")
        return bool(data)
