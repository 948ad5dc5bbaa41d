"""A house to try things in: the real server as a process, with the cast of the demonstration, at one address through
all its ends and beginnings; and what must be true of its log whatever was done to it.

What a client says on a socket is ``line``'s, what no client would say is ``stranger``'s.
"""

from __future__ import annotations

import json
import re
import signal
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tests.e2e.programs import PASSWORD, PATIENCE_SECONDS, Server, run

CAST = ("ann", "mo", "bob", "cyn", "gus")
PAGE = 200  # messages that one page of a history holds at most
# What a line of the log looks like that should not be there: the server's own failure, whatever it answered.
_ALARM = re.compile(r"Traceback|^\S+Z (?:error|critical) |status=5(?!03)\d\d", re.MULTILINE)
_TLS = ssl.create_default_context()  # made once: httpx would read all certificates for each client, and needs none


class House:
    """``with House(tmp_path, commands_per_second=9) as house``: settings are those of the server."""

    def __init__(self, place: Path, *arguments: str, **settings: object) -> None:
        self.data = place / "data"
        self._arguments = arguments
        self._settings = {f"FOLKMOOT_{name.upper()}": _written(value) for name, value in settings.items()}
        self._server: Server | None = None
        self._tokens: dict[str, str] = {}
        self.port = 0
        self.url = ""

    # From beginning to end

    def start(self) -> None:
        """Open the house, where it stood before if it did."""
        seed = () if self._tokens or self.port else ("--demo",)
        self._server = Server(self.data, *seed, *self._arguments, port=self.port, **self._settings)
        self.url, self.port = self._server.url, self._server.port

    def kill(self) -> None:
        """End it as the loss of power to the process would: nothing in it gets to run again."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End it as an operator would; its exit status."""
        return self._end(signal.SIGTERM)

    def terminate(self) -> None:
        """Ask it to end, and do not wait until it has."""
        self.server.process.send_signal(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        server, self._server = self.server, None
        return server.stop(how)

    @property
    def server(self) -> Server:
        """The process that runs."""
        assert self._server is not None, "the house is closed"
        return self._server

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._server is not None:
            self.kill()

    # Its log

    @property
    def log(self) -> str:
        """All that it has logged, over all its runs."""
        return (self.data.parent / f"{self.data.name}.log").read_text()

    @contextmanager
    def unshaken(self) -> Iterator[None]:
        """What is done in here ends neither in a traceback nor in a 500, and the server is there afterwards."""
        before = len(self.log)
        yield
        self.require_calm(before)
        assert httpx.get(f"{self.url}/readyz", verify=_TLS).status_code == 200

    def require_calm(self, since: int = 0) -> None:
        """Nothing in the log tells of a failure of the server's own."""
        log = self.log[since:]
        found = _ALARM.search(log)
        assert found is None, f"The log tells of a failure:\n{log[max(0, found.start() - 500) : found.end() + 4000]}"

    # Its people

    @property
    def socket_url(self) -> str:
        """The socket for many rooms."""
        return f"ws://127.0.0.1:{self.port}/ws"

    def room_url(self, slug: str) -> str:
        """The socket for one room."""
        return f"ws://127.0.0.1:{self.port}/chat/{slug}"

    def sign_in(self, username: str, password: str = PASSWORD, **fields: str) -> dict[str, Any]:
        """A new session: what the token endpoint answers."""
        form = {"grant_type": "password", "username": username, "password": password, **fields}
        answer = httpx.post(f"{self.url}/oauth/token", data=form, verify=_TLS)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def token(self, username: str) -> str:
        """An access token of the one session that somebody has throughout, unless a test gives them another."""
        if username not in self._tokens:
            self._tokens[username] = str(self.sign_in(username)["access_token"])
        return self._tokens[username]

    def ask(self, username: str | None, method: str, path: str, body: object = None, **more: Any) -> httpx.Response:
        """One request by somebody, or by nobody."""
        headers = dict(more.pop("headers", {}))
        if username is not None:
            headers.setdefault("Authorization", f"Bearer {self.token(username)}")
        if body is not None:
            more["json"] = body
        return httpx.request(
            method, f"{self.url}{path}", headers=headers, verify=_TLS, timeout=PATIENCE_SECONDS, **more
        )

    def do(self, username: str, method: str, path: str, body: object = None) -> Any:
        """One request that has to succeed; its answer."""
        answer = self.ask(username, method, path, body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def person(self, username: str, role: str = "member") -> str:
        """Somebody new, with the password of everybody."""
        self.do("ann", "POST", "/api/users", {"username": username, "password": PASSWORD})
        if role != "member":
            self.do("ann", "PATCH", f"/api/users/{username}", {"role": role})
        return username

    def room(self, slug: str, by: str = "ann", **fields: object) -> str:
        """A new room."""
        self.do(by, "POST", "/api/rooms", {"slug": slug, **fields})
        return slug

    def history(self, slug: str, by: str = "ann") -> list[dict[str, Any]]:
        """All messages of a room, oldest first."""
        found: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            page = self.do(by, "GET", f"/api/rooms/{slug}/messages?after={after}&limit={PAGE}")
            found += page["items"]
            after = page["next"]
        return found

    def operate(self, *arguments: str) -> str:
        """Run the program beside the server, on the same data, as its operator does."""
        outcome = run(*arguments, "--data", str(self.data))
        assert outcome.returncode == 0, outcome.stderr
        return outcome.stdout


def _written(value: object) -> str:
    """A setting as the environment has it."""
    return json.dumps(value) if isinstance(value, list | tuple | bool) else str(value)
