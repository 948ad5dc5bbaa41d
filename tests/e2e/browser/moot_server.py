"""The real server as a process of its own, on a free port, with its own data: started, killed and started again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx

READY = re.compile(r"^Folkmoot is at (http://\S+)$")
SETUP_LINK = re.compile(r"^\s*(http://\S+/setup#token=\S+)$")
START_LIMIT = 30  # seconds
STOP_LIMIT = 20  # seconds; longer than it takes to tell everybody
PASSWORD = "folkmoot-demo"


class MootServer:
    """``with MootServer(tmp_path, demo=True) as server``: it answers at ``server.url``."""

    def __init__(self, data: Path, *, demo: bool, **settings: object) -> None:
        self._data = data
        self._demo = demo
        self._settings = {f"FOLKMOOT_{name.upper()}": str(value) for name, value in settings.items()}
        self._port = 0
        self._process: subprocess.Popen[str] | None = None
        self._listener: threading.Thread | None = None
        self._said: list[str] = []
        self._changed = threading.Condition()
        self.url = ""

    def __enter__(self) -> MootServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self.kill()

    def start(self) -> None:
        """Start it, at the port that it had before if it was there before, and wait until it says that it is ready."""
        command = [sys.executable, "-m", "service.cli", "serve", "--data", str(self._data), "--port", str(self._port)]
        self._said = []
        self._process = subprocess.Popen(
            [*command, "--demo"] if self._demo else command,
            env=os.environ | self._settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._listener = threading.Thread(target=self._listen, args=(self._process,))
        self._listener.start()
        self.url = self._wait_for(READY)
        self._port = httpx.URL(self.url).port or 0

    def bring(self, export: Path) -> None:
        """Stop it, import an export, and start it again: then what was said long ago is there."""
        self.stop()
        command = [sys.executable, "-m", "service.cli", "import", str(export), "--data", str(self._data)]
        subprocess.run(command, check=True, capture_output=True)
        self.start()

    def setup_link(self) -> str:
        """The link that a server without users prints."""
        return self._wait_for(SETUP_LINK)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as an operator would."""
        self._end(signal.SIGTERM)

    def terminate(self) -> None:
        """Tell it to end, and do not wait until it has."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(STOP_LIMIT)
        self._process = None
        if self._listener is not None:
            self._listener.join()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                with self._changed:
                    self._said.append(line.rstrip("\n"))
                    self._changed.notify_all()
        with self._changed:
            self._said.append("(it ended)")
            self._changed.notify_all()

    def _wait_for(self, pattern: re.Pattern[str]) -> str:
        def found() -> str | None:
            return next((match[1] for line in self._said if (match := pattern.match(line))), None)

        with self._changed:
            self._changed.wait_for(lambda: found() or "(it ended)" in self._said, START_LIMIT)
            answer = found()
        assert answer is not None, "The server did not say that it is ready. It said:\n" + "\n".join(self._said)
        return answer


class Program:
    """Somebody who speaks to the server without a browser: sets the scene, and does what happens behind one's back."""

    def __init__(self, server: MootServer, username: str, password: str = PASSWORD) -> None:
        self._http = httpx.Client(base_url=server.url)
        form = {"grant_type": "password", "username": username, "password": password}
        token = self._http.post("/oauth/token", data=form).raise_for_status().json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        self.username = username

    def __enter__(self) -> Program:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def room(self, slug: str, *members: str, **settings: object) -> str:
        """Make a room and put members into it."""
        self._call("POST", "/api/rooms", {"slug": slug, "name": slug.capitalize()} | settings)
        for member in members:
            self._call("PUT", f"/api/rooms/{slug}/members/{member}", {})
        return slug

    def join(self, slug: str) -> None:
        """Become a member."""
        self._call("PUT", f"/api/rooms/{slug}/members/{self.username}", {})

    def say(self, slug: str, text: str) -> None:
        """Say something in a room that one is in."""
        self._call("POST", f"/api/rooms/{slug}/messages", {"text": text})

    def send_file(self, slug: str, name: str, content: bytes) -> None:
        """Upload a file of this name, and say nothing with it."""
        path = f"/api/rooms/{slug}/files"
        file = self._http.post(path, params={"name": name}, content=content).raise_for_status().json()
        self._call("POST", f"/api/rooms/{slug}/messages", {"files": [file["id"]]})

    def react(self, message: dict[str, Any], emoji: str) -> None:
        """Put a reaction under a message."""
        self._call("PUT", f"/api/messages/{message['id']}/reactions/{quote(emoji, safe='')}", {})

    def read(self, slug: str, seq: int) -> None:
        """Have read a room so far."""
        self._call("PUT", f"/api/rooms/{slug}/read", {"seq": seq})

    def see(self, slug: str) -> dict[str, Any]:
        """A room, with what one has not read in it."""
        found: dict[str, Any] = self._call("GET", f"/api/rooms/{slug}").json()
        return found

    def messages(self, slug: str, *, before: int | None = None) -> list[dict[str, Any]]:
        """The latest messages of a room, or those before one."""
        asked = "" if before is None else f"&before={before}"
        found: list[dict[str, Any]] = self._call("GET", f"/api/rooms/{slug}/messages?limit=200{asked}").json()["items"]
        return found

    def reply(self, message: dict[str, Any], text: str) -> None:
        """Answer a message, in its thread."""
        self._call("POST", f"/api/rooms/{message['room']}/messages", {"text": text, "reply_to": message["id"]})

    def remove(self, slug: str, username: str) -> None:
        """Remove a member."""
        self._call("DELETE", f"/api/rooms/{slug}/members/{username}")

    def sanction(
        self, slug: str, username: str, kind: str, *, until: datetime | None = None, reason: str | None = None
    ) -> None:
        """Kick, mute or ban somebody."""
        end = None if until is None else until.isoformat(timespec="milliseconds")
        wanted = {"user": username, "kind": kind, "until": end, "reason": reason}
        self._call("POST", f"/api/rooms/{slug}/sanctions", {name: value for name, value in wanted.items() if value})

    def lift(self, slug: str, username: str) -> None:
        """End all that keeps somebody out or silent."""
        for sanction in self._call("GET", f"/api/rooms/{slug}/sanctions").json()["items"]:
            if sanction["user"] == username:
                self._call("DELETE", f"/api/rooms/{slug}/sanctions/{sanction['id']}")

    def reports(self, slug: str) -> list[dict[str, Any]]:
        """What people have told those who moderate a room."""
        found: list[dict[str, Any]] = self._call("GET", f"/api/rooms/{slug}/reports").json()["items"]
        return found

    def report(self, slug: str, text: str, reason: str) -> None:
        """Tell those who moderate a room about the message that says this."""
        page = self._call("GET", f"/api/rooms/{slug}/messages").json()["items"]
        found = next(message["id"] for message in page if message["text"] == text)
        self._call("POST", f"/api/messages/{found}/reports", {"reason": reason})

    def add_filter(self, slug: str, kind: str, pattern: str, action: str) -> None:
        """Have what is said in a room looked through from now on."""
        self._call("POST", f"/api/rooms/{slug}/filters", {"kind": kind, "pattern": pattern, "action": action})

    def role_in(self, slug: str) -> str | None:
        """One's own role in a room."""
        role: str | None = self._call("GET", f"/api/rooms/{slug}").json()["you"]["role"]
        return role

    def change_room(self, slug: str, **settings: object) -> None:
        """Change a room's settings."""
        self._call("PATCH", f"/api/rooms/{slug}", settings)

    def delete_room(self, slug: str) -> None:
        """Delete a room for good."""
        self._call("DELETE", f"/api/rooms/{slug}")

    def change_user(self, username: str, **settings: object) -> None:
        """Give somebody another role, suspend them, or let them be again."""
        self._call("PATCH", f"/api/users/{username}", settings)

    def rename(self, name: str) -> None:
        """Be called something else."""
        self._call("PATCH", "/api/me", {"name": name})

    def invite(self) -> str:
        """The link with which one person signs up."""
        return str(self._call("POST", "/api/invites", {"uses": 1}).json()["link"])

    def reset_link(self, username: str) -> str:
        """The link with which somebody chooses a new password."""
        return str(self._call("POST", f"/api/users/{username}/password-reset").json()["link"])

    def texts(self, slug: str) -> list[str]:
        """What was said in a room, the latest page of it."""
        return [message["text"] for message in self._call("GET", f"/api/rooms/{slug}/messages").json()["items"]]

    def _call(self, method: str, path: str, body: object | None = None) -> httpx.Response:
        return self._http.request(method, path, json=body).raise_for_status()
