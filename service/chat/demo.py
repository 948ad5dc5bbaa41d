"""The users and rooms of the demonstration, so that one can look around at once.

Their password is public. Therefore this is only for a server that nobody else can reach; ``exposed`` tells who could
still be signed in as by everybody, before a server with such users is opened to others.
"""

from __future__ import annotations

from service.chat.deeds import OPERATOR, Deed, What
from service.chat.members import enter
from service.chat.passwords import Passwords
from service.chat.ports import Database, Transaction
from service.chat.records import User
from service.chat.roles import Role, RoomRole, Visibility
from service.chat.rooms import CreateRoom

PASSWORD = "folkmoot-demo"  # noqa: S105  public, and said so wherever it is used
ADMIN = "ann"
USERS = {
    ADMIN: Role.ADMIN,
    "mo": Role.MODERATOR,
    "bob": Role.MEMBER,
    "cyn": Role.MEMBER,
    "gus": Role.GUEST,
}
ROOMS = (
    CreateRoom("lobby", "Lobby", "Come in and say hello", join_role=Role.GUEST, post_role=Role.GUEST),
    CreateRoom("staff", "Staff", "Moderators and admins among themselves", join_role=Role.MODERATOR),
    CreateRoom("news", "News", "Everyone reads, moderators write", join_role=Role.GUEST, post_role=Role.MODERATOR),
    CreateRoom("den", "Den", "Private: by invitation", visibility=Visibility.PRIVATE),
)
PRIVATE_GUESTS = {"den": ("bob",)}


async def seed(database: Database, passwords: Passwords) -> None:
    """Add what is missing; what is there, or was deleted, stays as it is."""
    missing = await database.read(lambda tx: [name for name in USERS if tx.users.by_username(name) is None])
    hashes = {name: await passwords.given_hash(PASSWORD) for name in missing}
    await database.write(lambda tx: _seed(tx, hashes))


async def exposed(database: Database, passwords: Passwords) -> list[str]:
    """The usernames of the demonstration's users that still have its password."""

    def read(tx: Transaction) -> list[tuple[str, str | None]]:
        users = [tx.users.by_username(name) for name in USERS]
        return [(user.username, tx.users.password_hash(user.id)) for user in users if user and not user.suspended]

    return [
        username
        for username, password_hash in await database.read(read)
        if password_hash is not None and await passwords.verify(PASSWORD, password_hash)
    ]


def _seed(tx: Transaction, hashes: dict[str, str]) -> None:
    for username, password_hash in hashes.items():
        if not tx.users.taken(username):
            _enrol(tx, username, password_hash)
    owner = tx.users.by_username(ADMIN)
    if owner is None:
        return
    for wanted in ROOMS:
        if tx.rooms.by_slug(wanted.slug) is None:
            _furnish(tx, wanted, owner)


def _enrol(tx: Transaction, username: str, password_hash: str) -> None:
    role = USERS[username]
    user = tx.users.add(username, username.capitalize(), role, bot=False, password_hash=password_hash)
    Deed(OPERATOR, What.USER_ADDED, OPERATOR.server_rank, on=user).done(tx, role=role.word)


def _furnish(tx: Transaction, wanted: CreateRoom, owner: User) -> None:
    room = wanted.make(tx, owner)
    Deed(OPERATOR, What.ROOM_CREATED, OPERATOR.server_rank, on=owner, room=room).done(tx)
    for username in PRIVATE_GUESTS.get(wanted.slug, ()):
        guest = tx.users.by_username(username)
        if guest is not None:
            enter(tx, room, guest, RoomRole.MEMBER)
