"""``folkmoot user``: accounts, by the operator."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from service.chat.accounts import NewAccount
from service.chat.deeds import OPERATOR
from service.chat.directory import find
from service.chat.ports import Page, Transaction
from service.chat.records import User
from service.chat.roles import Role
from service.chat.users import ChangeUser
from service.cli import console, house, settings
from service.cli.arguments import RoleArgument, RoleOption, Username
from service.cli.console import Failure

GENERATED_BYTES = 15  # of chance in a generated password: 20 characters
PAGE_USERS = 200  # read at once

app = typer.Typer(no_args_is_help=True, help="Manage accounts, also while the server runs.")

PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin's first line.")]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password up, and print it once.")]


@app.command()
def add(
    username: Username,
    name: Annotated[str | None, typer.Option(help="The name that others see; without it, the username.")] = None,
    role: RoleOption = "member",
    password_stdin: PasswordStdin = False,
    generate: Generate = False,
    data: settings.Data = None,
) -> None:
    """Add a user.

    Example: folkmoot user add ann --role admin
    """
    current = settings.load(data=data)
    password = _password(password_stdin, generate)
    wanted = NewAccount(username, password, name)
    user = house.visit(current, lambda at: at.accounts.add(wanted, Role.parse(role), OPERATOR))
    console.hint(f"Added {user.username} as {user.role.word}.")
    _tell(password, generate)


@app.command("list")
def list_users(data: settings.Data = None) -> None:
    """List all users.

    Example: folkmoot user list
    """
    users = house.look(settings.load(data=data), _all)
    rows = [(user.username, user.role.word, _state(user), user.name) for user in users]
    console.table(("username", "role", "state", "name"), rows)


@app.command("role")
def set_role(username: Username, role: RoleArgument, data: settings.Data = None) -> None:
    """Give a user another role. Memberships in rooms whose gate is lost by it end.

    Example: folkmoot user role bob moderator
    """
    user = _change(ChangeUser(username, role=Role.parse(role)), data)
    console.hint(f"{user.username} is {user.role.word}.")


@app.command()
def suspend(username: Username, data: settings.Data = None) -> None:
    """Suspend a user: all sessions and connections end, and nobody signs in as them.

    Example: folkmoot user suspend gus
    """
    user = _change(ChangeUser(username, suspended=True), data)
    console.hint(f"{user.username} is suspended. To undo it: folkmoot user restore {user.username}")


@app.command()
def restore(username: Username, data: settings.Data = None) -> None:
    """Lift a suspension. The user signs in and joins rooms anew.

    Example: folkmoot user restore gus
    """
    user = _change(ChangeUser(username, suspended=False), data)
    console.hint(f"{user.username} is active.")


@app.command("password")
def set_password(
    username: Username,
    password_stdin: PasswordStdin = False,
    generate: Generate = False,
    data: settings.Data = None,
) -> None:
    """Give a user another password. All of their sessions end.

    Example: folkmoot user password ann
    """
    current = settings.load(data=data)
    password = _password(password_stdin, generate)
    user = house.visit(current, lambda at: at.accounts.set_password(username, password))
    console.hint(f"{user.username} has another password, and is signed out everywhere.")
    _tell(password, generate)


def _change(command: ChangeUser, data: settings.Data) -> User:
    def change(tx: Transaction) -> User:
        command.apply(tx, OPERATOR)
        return find(tx, command.username)

    return house.change(settings.load(data=data), change)


def _password(stdin: bool, generate: bool) -> str:
    if stdin and generate:
        raise Failure("Choose one of --password-stdin and --generate.")
    if generate:
        return secrets.token_urlsafe(GENERATED_BYTES)
    return console.read_password(stdin, confirm=True)


def _tell(password: str, generated: bool) -> None:
    if generated:
        console.hint("The password, which is kept nowhere:")
        console.say(password)


def _all(tx: Transaction) -> list[User]:
    users: list[User] = []
    while page := tx.users.page(Page(users[-1].username if users else None, PAGE_USERS)):
        users += page
    return users


def _state(user: User) -> str:
    if user.suspended:
        return "suspended"
    return "bot" if user.bot else "active"
