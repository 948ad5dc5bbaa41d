"""Rooms: making, finding, changing and deleting them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace

from service.chat import members, names, standing
from service.chat.errors import invalid
from service.chat.policy import Action, Standing, may, may_create, may_list, may_set_gate
from service.chat.ports import Page, Transaction
from service.chat.records import Asker, Room, User
from service.chat.roles import Role, RoomRole, Visibility

SLOW_MODE_MAX = 21_600  # seconds: six hours
EPOCH_BYTES = 8  # of chance in the name of a room's log
UNSAVED = 0  # the id of a room that has no row yet


def new_epoch() -> str:
    """The name of a new log: a client that knows a log of another name must not take this one for it."""
    return secrets.token_hex(EPOCH_BYTES)


@dataclass(frozen=True, slots=True)
class CreateRoom:
    """Make a room and own it. Without a name it is called as its slug."""

    slug: str
    name: str | None = None
    topic: str = ""
    visibility: Visibility = Visibility.PUBLIC
    join_role: Role = Role.MEMBER
    post_role: Role = Role.MEMBER
    locked: bool = False
    slow_mode: int = 0
    epoch: str = field(default_factory=new_epoch)

    def run(self, tx: Transaction, asker: Asker) -> Standing:
        """The room as its owner sees it."""
        may_create(asker.user, asker.scope).require()
        for gate in (self.join_role, self.post_role):
            may_set_gate(asker.user, gate).require()
        self.make(tx, asker.user)
        return standing.of_asker(tx, asker, self.slug)

    def make(self, tx: Transaction, owner: User) -> Room:
        """The room with its owner, without asking who may: for the operator, who is no user of the server."""
        _check_visibility(self.visibility)
        _check_slow_mode(self.slow_mode)
        room = tx.rooms.add(
            Room(
                id=UNSAVED,
                slug=names.slug(self.slug),
                name=names.line("name", self.slug if self.name is None else self.name, names.ROOM_NAME_MAX),
                topic=names.line("topic", self.topic, names.TOPIC_MAX, empty=True),
                visibility=self.visibility,
                join_role=self.join_role,
                post_role=self.post_role,
                locked=self.locked,
                slow_mode=self.slow_mode,
                epoch=self.epoch,
                seq=0,
                members=0,
                created_at=tx.now,
                deleted=False,
            )
        )
        members.enter(tx, room, owner, RoomRole.OWNER)
        return room


@dataclass(frozen=True, slots=True)
class ChangeRoom:
    """Set what is given, and leave the rest (None) as it is. A slug never changes: links and logs hold it."""

    slug: str
    name: str | None = None
    topic: str | None = None
    visibility: Visibility | None = None
    join_role: Role | None = None
    post_role: Role | None = None
    locked: bool | None = None
    slow_mode: int | None = None

    def run(self, tx: Transaction, asker: Asker) -> Standing:
        """The room as it is then. Where nothing changes there is no event."""
        before = standing.of_asker(tx, asker, self.slug)
        may(Action.CHANGE, before).require()
        changed = self._applied(before.room)
        if changed == before.room:
            return before
        if changed.join_role is not before.room.join_role:
            may_set_gate(asker.user, changed.join_role).require()
        if changed.post_role is not before.room.post_role:
            may_set_gate(asker.user, changed.post_role).require()
        tx.rooms.save(changed)
        tx.log.room_changed(changed, asker.user)
        if changed.join_role > before.room.join_role:
            members.close_gate(tx, changed, asker.user)
        return standing.of_asker(tx, asker, self.slug)

    def _applied(self, room: Room) -> Room:
        if self.visibility is not None:
            _check_visibility(self.visibility)
        if self.slow_mode is not None:
            _check_slow_mode(self.slow_mode)
        return replace(
            room,
            name=room.name if self.name is None else names.line("name", self.name, names.ROOM_NAME_MAX),
            topic=room.topic if self.topic is None else names.line("topic", self.topic, names.TOPIC_MAX, empty=True),
            visibility=room.visibility if self.visibility is None else self.visibility,
            join_role=room.join_role if self.join_role is None else self.join_role,
            post_role=room.post_role if self.post_role is None else self.post_role,
            locked=room.locked if self.locked is None else self.locked,
            slow_mode=room.slow_mode if self.slow_mode is None else self.slow_mode,
        )


@dataclass(frozen=True, slots=True)
class DeleteRoom:
    """End a room for good."""

    slug: str

    def run(self, tx: Transaction, asker: Asker) -> None:
        """``room.deleted`` is the last event of its log; its slug is never given out again."""
        before = standing.of_asker(tx, asker, self.slug)
        may(Action.DELETE, before).require()
        tx.log.room_deleted(before.room, asker.user)
        tx.rooms.delete(before.room.id)


@dataclass(frozen=True, slots=True)
class SeeRoom:
    """One room, as the asker sees it."""

    slug: str

    def run(self, tx: Transaction, asker: Asker) -> Standing:
        """Also of a public room that one may not enter: its gate is written on its door."""
        found = standing.of_asker(tx, asker, self.slug)
        may(Action.SEE, found).require()
        return found


@dataclass(frozen=True, slots=True)
class ListRooms:
    """The rooms that the asker sees."""

    page: Page

    def run(self, tx: Transaction, asker: Asker) -> list[Standing]:
        """By slug."""
        may_list(asker.scope).require()
        user = asker.user
        rooms = tx.rooms.page(user.id, user.role is Role.ADMIN, self.page)
        return [Standing(room, user.role, role, asker.scope) for room, role in rooms]


def _check_visibility(visibility: Visibility) -> None:
    if visibility is Visibility.DIRECT:
        raise invalid("visibility", "expected one of public, private")


def _check_slow_mode(seconds: int) -> None:
    if not 0 <= seconds <= SLOW_MODE_MAX:
        raise invalid("slow_mode", f"use 0 to {SLOW_MODE_MAX:,} seconds")
