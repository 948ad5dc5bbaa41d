"""``folkmoot invite``: letting somebody make an account."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from service.chat.deeds import OPERATOR
from service.chat.invites import USES_MAX, CreateInvite
from service.chat.roles import Role
from service.cli import console, house, lock, settings
from service.cli.listening import origin

DAYS_DEFAULT = 7
DAYS_MAX = 365
SECONDS_PER_DAY = 86_400


def invite(
    role: Annotated[Literal["guest", "member"], typer.Option(help="The role that it gives.")] = "member",
    uses: Annotated[int, typer.Option(min=1, max=USES_MAX, help="How many people may use it.")] = 1,
    days: Annotated[int, typer.Option(min=1, max=DAYS_MAX, help="How long it is valid, in days.")] = DAYS_DEFAULT,
    data: settings.Data = None,
) -> None:
    """Print a link by which somebody can make an account.

    Example: folkmoot invite --role guest --uses 20 --days 1
    """
    current = settings.load(data=data)
    command = CreateInvite(Role.parse(role), uses, days * SECONDS_PER_DAY)
    made = house.change(current, lambda tx: command.make(tx, OPERATOR))
    url = current.public_url or lock.server_url(current) or origin(current.host, current.port)
    console.say(f"{url}/signup#invite={made.code}")
