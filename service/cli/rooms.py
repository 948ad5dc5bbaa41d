"""``folkmoot room``: rooms, by the operator."""

from __future__ import annotations

from typing import Annotated

import typer

from service.chat.deeds import OPERATOR, Deed, What
from service.chat.directory import find
from service.chat.policy import may_create, may_set_gate
from service.chat.ports import Page, Transaction
from service.chat.records import Room
from service.chat.roles import Role, Scope, Visibility
from service.chat.rooms import SLOW_MODE_MAX, CreateRoom
from service.cli import console, house, settings
from service.cli.arguments import RoleWord

PAGE_ROOMS = 200  # read at once
OPERATOR_ID = 0  # no user's: the operator is a member of no room

app = typer.Typer(no_args_is_help=True, help="Manage rooms, also while the server runs.")

JoinRole = Annotated[RoleWord, typer.Option(help="The lowest role that may enter.")]
PostRole = Annotated[RoleWord, typer.Option(help="The lowest role that may post.")]


@app.command()
def add(
    slug: Annotated[str, typer.Argument(help="The room's name in links: a-z, 0-9 and hyphen.")],
    owner: Annotated[str, typer.Option(help="The username of who owns it.")],
    name: Annotated[str | None, typer.Option(help="The name that is shown; without it, the slug.")] = None,
    topic: Annotated[str, typer.Option(help="What it is about.")] = "",
    private: Annotated[bool, typer.Option("--private", help="Only members and admins know of it.")] = False,
    join_role: JoinRole = "member",
    post_role: PostRole = "member",
    slow_mode: Annotated[int, typer.Option(min=0, max=SLOW_MODE_MAX, help="Seconds between two messages.")] = 0,
    data: settings.Data = None,
) -> None:
    """Add a room.

    Example: folkmoot room add staff --owner ann --join-role moderator
    """
    visibility = Visibility.PRIVATE if private else Visibility.PUBLIC
    gates = (Role.parse(join_role), Role.parse(post_role))
    wanted = CreateRoom(slug, name, topic, visibility, *gates, slow_mode=slow_mode)
    room = house.change(settings.load(data=data), lambda tx: _make(tx, wanted, owner))
    console.hint(f"Added the {room.visibility.value} room {room.slug}, owned by {owner}.")


@app.command("list")
def list_rooms(data: settings.Data = None) -> None:
    """List all rooms, without direct ones.

    Example: folkmoot room list
    """
    rooms = house.look(settings.load(data=data), _all)
    rows = [
        (room.slug, room.visibility.value, room.join_role.word, room.post_role.word, str(room.members), room.name)
        for room in rooms
    ]
    console.table(("slug", "visibility", "join role", "post role", "members", "name"), rows)


def _make(tx: Transaction, wanted: CreateRoom, owner: str) -> Room:
    # The operator may do everything, but not leave behind what could not have come about: a room whose owner could
    # not enter it.
    user = find(tx, owner)
    may_create(user, frozenset(Scope)).require()
    for gate in (wanted.join_role, wanted.post_role):
        may_set_gate(user, gate).require()
    room = wanted.make(tx, user)
    Deed(OPERATOR, What.ROOM_CREATED, OPERATOR.server_rank, on=user, room=room).done(tx)
    return room


def _all(tx: Transaction) -> list[Room]:
    rooms: list[Room] = []
    while page := tx.rooms.page(OPERATOR_ID, True, Page(rooms[-1].slug if rooms else None, PAGE_ROOMS)):
        rooms += [room for room, _ in page]
    return rooms
