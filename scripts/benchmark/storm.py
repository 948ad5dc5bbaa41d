"""People who sign in: one HTTP request each, on sockets of their own, in the same loop as everything else."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from urllib.parse import urlencode

from .connection import LOOPBACK
from .dialects import BadFrame
from .frames import END_OF_HEAD
from .house import sign_in_form
from .loop import Loop


class SignIn:
    """One person at the door."""

    def __init__(self, storm: Storm, port: int, username: str) -> None:
        body = urlencode(sign_in_form(username)).encode()
        head = (
            f"POST /oauth/token HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nConnection: close\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}"
        )
        self._request = head.encode() + END_OF_HEAD + body
        self._answer = b""
        self._storm = storm
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self.sock.connect_ex((LOOPBACK, port))

    @property
    def blocked(self) -> bool:
        return bool(self._request)

    def writable(self) -> bool:
        sent = self.sock.send(self._request) if self._request else 0
        self._request = self._request[sent:]
        return not self._request

    def take(self, chunk: bytes | memoryview) -> None:
        self._answer += bytes(chunk)

    def ended(self) -> None:
        self._storm.ended(self)

    @property
    def welcome(self) -> bool:
        return self._answer.startswith(b"HTTP/1.1 200 ")

    @property
    def refusal(self) -> str:
        """What they were told instead; a refusal holds no token."""
        return self._answer.decode(errors="replace")

    def close(self) -> None:
        self.sock.close()


class Storm:
    """Keeps that many people signing in until it is over."""

    def __init__(self, loop: Loop, port: int, usernames: Sequence[str]) -> None:
        self._loop = loop
        self._port = port
        self._usernames = usernames
        self._turn = 0
        self._going_on = True
        self.inside = 0
        self.signed_in = 0

    def start(self, at_once: int) -> None:
        for _ in range(at_once):
            self._one_more()

    def _one_more(self) -> None:
        username = self._usernames[self._turn % len(self._usernames)]
        self._turn += 1
        self.inside += 1
        self._loop.add(SignIn(self, self._port, username))

    def ended(self, person: SignIn) -> None:
        self._loop.remove(person)
        self.inside -= 1
        if not person.welcome:
            raise BadFrame(f"someone who signs in with the right password is turned away: {person.refusal}")
        self.signed_in += 1
        if self._going_on:
            self._one_more()

    def finish(self) -> None:
        """Nobody new comes."""
        self._going_on = False
