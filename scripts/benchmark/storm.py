"""People who sign in, many at a time and one after another."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from .dialects import BadFrame
from .house import sign_in_form
from .loop import Loop
from .request import Request

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


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
        form = urlencode(sign_in_form(username)).encode()
        self._loop.add(Request(self._port, "POST /oauth/token", FORM, form, self._answered))

    def _answered(self, person: Request) -> None:
        self._loop.remove(person)
        self.inside -= 1
        if not person.succeeded:
            raise BadFrame(f"someone who signs in with the right password is turned away: {person.told}")
        self.signed_in += 1
        if self._going_on:
            self._one_more()

    def finish(self) -> None:
        """Nobody new comes."""
        self._going_on = False
