"""The two servers as processes: started, waited for, pinned to their core, stopped."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from .connection import LOOPBACK
from .processor import used_seconds

CHECKOUT = Path(__file__).resolve().parents[2]

START_SECONDS = 60.0
STOP_SECONDS = 15.0
LINE_SECONDS = 5.0
POLL_SECONDS = 0.05

PORTS = (20_000, 30_000)

# A server that used less than this in that time has nothing left to do for what was measured before.
IDLE_SECONDS = 0.25
IDLE_USE_SECONDS = 0.02

# The limits that protect a real server from what a benchmark is: one address with thousands of sockets.
LIMITS_LIFTED = {
    "FOLKMOOT_ACCESS_TOKEN_SECONDS": "86400",
    "FOLKMOOT_COMMANDS_PER_SECOND": "1000000",
    "FOLKMOOT_CONNECTIONS": "1000000",
    "FOLKMOOT_CONNECTIONS_PER_ADDRESS": "1000000",
    "FOLKMOOT_CONNECTIONS_PER_USER": "1000000",
    "FOLKMOOT_LOG_LEVEL": "warning",
    "FOLKMOOT_SIGN_INS_PER_ACCOUNT": "1000000",
    "FOLKMOOT_SIGN_INS_PER_ADDRESS": "1000000",
}


class DidNotStart(Exception):
    """A server ended, or was not there in time; its log says why."""


class Server:
    """One running server. As a context it is stopped at the end, whatever happens."""

    def __init__(
        self, name: str, command: Sequence[str], port: int, home: Path, env: Mapping[str, str], cores: Collection[int]
    ) -> None:
        self.name = name
        self.port = port
        self._log = home / f"{name}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=home, env=dict(env), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        # It has had no time to start a thread, and those that it starts inherit this.
        os.sched_setaffinity(self._process.pid, cores)

    def __enter__(self) -> Server:
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def log(self) -> str:
        """All that the server has printed."""
        return self._log.read_text(errors="replace")

    def metrics(self) -> str:
        """What the server counts, as Prometheus reads it."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=START_SECONDS) as answer:  # noqa: S310 (our own server)
            return str(answer.read().decode())

    def wait_for_line(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What the server prints once it is up; None if it does not."""
        end = time.monotonic() + LINE_SECONDS
        while (found := pattern.search(self.log())) is None and time.monotonic() < end:
            time.sleep(POLL_SECONDS)
        return found

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise DidNotStart(f"the {self.name} server ended with {self._process.returncode}:\n{self.log()}")
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=1):  # noqa: S310 (our own server)
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(POLL_SECONDS)
        raise DidNotStart(f"the {self.name} server was not ready within {START_SECONDS:.0f} s:\n{self.log()}")

    def wait_until_idle(self) -> None:
        """Until it has nothing left to do, so that one window's work does not fall into the next one's figures."""
        end = time.monotonic() + STOP_SECONDS
        used = used_seconds(self.pid)
        while time.monotonic() < end:
            time.sleep(IDLE_SECONDS)
            before, used = used, used_seconds(self.pid)
            if used - before < IDLE_USE_SECONDS:
                return

    def stop(self) -> None:
        """Ask it to end, and make it."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def textbook(home: Path, cores: Collection[int]) -> Server:
    """The copied loop under plain uvicorn. Its defaults hold, but that it does not print two lines for each socket."""
    port = free_port()
    uvicorn = [
        sys.executable,
        "-m",
        "uvicorn",
        "scripts.benchmark.textbook:app",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    return Server("textbook", uvicorn, port, home, _environment() | {"PYTHONPATH": str(CHECKOUT)}, cores)


def folkmoot(home: Path, data: Path, port: int, cores: Collection[int]) -> Server:
    """Ours as it is always run, with its limits lifted. No setting turns `synchronous=FULL` off."""
    serve = [sys.executable, "-m", "service.cli", "serve", "--data", str(data), "--port", str(port)]
    return Server("folkmoot", serve, port, home, _environment() | LIMITS_LIFTED | {"PYTHONPATH": str(CHECKOUT)}, cores)


def free_port() -> int:
    """A port that nobody listens on, below those that the kernel hands to ten thousand clients."""
    while True:
        port = random.randrange(*PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port


def _environment() -> dict[str, str]:
    """Without anyone's own settings: they would be measured too."""
    return {name: value for name, value in os.environ.items() if not re.match("FOLKMOOT_|UVICORN_", name)}
