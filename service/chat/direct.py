"""Direct rooms: for two people, or a few, found by who is in them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from service.chat import members, names, standing
from service.chat.directory import find
from service.chat.errors import Code, Refusal, Why, invalid
from service.chat.events import Invited, Told
from service.chat.policy import may_create
from service.chat.ports import Transaction
from service.chat.records import Asker, Room, User
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.rooms import UNSAVED, SeenRoom, new_epoch, seen

PEOPLE_MAX = 9  # in one direct room; more is a room of its own
ID_BYTES = 10  # of chance in a direct room's slug


@dataclass(frozen=True, slots=True)
class Opened:
    """A direct room; ``made`` if there was none for these people."""

    seen: SeenRoom
    made: bool


@dataclass(frozen=True, slots=True)
class OpenDirect:
    """Go to the direct room with these people, which is made if it is not there."""

    usernames: tuple[str, ...]
    id: str = field(default_factory=lambda: secrets.token_hex(ID_BYTES))
    epoch: str = field(default_factory=new_epoch)

    def run(self, tx: Transaction, asker: Asker) -> Opened:
        """Whoever has left it is in it again: somebody wants to talk to them."""
        may_create(asker.user, asker.scope).require()
        people = self._people(tx, asker)
        key = key_of(user.id for user in people)
        room = tx.rooms.direct(key)
        made = room is None
        if room is None:
            room = tx.rooms.add_direct(self._room(tx, people), key)
        for user in people:
            if tx.members.role(room.id, user.id) is None:
                members.enter(tx, room, user, RoomRole.MEMBER)
                if user.id != asker.user.id:
                    invited = Invited(room.slug, asker.user.username)
                    tx.tell(Told(frozenset({user.id}), room.slug, Scope.READ, invited))
        return Opened(seen(tx, standing.of_asker(tx, asker, room.slug), asker.user), made)

    def _people(self, tx: Transaction, asker: Asker) -> list[User]:
        found = {asker.user.id: asker.user}
        for username in self.usernames:
            user = find(tx, username)
            if user.suspended:
                raise Refusal(Code.CONFLICT, f"The account {user.username} is suspended.")
            if tx.blocks.either(asker.user.id, user.id):
                # In the same words whoever blocked whom: nobody is told that they are blocked.
                raise Refusal(Code.FORBIDDEN, f"You and {user.username} do not talk directly.", why=Why("block"))
            found[user.id] = user
        if len(found) < 2:
            raise invalid("users", "name somebody else")
        if len(found) > PEOPLE_MAX:
            raise invalid("users", f"a direct room is for {PEOPLE_MAX} people at most: make a private room")
        return [found[user_id] for user_id in sorted(found)]

    def _room(self, tx: Transaction, people: list[User]) -> Room:
        return Room(
            id=UNSAVED,
            slug=f"{names.DIRECT_PREFIX}{self.id}",
            name=names.BETWEEN_NAMES.join(user.username for user in people)[: names.ROOM_NAME_MAX],
            topic="",
            visibility=Visibility.DIRECT,
            join_role=Role.GUEST,
            post_role=Role.GUEST,
            locked=False,
            slow_mode=0,
            epoch=self.epoch,
            seq=0,
            members=0,
            created_at=tx.now,
            deleted=False,
        )


def key_of(user_ids: Iterable[int]) -> bytes:
    """What a direct room is found by: a digest of who was in it from the start."""
    return sha256(",".join(map(str, sorted(user_ids))).encode()).digest()
