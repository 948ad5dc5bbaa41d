"""How the commands that talk to a server are told which one, and as whom."""

from __future__ import annotations

import os
import sys
from typing import Annotated
from urllib.parse import urlsplit

import httpx
import typer

from service import __version__
from service.cli import console
from service.cli.account import (
    TIMEOUT_SECONDS,
    Account,
    ClientAccount,
    GivenToken,
    PasswordAccount,
    SignInFailed,
    TokenEndpoint,
    Unreachable,
)
from service.cli.console import Failure

# Secrets come from the environment, a pipe or a prompt and never from an argument: everybody on the machine can read
# the arguments of a process.
URL, USER, CLIENT_ID = "FOLKMOOT_URL", "FOLKMOOT_USER", "FOLKMOOT_CLIENT_ID"
PASSWORD, SECRET, TOKEN = "FOLKMOOT_PASSWORD", "FOLKMOOT_CLIENT_SECRET", "FOLKMOOT_TOKEN"
VARIABLES = frozenset({URL, USER, CLIENT_ID, PASSWORD, SECRET, TOKEN})

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

Url = Annotated[str, typer.Option("--url", envvar=URL, help="The server.")]
User = Annotated[
    str, typer.Option("--user", "-u", envvar=USER, help=f"Who signs in; the password is in {PASSWORD}, or asked for.")
]
ClientId = Annotated[
    str, typer.Option(envvar=CLIENT_ID, help=f"The client id of a bot that signs in; its secret is in {SECRET}.")
]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin's first line.")]

DEFAULT_URL = "http://127.0.0.1:8000"


def http_client(url: str) -> httpx.AsyncClient:
    """A client of the server at ``url``."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Failure(f"{url} is not the address of a server; it should look like {DEFAULT_URL}.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        console.hint(f"Warning: {url} is not encrypted: passwords and messages can be read on the way.")
    headers = {"User-Agent": f"folkmoot/{__version__}"}
    return httpx.AsyncClient(base_url=url.rstrip("/"), timeout=TIMEOUT_SECONDS, headers=headers)


def choose_account(
    http: httpx.AsyncClient, user: str, client_id: str, password_stdin: bool, scope: str | None = None
) -> Account:
    """The account that options and environment speak of; what is missing is asked for."""
    endpoint = TokenEndpoint(http)
    if client_id:
        secret = os.environ.get(SECRET)
        if not secret:
            raise Failure(f"The client id {client_id} needs its secret in the environment variable {SECRET}.")
        return ClientAccount(endpoint, client_id, secret, scope)
    token = os.environ.get(TOKEN)
    if token and not user:
        return GivenToken(token)
    if not user:
        if not sys.stdin.isatty():
            raise Failure("Say who signs in, with --user NAME.")
        user = str(typer.prompt("User", err=True))
    password = os.environ.get(PASSWORD) if not password_stdin else None
    return PasswordAccount(endpoint, user, password or console.read_password(password_stdin), scope)


async def sign_in(account: Account) -> None:
    """Get the first token, or fail with what the server said."""
    try:
        await account.sign_in()
    except (SignInFailed, Unreachable) as error:
        raise Failure(f"Not signed in: {error}") from error
