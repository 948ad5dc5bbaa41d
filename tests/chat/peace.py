"""Who may read and speak, told a second time and simply: lists of people, rooms and sanctions, without a database.

It believes that an act was allowed or refused as it was, and says what must follow from it. A place that a ban or a
suspension took is ``owed`` as long as one of them holds, and given back with the last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from service.chat.records import FOREVER, SanctionKind
from service.chat.roles import Role, RoomRole

KICK, MUTE, BAN, SUSPEND = SanctionKind


@dataclass
class ARoom:
    """A room, and who is in it."""

    public: bool
    join_role: Role
    post_role: Role
    locked: bool = False
    members: dict[str, RoomRole] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)  # how often somebody came in
    deleted: set[str] = field(default_factory=set)  # ids of messages


@dataclass
class ASanction:
    """A sanction; ``room`` is None for the whole server."""

    uid: str
    kind: SanctionKind
    room: str | None
    user: str
    until: int
    rank: int
    replaced: list[ASanction]
    lifted: bool = False


@dataclass
class Gone:
    """Somebody lost a place, which was this role, after so many entries."""

    room: str
    user: str
    role: RoomRole
    entries: int


@dataclass
class Act:
    """What can be undone."""

    sanction: ASanction | None = None
    settings: dict[str, tuple[object, object]] = field(default_factory=dict)  # name: before, after
    room: str = ""
    user: str = ""
    role: tuple[Role, Role] | None = None
    room_role: tuple[RoomRole, RoomRole] | None = None
    messages: dict[str, set[str]] = field(default_factory=dict)
    gone: list[Gone] = field(default_factory=list)


class Peace:
    """The server, as people would tell of it. ``now`` is set by whoever asks (Unix ms)."""

    def __init__(self, roles: dict[str, Role], rooms: dict[str, ARoom]) -> None:
        self.roles = roles
        self.rooms = rooms
        self.sanctions: list[ASanction] = []
        self.suspended: set[str] = set()
        self.owed: dict[tuple[str, str], RoomRole] = {}
        self.now = 0

    # What may be done

    def in_force(self, user: str) -> list[ASanction]:
        """By the clock alone."""
        return [one for one in self.sanctions if one.user == user and not one.lifted and one.until > self.now]

    def holds(self, user: str, room: str, kind: SanctionKind) -> bool:
        """Whether a sanction of that kind counts in the room."""
        return any(one.kind is kind and one.room in (None, room) for one in self.in_force(user))

    def muted_until(self, user: str, room: str) -> int:
        """The end of the longest mute; 0 for none."""
        ends = [one.until for one in self.in_force(user) if one.kind is MUTE and one.room in (None, room)]
        return max(ends, default=0)

    def sees(self, user: str, slug: str) -> bool:
        """Whether the room exists for them."""
        room = self.rooms[slug]
        return room.public or user in room.members or self.roles[user] is Role.ADMIN

    def reads(self, user: str, slug: str) -> bool:
        """Whether they may read and enter it."""
        passes = self.roles[user] >= self.rooms[slug].join_role
        return self.sees(user, slug) and passes and not self.holds(user, slug, BAN)

    def speaks(self, user: str, slug: str) -> bool:
        """Whether they may post in it."""
        room = self.rooms[slug]
        if not self.reads(user, slug) or user not in room.members or self.holds(user, slug, MUTE):
            return False
        return self.roles[user] >= room.post_role and (not room.locked or self.rank(user, slug) >= 2)

    def rank(self, user: str, slug: str | None) -> int:
        """Admins, server moderators where they are present, owners, room moderators, members, strangers."""
        role = self.roles[user]
        if role is Role.ADMIN:
            return 5
        if slug is None:
            return 4 if role is Role.MODERATOR else 0
        room = self.rooms[slug]
        if role is Role.MODERATOR and (room.public or user in room.members):
            return 4
        return int(room.members[user]) + 1 if user in room.members else 0

    # What was done

    def enter(self, user: str, slug: str, role: RoomRole) -> None:
        """Somebody is a member from now on."""
        room = self.rooms[slug]
        room.members[user] = role
        room.entries[user] = room.entries.get(user, 0) + 1

    def eject(self, user: str, slug: str) -> list[Gone]:
        """Somebody is none any more; what was lost, if something was."""
        room = self.rooms[slug]
        if user not in room.members:
            return []
        return [Gone(slug, user, room.members.pop(user), room.entries.get(user, 0))]

    def impose(self, uid: str, by: str, kind: SanctionKind, room: str | None, user: str, until: int | None) -> Act:
        """A sanction is imposed."""
        self.end_due(user)
        rank = self.rank(by, room)
        replaced = [
            one
            for one in self.in_force(user)
            if kind is not KICK and one.kind is kind and one.room == room and one.rank <= rank
        ]
        for one in replaced:
            one.lifted = True
        sanction = ASanction(uid, kind, room, user, until or FOREVER, rank, replaced, lifted=kind is KICK)
        self.sanctions.append(sanction)
        act = Act(sanction)
        for slug in self.rooms if room is None else (room,):
            gone = [] if kind is MUTE else self.eject(user, slug)
            if kind is KICK:
                act.gone += gone
            else:
                self.owed.update({(one.user, one.room): one.role for one in gone})
        if kind is SUSPEND:
            self.suspended.add(user)
        return act

    def lift(self, sanction: ASanction) -> None:
        """A sanction ends, and what it took comes back unless something else holds it."""
        sanction.lifted = True
        user = sanction.user
        if sanction.kind is SUSPEND and not any(one.kind is SUSPEND for one in self.in_force(user)):
            self.suspended.discard(user)
        if sanction.kind is MUTE:
            return
        for slug in self.rooms:
            if (user, slug) not in self.owed or user in self.suspended or self.holds(user, slug, BAN):
                continue
            role = self.owed.pop((user, slug))
            if user not in self.rooms[slug].members:
                self.come_back(user, slug, role)

    def come_back(self, user: str, slug: str, role: RoomRole) -> None:
        """Somebody gets their place again, where nothing stands against it."""
        barred = user in self.suspended or self.holds(user, slug, BAN)
        if not barred and self.roles[user] >= self.rooms[slug].join_role:
            self.enter(user, slug, role)

    def end_due(self, user: str | None = None) -> None:
        """What has come to its end is lifted."""
        due = [one for one in self.sanctions if not one.lifted and one.until <= self.now and user in (None, one.user)]
        for one in sorted(due, key=lambda one: one.until):
            self.lift(one)

    def set_role(self, user: str, role: Role) -> list[Gone]:
        """Somebody's server-wide role is another one: gates that are lost end memberships."""
        self.roles[user] = role
        return [one for slug, room in self.rooms.items() if role < room.join_role for one in self.eject(user, slug)]

    def set_room(self, slug: str, settings: Iterable[tuple[str, object]]) -> list[Gone]:
        """A room's settings are other ones."""
        room = self.rooms[slug]
        for name, value in settings:
            setattr(room, name, value)
        below = [user for user in room.members if self.roles[user] < room.join_role]
        return [one for user in below for one in self.eject(user, slug)]

    def undo(self, act: Act) -> None:
        """Something is taken back."""
        for name, (before, after) in act.settings.items():
            if getattr(self.rooms[act.room], name) == after:
                self.set_room(act.room, [(name, before)])
        if act.role is not None and self.roles[act.user] == act.role[1]:
            self.set_role(act.user, act.role[0])
        if act.room_role is not None and self.rooms[act.room].members.get(act.user) == act.room_role[1]:
            self.rooms[act.room].members[act.user] = act.room_role[0]
        for slug, ids in act.messages.items():
            self.rooms[slug].deleted -= ids
        if act.sanction is not None and not act.sanction.lifted and act.sanction.until > self.now:
            for older in act.sanction.replaced:
                if older.until > self.now:
                    older.lifted = False
            self.lift(act.sanction)
        for one in act.gone:
            self._undo_loss(one)

    def _undo_loss(self, gone: Gone) -> None:
        room = self.rooms[gone.room]
        held = room.members.get(gone.user)
        if held is not None:
            room.members[gone.user] = max(held, gone.role)
        elif room.entries.get(gone.user, 0) == gone.entries:
            self.come_back(gone.user, gone.room, gone.role)
