"""Taking back what authority did, for a quarter of an hour.

Each kind of step is undone by the module of its noun; here stands who may, until when, and in which order. What cannot
be put back any more, because somebody has changed it again or something else stands against it, is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.chat import deletions, members, rooms, sanctions, standing, users
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
    Step,
    What,
    actor_of,
)
from service.chat.errors import Code, Refusal, Why, not_found
from service.chat.policy import Action as Doing
from service.chat.policy import Rank, Standing, may_administer, may_moderate_users, may_undo
from service.chat.ports import Transaction
from service.chat.records import Asker
from service.chat.roles import Role, RoomRole, Scope


@dataclass(frozen=True, slots=True)
class Undo:
    """Take an act back."""

    action: str

    def run(self, tx: Transaction, asker: Asker) -> Action:
        """By who could do the same, and is not of lower rank than who did it; once, and in time."""
        action = tx.actions.get(self.action)
        if action is None:
            raise not_found("action")
        rank = _rank(tx, asker, action)
        if action.undone_at is not None:
            raise Refusal(Code.CONFLICT, f"This was undone already, by {action.undone_by}.")
        if action.undo_until < tx.now:
            minutes = UNDO_SECONDS // 60
            raise Refusal(
                Code.CONFLICT, f"This can be undone for {minutes} minutes, which have passed.", why=_window(action)
            )
        may_undo(rank, action.rank).require()
        deed = Deed(actor_of(asker), What.UNDONE, rank, on=action.on, room=action.room)
        _take_back(tx, deed, action.steps)
        tx.actions.mark_undone(action, asker.user)
        deed.steps.clear()  # who wants it done again does it again
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
    if _own_words(asker, action) and action.room is not None:
        place = _place(tx, asker, action.room.slug)
        standing.require(tx, Doing.READ, place)
        if Scope.WRITE not in asker.scope:
            raise Refusal(Code.INSUFFICIENT_SCOPE, "This needs a token with the scope chat:write.")
        return Rank(max(place.rank, action.rank))
    if action.room is not None:
        place = _place(tx, asker, action.room.slug)
        standing.require(tx, _needed(action), place)
        return place.rank
    if any(isinstance(step, RoleSet) for step in action.steps):
        may_administer(asker.user, asker.scope).require()
    else:
        may_moderate_users(asker.user, asker.scope).require()
    return actor_of(asker).server_rank


def _own_words(asker: Asker, action: Action) -> bool:
    """Whether somebody wants back what they said and deleted themselves."""
    own = action.by is not None and action.on is not None and action.by.id == action.on.id == asker.user.id
    return own and action.what is What.MESSAGES_DELETED


def _place(tx: Transaction, asker: Asker, slug: str) -> Standing:
    try:
        return standing.of_asker(tx, asker, slug)
    except Refusal as unseen:
        raise not_found("action") from unseen


def _needed(action: Action) -> Doing:
    settings = {step.field for step in action.steps if isinstance(step, RoomSet)}
    return Doing.MODERATE if settings <= rooms.PEACE else Doing.CHANGE


def _take_back(tx: Transaction, deed: Deed, steps: Sequence[Step]) -> None:
    """The last first: who was ejected by a gate comes back when the gate is open again."""
    settings = [step for step in steps if isinstance(step, RoomSet)]
    if settings:
        rooms.put_back(tx, deed, settings)
    for step in steps:
        match step:
            case MessagesDeleted():
                deletions.put_back(tx, deed, step)
            case Sanctioned():
                sanctions.take_back(tx, deed, step)
            case RoleSet():
                _give_role_back(tx, deed, step)
            case RoomRoleSet():
                _give_room_role_back(tx, deed, step)
    for step in steps:
        if isinstance(step, Ejected):
            members.come_back(tx, step)


def _give_role_back(tx: Transaction, deed: Deed, step: RoleSet) -> None:
    user = tx.users.get(step.user_id)
    if user is not None and not user.deleted and user.role == step.after:
        users.set_role(tx, deed, user, Role(step.before))


def _give_room_role_back(tx: Transaction, deed: Deed, step: RoomRoleSet) -> None:
    room = tx.rooms.get(step.room_id)
    member = tx.members.get(step.room_id, step.user_id)
    if room is not None and member is not None and member.role == step.after:
        members.set_room_role(tx, deed, room, member, RoomRole(step.before))


def _window(action: Action) -> Why:
    by = None if action.by is None else action.by.username
    return Why("undo_window", by, action.at, action.undo_until)
