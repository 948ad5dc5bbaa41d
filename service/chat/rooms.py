"""Rooms: making, finding, changing and deleting them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, fields, replace
from typing import Any

from service.chat import members, names, standing
from service.chat.deeds import Deed, Done, RoomSet, Scalar, What, actor_of
from service.chat.errors import Code, Refusal, invalid
from service.chat.policy import Action, Standing, may_create, may_list, may_set_gate
from service.chat.ports import Page, Transaction
from service.chat.reasons import reason_of
from service.chat.records import Asker, ReadState, Room, User
from service.chat.retention import RETENTION_MAX
from service.chat.roles import Role, RoomRole, Visibility

SLOW_MODE_MAX = 21_600  # seconds: six hours
EPOCH_BYTES = 8  # of chance in the name of a room's log
UNSAVED = 0  # the id of a room that has no row yet

GATES = ("join_role", "post_role")
# What of a room is a moderator's to set, to keep the peace; the rest is its owners'.
PEACE = frozenset({"locked", "slow_mode", "post_role"})
RULES = ("join_role", "post_role", "locked", "slow_mode")  # what a person can meet, and wants to know who has set it
REMEMBERED = frozenset({*RULES, "retention_days"})  # of which is known who has set it, and when
SETTINGS = ("name", "topic", "visibility", "receipts", "retention_days", *RULES)


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
    receipts: bool = False
    retention_days: int = 0
    epoch: str = field(default_factory=new_epoch)

    def run(self, tx: Transaction, asker: Asker) -> SeenRoom:
        """The room as its owner sees it."""
        may_create(asker.user, asker.scope).require()
        for gate in (self.join_role, self.post_role):
            may_set_gate(asker.user, gate).require()
        room = self.make(tx, asker.user)
        made = standing.of_asker(tx, asker, self.slug)
        Deed(actor_of(asker), What.ROOM_CREATED, made.rank, room=room).done(tx)
        return seen(tx, made, asker.user)

    def make(self, tx: Transaction, owner: User) -> Room:
        """The room with its owner, without asking who may: for the operator, who is no user of the server."""
        _check_visibility(self.visibility)
        _check_slow_mode(self.slow_mode)
        _check_retention(self.retention_days)
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
                receipts=self.receipts,
                retention_days=self.retention_days,
                epoch=self.epoch,
                seq=0,
                members=0,
                created_at=tx.now,
                deleted=False,
            )
        )
        members.enter(tx, room, owner, RoomRole.OWNER)
        for rule in RULES:
            if rule in GATES or getattr(room, rule):
                tx.rooms.note_setter(room.id, rule, owner, None)
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
    receipts: bool | None = None
    retention_days: int | None = None
    reason: str | None = None

    def run(self, tx: Transaction, asker: Asker) -> Done[SeenRoom]:
        """The room as it is then. Where nothing changes there is no event."""
        before = standing.of_asker(tx, asker, self.slug)
        standing.require(tx, Action.MODERATE if self._asked <= PEACE else Action.CHANGE, before)
        changed = self._applied(before.room)
        if changed == before.room:
            return Done(seen(tx, before, asker.user))
        for gate in GATES:
            if getattr(changed, gate) is not getattr(before.room, gate):
                may_set_gate(asker.user, getattr(changed, gate)).require()
        reason = reason_of(self.reason)
        deed = Deed(actor_of(asker), What.ROOM_CHANGED, before.rank, room=before.room, reason=reason)
        set_room(tx, deed, before.room, changed)
        action = deed.done(tx, **_told(before.room, changed))
        return Done(seen(tx, standing.of_asker(tx, asker, self.slug), asker.user), action)

    @property
    def _asked(self) -> frozenset[str]:
        """The settings that are to be others."""
        return frozenset(field.name for field in fields(self) if getattr(self, field.name) is not None) & frozenset(
            SETTINGS
        )

    def _applied(self, room: Room) -> Room:
        if self.visibility is not None:
            _check_visibility(self.visibility)
        if self.slow_mode is not None:
            _check_slow_mode(self.slow_mode)
        if self.retention_days is not None:
            _check_retention(self.retention_days)
        return replace(
            room,
            name=room.name if self.name is None else names.line("name", self.name, names.ROOM_NAME_MAX),
            topic=room.topic if self.topic is None else names.line("topic", self.topic, names.TOPIC_MAX, empty=True),
            visibility=room.visibility if self.visibility is None else self.visibility,
            join_role=room.join_role if self.join_role is None else self.join_role,
            post_role=room.post_role if self.post_role is None else self.post_role,
            locked=room.locked if self.locked is None else self.locked,
            slow_mode=room.slow_mode if self.slow_mode is None else self.slow_mode,
            receipts=room.receipts if self.receipts is None else self.receipts,
            retention_days=room.retention_days if self.retention_days is None else self.retention_days,
        )


@dataclass(frozen=True, slots=True)
class DeleteRoom:
    """End a room for good."""

    slug: str

    def run(self, tx: Transaction, asker: Asker) -> None:
        """``room.deleted`` is the last event of its log; its slug is never given out again."""
        before = standing.of_asker(tx, asker, self.slug)
        standing.require(tx, Action.DELETE, before)
        tx.log.room_deleted(before.room, asker.user)
        tx.rooms.delete(before.room.id)
        Deed(actor_of(asker), What.ROOM_DELETED, before.rank, room=before.room).done(tx)


@dataclass(frozen=True, slots=True)
class SeenRoom:
    """A room as one user sees it, and how far they have read in it; None for who is no member."""

    standing: Standing
    read: ReadState | None = None

    @property
    def room(self) -> Room:
        """The room itself."""
        return self.standing.room


def seen(tx: Transaction, shown: Standing, user: User) -> SeenRoom:
    """The room of a standing, with how far its user has read there."""
    return SeenRoom(shown, tx.members.reads(user.id, shown.room.id).get(shown.room.id))


@dataclass(frozen=True, slots=True)
class SeeRoom:
    """One room, as the asker sees it."""

    slug: str

    def run(self, tx: Transaction, asker: Asker) -> SeenRoom:
        """Also of a public room that one may not enter: its gate is written on its door."""
        found = standing.of_asker(tx, asker, self.slug)
        standing.require(tx, Action.SEE, found)
        return seen(tx, found, asker.user)


@dataclass(frozen=True, slots=True)
class ListRooms:
    """The rooms that the asker sees."""

    page: Page

    def run(self, tx: Transaction, asker: Asker) -> list[SeenRoom]:
        """By slug."""
        may_list(asker.scope).require()
        user = asker.user
        rooms = tx.rooms.page(user.id, user.role is Role.ADMIN, self.page)
        in_force = tx.sanctions.in_force(user.id)
        bare = (Standing(room, user.role, role, asker.scope) for room, role in rooms)
        reads, blocked = tx.members.reads(user.id), tx.blocks.rooms(user.id)
        found = (replace(one, blocked=one.room.id in blocked) for one in bare)
        return [SeenRoom(standing.sanctioned(one, in_force), reads.get(one.room.id)) for one in found]


def set_room(tx: Transaction, deed: Deed, before: Room, after: Room) -> None:
    """Give a room other settings, without asking who may: whoever does not pass a raised gate is out."""
    tx.rooms.save(after)
    for name in SETTINGS:
        was, now = _scalar(getattr(before, name)), _scalar(getattr(after, name))
        if was != now:
            deed.steps.append(RoomSet(before.id, name, was, now))
            if name in REMEMBERED:
                tx.rooms.note_setter(before.id, name, deed.by, deed.reason)
    tx.log.room_changed(after, deed.by)
    if after.join_role > before.join_role:
        members.close_gate(tx, deed, after)


def put_back(tx: Transaction, deed: Deed, steps: list[RoomSet]) -> None:
    """Undo changes of a room's settings, but for those that somebody has changed again since."""
    before = tx.rooms.get(steps[0].room_id)
    if before is None or before.deleted:
        raise Refusal(Code.CONFLICT, "The room is not there any more.")
    standing_still = [step for step in steps if _scalar(getattr(before, step.field)) == step.after]
    changes: dict[str, Any] = {step.field: _setting(step.field, step.before) for step in standing_still}
    after = replace(before, **changes)
    if after != before:
        set_room(tx, deed, before, after)


def _scalar(value: object) -> Scalar:
    """A setting as a step holds it: a role is its number."""
    if isinstance(value, Role):
        return int(value)
    return str(value) if isinstance(value, str) else value  # type: ignore[return-value]


def _setting(name: str, value: Scalar) -> object:
    """A setting from how a step holds it."""
    if name in GATES:
        return Role(int(value or 0))
    return Visibility(str(value)) if name == "visibility" else value


def _told(before: Room, after: Room) -> dict[str, Scalar]:
    """What the audit log says of a change: which settings, and of those that name nobody what they became."""
    told: dict[str, Scalar] = {}
    for name in SETTINGS:
        value = getattr(after, name)
        if value != getattr(before, name):
            told[name] = value.word if isinstance(value, Role) else True if name in ("name", "topic") else str(value)
    return told


def _check_visibility(visibility: Visibility) -> None:
    if visibility is Visibility.DIRECT:
        raise invalid("visibility", "expected one of public, private")


def _check_slow_mode(seconds: int) -> None:
    if not 0 <= seconds <= SLOW_MODE_MAX:
        raise invalid("slow_mode", f"use 0 to {SLOW_MODE_MAX:,} seconds")


def _check_retention(days: int) -> None:
    if not 0 <= days <= RETENTION_MAX:
        raise invalid("retention_days", f"use 0 to {RETENTION_MAX:,} days")
