"""Who may do what in a room: one pure table.

``may(action, standing)`` answers with the rule that decided, which is what a person is told as ``why``. Each line of
``TABLE`` is an action and the rules it must pass, in the order in which they are asked: what one may not see is not
found before anything else is said about it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from service.chat.errors import Code, Refusal, Why
from service.chat.records import Room, Sanction, User
from service.chat.roles import Role, RoomRole, Scope, Visibility


class Action(StrEnum):
    """What can be asked of a room. The names stand in ``you.can``."""

    SEE = "see"
    READ = "read"
    JOIN = "join"
    POST = "post"
    REACT = "react"
    PIN = "pin"
    CALL = "call"
    INVITE = "invite"
    MODERATE = "moderate"
    CHANGE = "change"
    DELETE = "delete"


class Rank(IntEnum):
    """Authority within one room, lowest first: server moderators and admins outrank all room roles."""

    STRANGER = 0
    MEMBER = 1
    ROOM_MODERATOR = 2
    OWNER = 3
    SERVER_MODERATOR = 4
    ADMIN = 5


_ROOM_RANK = {
    RoomRole.MEMBER: Rank.MEMBER,
    RoomRole.MODERATOR: Rank.ROOM_MODERATOR,
    RoomRole.OWNER: Rank.OWNER,
}
_NEEDS_SCOPE = {
    Action.SEE: Scope.READ,
    Action.READ: Scope.READ,
    Action.JOIN: Scope.READ,
    Action.POST: Scope.WRITE,
    Action.REACT: Scope.WRITE,
    Action.PIN: Scope.WRITE,
    Action.CALL: Scope.WRITE,
    Action.INVITE: Scope.WRITE,
    Action.MODERATE: Scope.MODERATE,
    Action.CHANGE: Scope.WRITE,
    Action.DELETE: Scope.WRITE,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One user before one room: all that the table looks at. ``room_role`` is None for who is no member; ``muted`` and
    ``banned`` are the sanctions in force that last longest."""

    room: Room
    role: Role
    room_role: RoomRole | None
    scope: frozenset[Scope]
    muted: Sanction | None = None
    banned: Sanction | None = None
    blocked: bool = False

    @property
    def rank(self) -> Rank:
        """The authority that this standing gives over the room's members."""
        if self.room.visibility is not Visibility.DIRECT:
            if self.role is Role.ADMIN:
                return Rank.ADMIN
            present = self.room.visibility is Visibility.PUBLIC or self.room_role is not None
            if self.role is Role.MODERATOR and present:
                return Rank.SERVER_MODERATOR
        return Rank.STRANGER if self.room_role is None else _ROOM_RANK[self.room_role]

    @property
    def moderates(self) -> bool:
        """Whether locks and slow mode spare this user here."""
        return self.rank >= Rank.ROOM_MODERATOR

    @property
    def holds(self) -> RoomRole:
        """The highest room role whose powers this user has here, by whichever of their two roles: a server
        moderator's rank must not hide that the room is their own."""
        if self.room_role is RoomRole.OWNER or self.rank is Rank.ADMIN:
            return RoomRole.OWNER
        return RoomRole.MODERATOR if self.moderates else RoomRole.MEMBER


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition: its name (what ``why`` carries), how it is tested, and the answer where it fails."""

    name: str
    holds: Callable[[Standing], bool]
    code: Code
    message: Callable[[Standing], str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The table's answer: allowed, or the code and the rule that decided."""

    allowed: bool
    rule: str
    code: Code | None = None
    message: str = ""

    def require(self) -> None:
        """Raise the refusal if this is one."""
        if self.code is not None:
            raise Refusal(self.code, self.message, why=None if self.code is Code.NOT_FOUND else Why(self.rule))


def _visible(s: Standing) -> bool:
    if s.room.deleted:
        return False
    if s.room.visibility is Visibility.PUBLIC or s.room_role is not None:
        return True
    return s.room.visibility is Visibility.PRIVATE and s.role is Role.ADMIN


VISIBLE = Rule("visibility", _visible, Code.NOT_FOUND, lambda s: "There is no such room.")
NOT_BANNED = Rule("ban", lambda s: s.banned is None, Code.BANNED, lambda s: "You are banned from this room.")
JOIN_ROLE = Rule(
    "join_role",
    lambda s: s.room.visibility is Visibility.DIRECT or s.role >= s.room.join_role,
    Code.ROLE_TOO_LOW,
    lambda s: f"This room is for the role {s.room.join_role.word} and above.",
)
MEMBERSHIP = Rule(
    "membership", lambda s: s.room_role is not None, Code.NOT_JOINED, lambda s: "Join the room before you post in it."
)
NOT_MUTED = Rule("mute", lambda s: s.muted is None, Code.MUTED, lambda s: "You are muted.")
POST_ROLE = Rule(
    "post_role",
    lambda s: s.room.visibility is Visibility.DIRECT or s.role >= s.room.post_role,
    Code.ROLE_TOO_LOW,
    lambda s: f"Only the role {s.room.post_role.word} and above may post here.",
)
UNBLOCKED = Rule(
    "block",
    lambda s: not s.blocked,
    Code.FORBIDDEN,
    lambda s: "You do not talk directly any more.",
)
UNLOCKED = Rule(
    "locked",
    lambda s: not s.room.locked or s.moderates,
    Code.LOCKED,
    lambda s: "The room is locked: only who moderates it may post.",
)
MODERATES = Rule(
    "room_moderator",
    lambda s: s.moderates,
    Code.FORBIDDEN,
    lambda s: "Only who moderates this room may do that.",
)
AT_HOME = Rule(
    "room_moderator",
    lambda s: s.moderates or s.room.visibility is Visibility.DIRECT,
    Code.FORBIDDEN,
    lambda s: "Only who moderates this room may do that.",
)
OWNS = Rule(
    "room_owner",
    lambda s: s.holds is RoomRole.OWNER,
    Code.FORBIDDEN,
    lambda s: "Only the room's owners and admins may do that.",
)

TABLE: dict[Action, tuple[Rule, ...]] = {
    Action.SEE: (VISIBLE,),
    Action.READ: (VISIBLE, NOT_BANNED, JOIN_ROLE),
    Action.JOIN: (VISIBLE, NOT_BANNED, JOIN_ROLE),
    Action.POST: (VISIBLE, NOT_BANNED, JOIN_ROLE, MEMBERSHIP, NOT_MUTED, POST_ROLE, UNLOCKED, UNBLOCKED),
    Action.REACT: (VISIBLE, NOT_BANNED, JOIN_ROLE, MEMBERSHIP, NOT_MUTED, UNLOCKED, UNBLOCKED),
    Action.PIN: (VISIBLE, NOT_BANNED, JOIN_ROLE, MEMBERSHIP, UNBLOCKED, AT_HOME),
    Action.CALL: (VISIBLE, NOT_BANNED, JOIN_ROLE, MEMBERSHIP, NOT_MUTED, POST_ROLE, UNLOCKED, UNBLOCKED, AT_HOME),
    Action.INVITE: (VISIBLE, NOT_BANNED, JOIN_ROLE, MODERATES),
    Action.MODERATE: (VISIBLE, NOT_BANNED, JOIN_ROLE, MODERATES),
    Action.CHANGE: (VISIBLE, NOT_BANNED, JOIN_ROLE, OWNS),
    Action.DELETE: (VISIBLE, NOT_BANNED, JOIN_ROLE, OWNS),
}

SUMMARY = (
    ("See a room", "everyone, if it is public; its members and admins, if it is private; its members alone, if direct"),
    ("Read it, join it, report what is said in it", "whoever sees it, has its `join_role`, and is not banned from it"),
    (
        "Post in it",
        "its members that have its `post_role` and are not muted; while it is locked, only who moderates it",
    ),
    ("React in it", "its members that are not muted; while it is locked, only who moderates it"),
    ("Pin in it, and call everybody with `@room` or `@here`", "its members that moderate it; in a direct room, all"),
    (
        "Invite, promote, kick, mute, ban; delete messages; reports, filters; lock, slow mode, `post_role`",
        "its owners and moderators, server moderators where they are present, and admins; on those of lower rank",
    ),
    ("Change and delete it", "its owners, and admins"),
    ("Create a room", "members, moderators and admins; a gate is never above its setter's own role"),
    ("Mute, suspend or sign out a user on the whole server", "moderators and admins, on those of a lower role"),
    ("Users, roles, invites", "admins, also on other admins"),
)
"""The table in ten lines, for people; the README shows it, and a test holds both against ``TABLE``."""


def entitled(action: Action, standing: Standing) -> Verdict:
    """Whether the user themselves may do ``action``, whatever their token is for, and by which rule."""
    for rule in TABLE[action]:
        if not rule.holds(standing):
            return Verdict(False, rule.name, rule.code, rule.message(standing))
    return Verdict(True, TABLE[action][-1].name)


def may(action: Action, standing: Standing) -> Verdict:
    """Whether ``standing`` allows ``action``, and by which rule."""
    verdict = entitled(action, standing)
    if not verdict.allowed:
        return verdict
    covered = in_scope(action, standing.scope)
    return verdict if covered.allowed else covered


def in_scope(action: Action, scope: frozenset[Scope]) -> Verdict:
    """Whether a token may be used for ``action``, whoever's it is."""
    needed = _NEEDS_SCOPE[action]
    if needed in scope:
        return Verdict(True, "scope")
    return Verdict(False, "scope", Code.INSUFFICIENT_SCOPE, f"This needs a token with the scope {needed.value}.")


def actions(standing: Standing) -> list[str]:
    """All that the standing allows: what a room object shows as ``you.can``."""
    return [action.value for action in Action if may(action, standing).allowed]


def may_act_on(actor: Standing, target: Standing) -> Verdict:
    """Whether rank lets ``actor`` act on ``target``: nobody acts on an equal or a higher one, but admins on admins."""
    if actor.rank > target.rank or actor.rank is Rank.ADMIN:
        return Verdict(True, "rank")
    return Verdict(False, "rank", Code.FORBIDDEN, "You may act only on people of lower rank than your own.")


def may_give(actor: Standing, role: RoomRole) -> Verdict:
    """Whether ``actor`` may make somebody ``role`` here: nobody gives more than they have."""
    if actor.moderates and role <= actor.holds:
        return Verdict(True, "rank")
    return Verdict(False, "rank", Code.FORBIDDEN, "Nobody can give a higher role than they have.")


def may_set_gate(user: User, gate: Role) -> Verdict:
    """Whether a user may set a room's gate to this role: never above their own."""
    if user.role >= gate:
        return Verdict(True, "rank")
    return Verdict(False, "rank", Code.FORBIDDEN, "A gate can't be above the role of who sets it.")


def may_create(user: User, scope: frozenset[Scope]) -> Verdict:
    """Whether a user may create rooms: members and above."""
    if user.role < Role.MEMBER:
        return Verdict(False, "create_role", Code.ROLE_TOO_LOW, "Guests can't create rooms.")
    if Scope.WRITE not in scope:
        return Verdict(False, "scope", Code.INSUFFICIENT_SCOPE, "This needs a token with the scope chat:write.")
    return Verdict(True, "create_role")


def may_list(scope: frozenset[Scope]) -> Verdict:
    """Whether a token may be used to list what its user sees."""
    if Scope.READ not in scope:
        return Verdict(False, "scope", Code.INSUFFICIENT_SCOPE, "This needs a token with the scope chat:read.")
    return Verdict(True, "scope")


def may_change_oneself(scope: frozenset[Scope]) -> Verdict:
    """Whether a token may be used to change its user's own name and password."""
    if Scope.WRITE not in scope:
        return Verdict(False, "scope", Code.INSUFFICIENT_SCOPE, "This needs a token with the scope chat:write.")
    return Verdict(True, "scope")


def may_moderate_users(user: User, scope: frozenset[Scope]) -> Verdict:
    """Whether a user may act on others on the whole server: moderators and admins."""
    if user.role < Role.MODERATOR:
        return Verdict(False, "moderator", Code.ROLE_TOO_LOW, "Only moderators and admins may do that.")
    if Scope.MODERATE not in scope:
        return Verdict(False, "scope", Code.INSUFFICIENT_SCOPE, "This needs a token with the scope moderate.")
    return Verdict(True, "moderator")


def may_act_on_user(actor: User, target: User) -> Verdict:
    """Whether rank lets ``actor`` act on ``target`` on the whole server: on lower roles, and admins on all."""
    if actor.role is Role.ADMIN or (actor.role is Role.MODERATOR and target.role < Role.MODERATOR):
        return Verdict(True, "rank")
    return Verdict(False, "rank", Code.FORBIDDEN, "You may act only on people of lower rank than your own.")


def may_undo(rank: Rank, done_by: int) -> Verdict:
    """Whether somebody of ``rank`` may take back what was done by somebody of the rank ``done_by``: nobody undoes the
    act of a higher one."""
    if rank >= done_by:
        return Verdict(True, "rank")
    return Verdict(False, "rank", Code.FORBIDDEN, "This was done by somebody of higher rank than your own.")


def may_administer(user: User, scope: frozenset[Scope]) -> Verdict:
    """Whether a user may manage users, roles and invites: admins, with a token whose scope says so."""
    if user.role < Role.ADMIN:
        return Verdict(False, "admin", Code.ROLE_TOO_LOW, "Only admins may do that.")
    if Scope.ADMIN not in scope:
        return Verdict(False, "scope", Code.INSUFFICIENT_SCOPE, "This needs a token with the scope admin.")
    return Verdict(True, "admin")
