"""``folkmoot chat``."""

from __future__ import annotations

import asyncio
import secrets
import time
from datetime import UTC, datetime
from typing import Annotated

import httpx
import typer

from service.chat.ids import new_uid
from service.cli import sign_in
from service.cli.account import Account
from service.cli.chat.conversation import Conversation
from service.cli.chat.link import Link
from service.cli.chat.screen import Screen, open_screen

NANOSECONDS_PER_MS = 1_000_000


def chat(
    room: Annotated[str, typer.Argument(help="The room's slug.")],
    url: sign_in.Url = sign_in.DEFAULT_URL,
    user: sign_in.User = "",
    client_id: sign_in.ClientId = "",
) -> None:
    """Talk in a room.

    What the room says appears while you type; /help lists what else can be done. A lost connection is made again, and
    nothing is lost or doubled by it. With a pipe, each line is a message, and the program ends when all are stored.

    Examples: folkmoot chat lobby --user ann ; uptime | folkmoot chat ops --client-id ID
    """
    raise typer.Exit(asyncio.run(_talk(room, url, user, client_id)))


async def _talk(room: str, url: str, user: str, client_id: str) -> int:
    async with sign_in.http_client(url) as http:
        account = sign_in.choose_account(http, user, client_id, password_stdin=False)
        await sign_in.sign_in(account)
        try:
            conversation = Conversation(room, now=_now, wall=_wall, new_nonce=_new_nonce)
            return await _run(conversation, account, http, open_screen(conversation))
        finally:
            await account.sign_out()


async def _run(conversation: Conversation, account: Account, http: httpx.AsyncClient, screen: Screen) -> int:
    link = Link(conversation, account, http, screen.show)
    typing = asyncio.create_task(screen.read(link.tell))
    try:
        return await link.run()
    finally:
        typing.cancel()
        await asyncio.wait([typing])


def _now() -> int:
    return time.monotonic_ns() // NANOSECONDS_PER_MS


def _wall() -> datetime:
    return datetime.now(UTC)


def _new_nonce() -> str:
    # In the order of time, so that the server's index of nonces grows at its end.
    return new_uid("c", time.time_ns() // NANOSECONDS_PER_MS, secrets.token_bytes)
