"""``folkmoot user``: accounts, by the operator."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from service.app import now_ms
from service.chat.accounts import NewAccount
from service.chat.deeds import OPERATOR
from service.chat.directory import find
from service.chat.enforcement import impose_on_server, unmute_on_server
from service.chat.erasures import EraseUser
from service.chat.ports import Page, Transaction
from service.chat.reasons import reason_of
from service.chat.records import SanctionKind, User
from service.chat.roles import Role
from service.chat.stores.erasures import Messages
from service.chat.users import ChangeUser, RevokeSessions
from service.cli import console, erasing, house, settings
from service.cli.arguments import RoleArgument, RoleOption, Username
from service.cli.console import Failure
from service.cli.spans import SPAN_MAX, span_of

GENERATED_BYTES = 15  # of chance in a generated password: 20 characters
PAGE_USERS = 200  # read at once

_FATES = {Messages.DELETE: "deleted", Messages.DETACH: "detached"}

app = typer.Typer(no_args_is_help=True, help="Manage accounts, also while the server runs.")

PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin's first line.")]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password up, and print it once.")]


Span = Annotated[str | None, typer.Option("--for", metavar="SPAN", help="For how long: 30m, 12h, 3d. Else no end.")]
Reason = Annotated[str | None, typer.Option(help="Why; told to whom it concerns.")]


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
def suspend(username: Username, span: Span = None, reason: Reason = None, data: settings.Data = None) -> None:
    """Suspend a user: all sessions and connections end, and nobody signs in as them.

    Example: folkmoot user suspend gus --for 3d --reason "spam in the lobby"
    """
    user = _impose(SanctionKind.SUSPEND, username, span, reason, data)
    console.hint(f"{user.username} is suspended. To undo it: folkmoot user restore {user.username}")


@app.command()
def restore(username: Username, data: settings.Data = None) -> None:
    """Lift a suspension. The user signs in anew, and is in their rooms again.

    Example: folkmoot user restore gus
    """
    user = _change(ChangeUser(username, suspended=False), data)
    console.hint(f"{user.username} is active.")


@app.command()
def mute(username: Username, span: Span = None, reason: Reason = None, data: settings.Data = None) -> None:
    """Mute a user on the whole server: they read, and do not write.

    Example: folkmoot user mute gus --for 12h --reason "take a walk"
    """
    user = _impose(SanctionKind.MUTE, username, span, reason, data)
    console.hint(f"{user.username} is muted in every room. To undo it: folkmoot user unmute {user.username}")


@app.command()
def unmute(username: Username, data: settings.Data = None) -> None:
    """Lift all mutes of a user that are on the whole server. A room's own mutes stay.

    Example: folkmoot user unmute gus
    """
    house.change(settings.load(data=data), lambda tx: unmute_on_server(tx, OPERATOR, find(tx, username)))
    console.hint(f"{username} may write again, where their rooms let them.")


@app.command("sign-out")
def sign_out(username: Username, reason: Reason = None, data: settings.Data = None) -> None:
    """End all sessions of a user, and their connections with them. They may sign in again.

    Example: folkmoot user sign-out bob
    """
    command = RevokeSessions(username, reason)
    ended = house.change(settings.load(data=data), lambda tx: command.apply(tx, OPERATOR))
    console.hint(f"Ended {ended} {'session' if ended == 1 else 'sessions'}.")


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


@app.command()
def erase(
    username: Username,
    messages: Annotated[
        Messages, typer.Option(help="What becomes of what they said: delete it, or detach it from them.")
    ] = Messages.DELETE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: settings.Data = None,
) -> None:
    """Erase a person for good: their account, what is kept about them, and what they said; or who said it.

    It reaches neither backups nor exports that were made before, and not what others wrote. What is interrupted goes on
    when the server runs.

    Example: folkmoot user erase gus --messages detach
    """
    current = settings.load(data=data)
    house.require_database(current)
    fate = "and delete all that they said" if messages is Messages.DELETE else "and leave what they said to nobody"
    if not yes and not console.confirmed(f"Erase {username}, {fate}?"):
        raise Failure("Nothing was erased.")
    erased = erasing.erase(current, EraseUser(username, messages))
    console.hint(
        f"Erased. Messages {_FATES[messages]}: {erased.changed}. What is left is shown as {erased.user.username}."
    )


def _impose(kind: SanctionKind, username: str, span: str | None, reason: str | None, data: settings.Data) -> User:
    until = None if span is None else now_ms() + _span(span)

    def impose(tx: Transaction) -> User:
        user = find(tx, username)
        impose_on_server(tx, OPERATOR, user, kind, until, reason_of(reason))
        return user

    return house.change(settings.load(data=data), impose)


def _span(word: str) -> int:
    span = span_of(word)
    if span is None or span > SPAN_MAX:
        raise Failure(f"{word} is no span of time: write it as 30m, 12h, 3d or 2w, or leave it out for no end.")
    return int(span.total_seconds() * 1000)


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
