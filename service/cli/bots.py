"""``folkmoot bot``: users that are programs."""

from __future__ import annotations

from typing import Annotated

import typer

from service.chat.roles import Role
from service.cli import console, house, settings
from service.cli.arguments import RoleOption, Username

app = typer.Typer(no_args_is_help=True, help="Manage bots, also while the server runs.")


@app.command()
def add(
    username: Username,
    name: Annotated[str | None, typer.Option(help="The name that others see; without it, the username.")] = None,
    role: RoleOption = "member",
    data: settings.Data = None,
) -> None:
    """Add a bot, and print the id and the secret that it signs in with. The secret is shown this once.

    Example: folkmoot bot add deploys
    """
    made = house.visit(settings.load(data=data), lambda at: at.bots.add(username, name, Role.parse(role)))
    console.hint(f"Added the bot {made.user.username} as {made.user.role.word}. The secret is shown this once:")
    console.say(f"client_id={made.client_id}")
    console.say(f"client_secret={made.secret}")


@app.command("list")
def list_bots(data: settings.Data = None) -> None:
    """List all bots and their client ids.

    Example: folkmoot bot list
    """
    bots = house.visit(settings.load(data=data), lambda at: at.bots.all())
    rows = [(bot.user.username, bot.user.role.word, bot.client.client_id, bot.user.name) for bot in bots]
    console.table(("username", "role", "client id", "name"), rows)
