"""``folkmoot token``: an access token for scripts."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from service.cli import console, sign_in


def token(
    url: sign_in.Url = sign_in.DEFAULT_URL,
    user: sign_in.User = "",
    client_id: sign_in.ClientId = "",
    scope: Annotated[str, typer.Option(help="What it may be used for; left out: all that the role allows.")] = "",
    password_stdin: sign_in.PasswordStdin = False,
) -> None:
    """Print an access token, and nothing else.

    It is good for 15 minutes by default, and nothing of it is kept here.

    Example: curl -H "Authorization: Bearer $(folkmoot token --user ann)" http://127.0.0.1:8000/api/me
    """
    console.say(asyncio.run(_get(url, user, client_id, scope or None, password_stdin)))


async def _get(url: str, user: str, client_id: str, scope: str | None, password_stdin: bool) -> str:
    async with sign_in.http_client(url) as http:
        account = sign_in.choose_account(http, user, client_id, password_stdin, scope)
        await sign_in.sign_in(account)
        return account.access_token
