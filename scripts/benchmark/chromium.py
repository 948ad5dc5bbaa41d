"""A Chromium without a screen, spoken to by its own protocol (CDP) over one WebSocket: tabs with a memory of their own,
what they load, and what a script in them answers."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from websockets.sync.client import ClientConnection, connect

from .connection import LOOPBACK
from .servers import DidNotStart

PROGRAM = "chromium"
# As root, in a container, without a screen, and without calling home.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)
WINDOW = (1440, 900)
START_SECONDS = 30.0
STOP_SECONDS = 10.0
ANSWER_SECONDS = 120.0
POLL_SECONDS = 0.05


class PageError(Exception):
    """The page, or the browser, answered with an error; the text says which."""


def found() -> bool:
    """Whether there is one."""
    return shutil.which(PROGRAM) is not None


def browser() -> str:
    """Which one."""
    told = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True)
    return " ".join(told.stdout.split()[:2])


class Chromium:
    """One browser with a profile of its own. As a context it is ended, whatever happens."""

    def __init__(self, home: Path, cores: Collection[int]) -> None:
        self._profile = home
        self._process = subprocess.Popen(
            [PROGRAM, *FLAGS, f"--user-data-dir={home}", f"--window-size={WINDOW[0]},{WINDOW[1]}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.sched_setaffinity(self._process.pid, cores)
        self._numbers = itertools.count(1)
        self._socket: ClientConnection | None = None
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Chromium:
        try:
            self._socket = connect(self._address(), max_size=None, compression=None)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket is not None:
            self._socket.close()
        self._end()

    def call(self, method: str, session: str | None = None, **parameters: object) -> dict[str, Any]:
        """Ask for something, and wait for the answer; what happens meanwhile is kept in ``events``."""
        number = next(self._numbers)
        asked = {"id": number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        if self._socket is None:
            raise PageError("it is spoken to as a context")
        self._socket.send(json.dumps(asked))
        while True:
            said = json.loads(self._socket.recv(timeout=ANSWER_SECONDS))
            if said.get("id") != number:
                self.events.append(said)
            elif "error" in said:
                raise PageError(f"{method}: {said['error']['message']}")
            else:
                answer: dict[str, Any] = said["result"]
                return answer

    @contextmanager
    def tab(self) -> Iterator[Tab]:
        """A tab of somebody who was never here: no cookie, nothing in any cache."""
        own = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=own)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        try:
            yield Tab(self, session)
        finally:
            self.call("Target.disposeBrowserContext", browserContextId=own)
            self.events.clear()

    def _address(self) -> str:
        file, end = self._profile / "DevToolsActivePort", time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(OSError, ValueError):
                port, path = file.read_text().split()
                return f"ws://{LOOPBACK}:{port}{path}"
            time.sleep(POLL_SECONDS)
        raise DidNotStart(f"{PROGRAM} was not ready within {START_SECONDS:.0f} s")

    def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


class Tab:
    """One page of the browser."""

    def __init__(self, chromium: Chromium, session: str) -> None:
        self._chromium = chromium
        self._session = session
        self.call("Page.enable")

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Ask this page for something."""
        return self._chromium.call(method, self._session, **parameters)

    def before_each_page(self, script: str) -> None:
        """Run a script before those of any page."""
        self.call("Page.addScriptToEvaluateOnNewDocument", source=script)

    def go(self, url: str) -> None:
        """Begin to load a page, anew also where only the part behind # is another."""
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=url)

    def evaluate(self, expression: str) -> Any:
        """What a script comes to, when its promise is kept."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise PageError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def write(self, text: str) -> None:
        """Type into what has the focus."""
        self.call("Input.insertText", text=text)

    def forget_what_was_loaded(self, origin: str) -> None:
        """Only the cookie is left: the caches are as cold as at a first visit."""
        self.call("Network.clearBrowserCache")
        self.call("Storage.clearDataForOrigin", origin=origin, storageTypes="service_workers,cache_storage")

    def watch_the_wire(self) -> None:
        """From here on, what is loaded counts."""
        self.call("Network.enable")
        self._chromium.events.clear()

    def over_the_wire(self) -> tuple[int, int]:
        """The answers to this page's requests, with their heads and as compressed as they came: how many, and how many
        bytes."""
        sizes = [
            event["params"]["encodedDataLength"]
            for event in self._chromium.events
            if event.get("sessionId") == self._session and event["method"] == "Network.loadingFinished"
        ]
        return len(sizes), int(sum(sizes))

    def metric(self, name: str) -> float:
        """One of the browser's own measures of the page."""
        self.call("Performance.enable")
        metrics = self.call("Performance.getMetrics")["metrics"]
        return float(next(metric["value"] for metric in metrics if metric["name"] == name))

    def collect_garbage(self) -> None:
        """What is let go is gone."""
        self.call("HeapProfiler.collectGarbage")
