"""Taking back what authority did, for a quarter of an hour.

Each kind of step is undone by the module of its noun; here stands who may, until when, and in which order. What cannot
be put back any more, because somebody has changed it again or something else stands against it, is left as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.chat import deletions, enforcement, members, rooms, standing, users
from service.chat.deeds import (
    UNDO_SECONDS,
    Action,
    Deed,
    Ejected,
    MessagesDeleted,
    RoleSet,
    RoomRoleSet,
    RoomSet,
    Sanctioned,
    What,
    actor_of,
)
from service.chat.directory import keep_an_admin
from service.chat.errors import Code, Refusal, Why, not_found
from service.chat.policy import Action as Doing
from service.chat.policy import Rank, Standing, may_administer, may_give, may_moderate_users, may_undo
from service.chat.ports import Transaction
from service.chat.records import Asker
from service.chat.roles import Role, RoomRole

LASTING = (What.MEMBER_BANNED, What.USER_SUSPENDED)  # acts that keep somebody out, and give the place back at their end


@dataclass(frozen=True, slots=True)
class Undo:
    """Take an act back."""

    action: str

    def run(self, tx: Transaction, asker: Asker) -> Action:
        """By who could do the same, and is not of lower rank than who did it; once, and in time."""
        action = tx.actions.get(self.action)
        if action is None:
            raise not_found("action")
        own = _own_words(action)
        rank = _rank_over_words(tx, asker, action) if own else _rank(tx, asker, action)
        if action.undone_at is not None:
            raise Refusal(Code.CONFLICT, f"This was undone already, by {action.undone_by}.")
        if action.undo_until < tx.now:
            minutes = UNDO_SECONDS // 60
            raise Refusal(
                Code.CONFLICT, f"This can be undone for {minutes} minutes, which have passed.", why=_window(action)
            )
        may_undo(rank, action.rank).require()
        _require_other(asker, action, rank)
        deed = Deed(actor_of(asker), What.UNDONE, rank, on=action.on, room=action.room)
        _take_back(tx, deed, action)
        tx.actions.mark_undone(action, asker.user)
        deed.steps.clear()  # who wants it done again does it again
        if not own:
            deed.done(tx, action=action.uid, what=action.what.value)
        undone = tx.actions.get(action.uid)
        return action if undone is None else undone


@dataclass(frozen=True, slots=True)
class ListActions:
    """What was done in a room, or (``room`` is None) anywhere, newest first, below the id ``before``."""

    room: str | None
    before: int | None
    limit: int

    def run(self, tx: Transaction, asker: Asker) -> list[Action]:
        """A room's for who moderates it; all for admins."""
        if self.room is None:
            may_administer(asker.user, asker.scope).require()
            return tx.actions.page(None, self.before, self.limit)
        moderator = standing.of_asker(tx, asker, self.room)
        standing.require(tx, Doing.MODERATE, moderator)
        return tx.actions.page(moderator.room.id, self.before, self.limit)


def _rank(tx: Transaction, asker: Asker, action: Action) -> Rank:
    """The asker's rank where the act was done, if they could have done it; it is not found by who can't see it."""
    if action.room is not None:
        place = standing.of_asker(tx, asker, action.room.slug, "action")
        standing.require(tx, _needed(action), place)
        if action.by is None or action.by.id != asker.user.id:
            _require_giving(place, action)
        return place.rank
    if action.what is What.MESSAGES_DELETED:
        places = _places(tx, asker, action)
        for place in places:
            standing.require(tx, Doing.MODERATE, place)
        return min(place.rank for place in places)
    if any(isinstance(step, RoleSet) for step in action.steps):
        may_administer(asker.user, asker.scope).require()
    else:
        may_moderate_users(asker.user, asker.scope).require()
    return actor_of(asker).server_rank


def _require_giving(place: Standing, action: Action) -> None:
    """What one took oneself one may give back; what another took, only who could give it."""
    for step in action.steps:
        if isinstance(step, RoomRoleSet):
            may_give(place, RoomRole(step.before)).require()


def _own_words(action: Action) -> bool:
    """Whether somebody deleted what they had said themselves."""
    own = action.by is not None and action.on is not None and action.by.id == action.on.id
    return own and action.what is What.MESSAGES_DELETED


def _rank_over_words(tx: Transaction, asker: Asker, action: Action) -> Rank:
    """Whoever took their own words back is the only one who says them again, and only where they may speak: else who
    sees a mute coming could say much, delete it, and have it shown again later."""
    if action.by is None or action.by.id != asker.user.id:
        raise not_found("action")
    for place in _places(tx, asker, action):
        standing.require(tx, Doing.POST, place)
    return Rank(action.rank)


def _require_other(asker: Asker, action: Action, rank: Rank) -> None:
    """Nobody takes back what was done to them, but admins, who outrank nobody less than themselves."""
    to_them = action.on is not None and action.on.id == asker.user.id
    by_them = action.by is not None and action.by.id == asker.user.id
    if to_them and not by_them and rank is not Rank.ADMIN:
        raise Refusal(Code.FORBIDDEN, "This was done to you: somebody else has to take it back.", why=Why("rank"))


def _places(tx: Transaction, asker: Asker, action: Action) -> list[Standing]:
    """The asker before each room in which messages were deleted, and that is still there."""
    steps = (step for step in action.steps if isinstance(step, MessagesDeleted))
    rooms_of = (tx.rooms.get(step.room_id) for step in steps)
    found = [
        standing.of_asker(tx, asker, room.slug, "action") for room in rooms_of if room is not None and not room.deleted
    ]
    if not found:
        raise not_found("action")
    return found


def _needed(action: Action) -> Doing:
    settings = {step.field for step in action.steps if isinstance(step, RoomSet)}
    return Doing.MODERATE if settings <= rooms.PEACE else Doing.CHANGE


def _take_back(tx: Transaction, deed: Deed, action: Action) -> None:
    """The last first: who was ejected by a gate comes back when the gate is open again."""
    steps = action.steps
    settings = [step for step in steps if isinstance(step, RoomSet)]
    if settings:
        rooms.put_back(tx, deed, settings)
    for step in steps:
        match step:
            case MessagesDeleted():
                deletions.put_back(tx, deed, step)
            case Sanctioned():
                enforcement.take_back(tx, deed, step)
            case RoleSet():
                _give_role_back(tx, deed, step)
            case RoomRoleSet():
                _give_room_role_back(tx, deed, step)
    if action.what in LASTING:
        return  # to lift it gave back what it took; one that was over has given it back before
    for step in steps:
        if isinstance(step, Ejected):
            members.undo_ejection(tx, deed, step)


def _give_role_back(tx: Transaction, deed: Deed, step: RoleSet) -> None:
    user = tx.users.get(step.user_id)
    if user is not None and not user.deleted and user.role == step.after:
        if step.before < Role.ADMIN:
            keep_an_admin(tx, user)  # who was made an admin may be the last one by now
        users.set_role(tx, deed, user, Role(step.before))


def _give_room_role_back(tx: Transaction, deed: Deed, step: RoomRoleSet) -> None:
    room = tx.rooms.get(step.room_id)
    member = tx.members.get(step.room_id, step.user_id)
    if room is not None and member is not None and member.role == step.after:
        members.set_room_role(tx, deed, room, member, RoomRole(step.before))


def _window(action: Action) -> Why:
    by = None if action.by is None else action.by.username
    return Why("undo_window", by, action.at, action.undo_until)
