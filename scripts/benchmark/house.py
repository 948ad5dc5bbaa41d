"""What the server needs before it can be measured: users, rooms and memberships, made through the public API.

Hashing a password is slow on purpose, so the house is set up one time, its directory is kept as a model, and every
server that is started later gets a copy with all accounts and sessions in it.
"""

from __future__ import annotations

import json
import re
import shutil
from base64 import urlsafe_b64decode
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx

from .servers import Server, folkmoot, free_port

USERS = 50
# The first so many sit in every room: a room's talkers are different users, but the same ones talk in all rooms.
MEMBERS = 20
ROOMS = 50
HALL = "hall"
PASSWORD = "tide lantern orchard 7 kettle"  # noqa: S105 (of users that live for a minute)
ADMIN = "ann"

AT_ONCE = 4
REQUEST_SECONDS = 60.0
SETUP_TOKEN = re.compile(r"/setup#token=([A-Za-z0-9._~-]+)")


class NotSetUp(Exception):
    """The house could not be made ready, so there is nothing to measure."""


@dataclass(slots=True)
class User:
    """A signed-in user."""

    username: str
    access: str
    refresh: str

    @property
    def sid(self) -> str:
        """The session, as its access token names it."""
        claims = self.access.split(".")[1]
        return str(json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sid"])

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access}"}


def room(number: int) -> str:
    return f"room-{number:02d}"


def _as_it_is(data: Path) -> None:
    """Nothing is to be prepared."""


class House:
    """The model of a data directory, and who can be used in it."""

    def __init__(self, model: Path, port: int, admin: User, users: list[User]) -> None:
        self._model = model
        self._port = port
        self.admin = admin
        self.users = users

    def server(self, home: Path, cores: Collection[int], prepare: Callable[[Path], None] = _as_it_is) -> Server:
        """A server with a copy of the house, which is prepared before it starts. Its tokens name their issuer, so it is
        at the same address each time."""
        shutil.copytree(self._model, home / "data")
        prepare(home / "data")
        return folkmoot(home, home / "data", self._port, cores)

    def sign_in(self, server: Server, usernames: Sequence[str]) -> list[User]:
        """More sessions of these users, one for each time that they are named."""
        with _client(server) as client, ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda username: _sign_in(client, username), usernames))

    def fresh_tokens(self, server: Server, count: int) -> list[str]:
        """That many access tokens that the server has never seen: refreshing is cheap where signing in is not."""
        with _client(server) as client:
            return [self._refresh(client, self.users[number % len(self.users)]) for number in range(count)]

    @staticmethod
    def _refresh(client: httpx.Client, user: User) -> str:
        form = {"grant_type": "refresh_token", "refresh_token": user.refresh}
        answer = _checked(client.post("/oauth/token", data=form)).json()
        user.refresh = answer["refresh_token"]
        return str(answer["access_token"])


def build(home: Path, cores: Collection[int]) -> House:
    """Set a house up in `home`. All of these cores help with the passwords."""
    model, port = home / "model", free_port()
    with folkmoot(home, model, port, cores) as server, _client(server) as client:
        _make_admin(client, server)
        admin = _sign_in(client, ADMIN)
        for slug in (HALL, *map(room, range(ROOMS))):
            _checked(client.post("/api/rooms", json={"slug": slug}, headers=admin.bearer))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            users = list(pool.map(lambda number: _make_user(client, admin, number), range(USERS)))
            list(pool.map(lambda number: _seat(client, users[number], number), range(USERS)))
    return House(model, port, admin, users)


def sign_in_form(username: str) -> dict[str, str]:
    return {"grant_type": "password", "username": username, "password": PASSWORD}


def _client(server: Server) -> httpx.Client:
    # An environment's proxy is for the world outside, not for this machine.
    return httpx.Client(base_url=server.url, timeout=REQUEST_SECONDS, trust_env=False)


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        raise NotSetUp(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}")
    return answer


def _make_admin(client: httpx.Client, server: Server) -> None:
    found = server.wait_for_line(SETUP_TOKEN)
    if found is None:
        raise NotSetUp(f"the server printed no setup link:\n{server.log()}")
    _checked(client.post("/api/setup", json={"token": found[1], "username": ADMIN, "password": PASSWORD}))


def _sign_in(client: httpx.Client, username: str) -> User:
    answer = _checked(client.post("/oauth/token", data=sign_in_form(username))).json()
    return User(username, answer["access_token"], answer["refresh_token"])


def _make_user(client: httpx.Client, admin: User, number: int) -> User:
    username = f"member-{number:02d}"
    _checked(client.post("/api/users", json={"username": username, "password": PASSWORD}, headers=admin.bearer))
    return _sign_in(client, username)


def _seat(client: httpx.Client, user: User, number: int) -> None:
    """Make them a member wherever they will sit, so that nobody's joining is news while others are measured."""
    slugs = [HALL, *map(room, range(ROOMS))] if number < MEMBERS else [room(number % ROOMS)]
    for slug in slugs:
        _checked(client.put(f"/api/rooms/{slug}/members/{user.username}", headers=user.bearer))
