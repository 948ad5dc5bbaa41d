"""Taking messages away, and seeing one: one's own, or as a moderator anybody's of lower rank.

What is deleted stays in its place without its text, and says by whom. In bulk, what is to be deleted is found first, by
a question that changes nothing, for that may look through much of the log; then exactly that is deleted at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.chat import standing
from service.chat.deeds import Action as Undoable
from service.chat.deeds import Deed, Done, MessagesDeleted, Scalar, What, actor_of
from service.chat.directory import find
from service.chat.errors import Code, Refusal, Why, invalid, not_found
from service.chat.ids import parse_message_id
from service.chat.policy import Action, Standing, in_scope, may, may_act_on
from service.chat.ports import Page, Transaction
from service.chat.reasons import reason_of
from service.chat.records import Asker, Message, Room, User
from service.chat.roles import Role, Scope

AT_ONCE = 1_000  # messages deleted in one act: each is an event, for all who are in the room
ROOMS_AT_ONCE = 200  # rooms read at once while looking for somebody's messages


@dataclass(frozen=True, slots=True)
class SeeMessage:
    """One message, as it is now."""

    id: str

    def run(self, tx: Transaction, asker: Asker) -> Message:
        """For whoever may read its room."""
        _, message = located(tx, asker, self.id)
        return message


@dataclass(frozen=True, slots=True)
class DeleteMessage:
    """Delete one message."""

    id: str
    reason: str | None = None

    def run(self, tx: Transaction, asker: Asker) -> Done[Message]:
        """One's own, or as who moderates the room one of somebody of lower rank. ``not_found`` if it is deleted
        already: whoever deletes twice would undo what another did."""
        reader, message = located(tx, asker, self.id)
        if message.deleted is not None:
            raise not_found("message")
        author = _author_of(tx, reader.room, message)
        deed = _allowed(tx, asker, reader, author, reason_of(self.reason))
        _delete(tx, deed, reader.room, [message])
        action = _close(tx, deed, messages=1, message=message.id)
        deleted = tx.log.message(reader.room, message.seq)
        return Done(message if deleted is None else deleted, action)


@dataclass(frozen=True, slots=True)
class Found:
    """Messages of one user that somebody may delete: at most ``AT_ONCE`` of them, by room, newest first; ``more`` if
    there are others."""

    username: str
    ids: tuple[str, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class FindMessages:
    """The messages of a user in a room, or (``room`` is None) in every room that the asker moderates, with
    ``since <= at < until`` (Unix ms)."""

    username: str
    room: str | None
    since: int
    until: int

    def run(self, tx: Transaction, asker: Asker) -> Found:
        """Those in rooms where the asker's rank is above the author's; one's own, in each of them."""
        if self.since >= self.until:
            raise invalid("until", "use a time after since")
        author = find(tx, self.username)
        if self.room is None:
            rooms = _outranking(tx, asker, author)
        else:
            moderator = standing.of_asker(tx, asker, self.room)
            _allowed(tx, asker, moderator, author, None)
            rooms = [moderator]
        found: list[Message] = []
        for place in rooms:
            after, until = tx.log.seq_at(place.room, self.since), tx.log.seq_at(place.room, self.until)
            left = AT_ONCE + 1 - len(found)
            found += tx.log.said_by(place.room, author.id, after, until, left)
            if len(found) > AT_ONCE:
                break
        return Found(author.username, tuple(message.id for message in found[:AT_ONCE]), len(found) > AT_ONCE)


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion in bulk did; ``more`` if there were others, which another one would delete."""

    messages: int
    rooms: int
    more: bool


@dataclass(frozen=True, slots=True)
class DeleteMessages:
    """Delete what ``FindMessages`` found, as far as it is still there and may still be deleted."""

    found: Found
    reason: str | None = None

    def run(self, tx: Transaction, asker: Asker) -> Done[Deleted]:
        """One deed: it is undone as a whole."""
        author = find(tx, self.found.username)
        reason = reason_of(self.reason)
        places: dict[int, list[int]] = {}
        for id in self.found.ids:
            parts = parse_message_id(id)
            if parts is not None:
                places.setdefault(parts[1], []).append(parts[2])
        deed: Deed | None = None
        deleted = 0
        for room_id, seqs in places.items():
            room = tx.rooms.get(room_id)
            if room is None or room.deleted:
                continue
            moderator = standing.of_asker(tx, asker, room.slug)
            allowed = _allowed(tx, asker, moderator, author, reason)
            deed = deed or allowed
            deed.rank = min(deed.rank, allowed.rank)  # so that who did it can undo it
            found = sorted(tx.log.messages_at(room, seqs).items())
            deleted += _delete(tx, deed, room, [message for _, message in found if message.deleted is None])
        if deed is None or not deleted:
            return Done(Deleted(0, 0, more=False))
        deed.room = deed.room if len(places) == 1 else None
        action = _close(tx, deed, messages=deleted, rooms=len(deed.steps))
        return Done(Deleted(deleted, len(deed.steps), self.found.more), action)


def located(tx: Transaction, asker: Asker, id: str) -> tuple[Standing, Message]:
    """A message by its id, and the asker before its room; ``not_found`` where they may not read it."""
    parts = parse_message_id(id)
    room = None if parts is None else tx.rooms.get(parts[1])
    if parts is None or room is None:
        raise not_found("message")
    reader = standing.of_asker(tx, asker, room.slug, "message")
    standing.require(tx, Action.READ, reader)
    message = tx.log.message(room, parts[2])
    if message is None or message.id != id:
        raise not_found("message")
    return reader, message


def put_back(tx: Transaction, deed: Deed, step: MessagesDeleted) -> None:
    """Undo a deletion: what is still deleted is shown again."""
    room = tx.rooms.get(step.room_id)
    if room is not None and not room.deleted:
        tx.log.restore(room, step.seqs, deed.by)


def _delete(tx: Transaction, deed: Deed, room: Room, messages: Sequence[Message]) -> int:
    if messages:
        tx.log.delete(room, messages, deed.by)
        deed.steps.append(MessagesDeleted(room.id, tuple(message.seq for message in messages)))
    return len(messages)


def _close(tx: Transaction, deed: Deed, **detail: Scalar) -> Undoable | None:
    """To delete what one said oneself is no act of authority, but can be undone like one."""
    own = deed.on is not None and deed.by is not None and deed.on.id == deed.by.id
    return tx.actions.add(deed) if own else deed.done(tx, **detail)


def _author_of(tx: Transaction, room: Room, message: Message) -> User | None:
    """Whose message it is; None if the account was deleted."""
    return tx.users.by_username(message.author.username)


def _allowed(tx: Transaction, asker: Asker, place: Standing, author: User | None, reason: str | None) -> Deed:
    """The deed of deleting what ``author`` said in a room, if the asker may."""
    if author is not None and author.id == asker.user.id:
        if Scope.WRITE not in asker.scope:
            raise Refusal(Code.INSUFFICIENT_SCOPE, "This needs a token with the scope chat:write.")
        standing.require(tx, Action.READ, place)
    else:
        standing.require(tx, Action.MODERATE, place)
        may_act_on(place, _author_standing(tx, place.room, author)).require()
    return Deed(actor_of(asker), What.MESSAGES_DELETED, place.rank, on=author, room=place.room, reason=reason)


def _author_standing(tx: Transaction, room: Room, author: User | None) -> Standing:
    """The author before the room; a deleted account has no rank any more."""
    if author is None:
        return Standing(room, Role.GUEST, None, frozenset())
    return Standing(room, author.role, tx.members.role(room.id, author.id), frozenset())


def _moderated(tx: Transaction, asker: Asker) -> list[Standing]:
    """Every room that the asker moderates."""
    in_scope(Action.MODERATE, asker.scope).require()
    user, in_force = asker.user, tx.sanctions.in_force(asker.user.id)
    found: list[Standing] = []
    cursor: str | None = None
    while page := tx.rooms.page(user.id, user.role is Role.ADMIN, Page(cursor, ROOMS_AT_ONCE)):
        cursor = page[-1][0].slug
        for room, role in page:
            place = standing.sanctioned(Standing(room, user.role, role, asker.scope), in_force)
            if may(Action.MODERATE, place).allowed:
                found.append(place)
    if not found:
        raise Refusal(Code.FORBIDDEN, "You moderate no room.", why=Why("room_moderator"))
    return found


def _outranking(tx: Transaction, asker: Asker, author: User) -> list[Standing]:
    """The rooms that the asker moderates, where they may delete what the author said: one's own words in all."""
    moderated = _moderated(tx, asker)
    if author.id == asker.user.id:
        return moderated
    ranks = [(place, may_act_on(place, _author_standing(tx, place.room, author))) for place in moderated]
    found = [place for place, verdict in ranks if verdict.allowed]
    if not found:
        ranks[0][1].require()
    return found
