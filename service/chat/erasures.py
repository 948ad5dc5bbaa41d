"""Erasing a person: their account, what is kept about them, and what becomes of what they said.

The account ends at once, and with it goes the name: the row that is left has one that tells nothing, and everything
that they said shows that. Their messages are gone through afterwards, a bounded part at a time: that may take long, and
nobody is kept from talking meanwhile. How far it has come is written with each part, so whatever ends the process, the
next one goes on from there.

Where messages are deleted, those that were still shown are told as such (``message.deleted``, by ``system``); all
others in which the person was shown are told as they are now (``message.edited``). Whoever holds an earlier state goes
on from it, and so does the search index.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from service.chat import names
from service.chat.deeds import SERVER, Actor, Deed, What, actor_of
from service.chat.directory import keep_an_admin
from service.chat.errors import Code, Refusal, Why, invalid, not_found
from service.chat.policy import Rank, may_administer, may_change_oneself
from service.chat.ports import Page, Transaction
from service.chat.records import Asker, Room, User
from service.chat.roles import RoomRole, Visibility
from service.chat.stores.erasures import Erasure, Messages, Span
from service.chat.users import delete_account

EVENTS_AT_ONCE = 5_000  # looked at in one question: some milliseconds, for which nobody waits
TOUCHED_AT_ONCE = 200  # messages changed in one transaction: some milliseconds, in which nobody can post
ROOMS_AT_ONCE = 100  # found at a time
NAME_BYTES = 5  # of chance in the name of who has none
CURSOR_DIGITS = 18  # of a page's key: fewer than the databases' widest integer has


def nameless() -> str:
    """A name for who has none any more."""
    return f"{names.NAMELESS_PREFIX}{secrets.token_hex(NAME_BYTES)}"


@dataclass(frozen=True, slots=True)
class EraseUser:
    """Erase somebody, with their messages or from them."""

    username: str
    messages: Messages
    nameless: str = field(default_factory=nameless)

    def run(self, tx: Transaction, asker: Asker) -> Erasure:
        """By admins."""
        may_administer(asker.user, asker.scope).require()
        return self.apply(tx, actor_of(asker))

    def apply(self, tx: Transaction, actor: Actor) -> Erasure:
        """End the account and begin the rest, without asking who may. This can't be undone."""
        return erase(tx, actor, _whoever_was(tx, self.username), self.messages, self.nameless)


@dataclass(frozen=True, slots=True)
class LeaveForGood:
    """End one's own account, and leave what was said. ``before`` is the hash of the password that was given."""

    before: str | None = field(repr=False)

    def run(self, tx: Transaction, asker: Asker) -> None:
        """Free to everybody who leaves no room behind that nobody could look after, and no server."""
        _require_free(tx, asker, self.before)
        keep_an_admin(tx, asker.user)
        delete_account(tx, Deed(actor_of(asker), What.USER_DELETED, Rank.STRANGER, on=asker.user), asker.user)


@dataclass(frozen=True, slots=True)
class EraseOneself:
    """Be erased, with one's messages or from them. ``before`` is the hash of the password that was given."""

    before: str | None = field(repr=False)
    messages: Messages
    nameless: str = field(default_factory=nameless)

    def run(self, tx: Transaction, asker: Asker) -> Erasure:
        """Free to everybody who may leave."""
        _require_free(tx, asker, self.before)
        return erase(tx, actor_of(asker), asker.user, self.messages, self.nameless)


@dataclass(frozen=True, slots=True)
class ListErasures:
    """Who was erased and who is being erased, newest first."""

    page: Page

    def run(self, tx: Transaction, asker: Asker) -> list[Erasure]:
        """For admins; whoever it was has no name any more."""
        may_administer(asker.user, asker.scope).require()
        key = self.page.cursor
        if key is not None and not (key.isascii() and key.isdigit() and len(key) <= CURSOR_DIGITS):
            raise invalid("cursor", "this is no cursor that the server gave out")
        return tx.erasures.page(None if key is None else int(key), self.page.limit)


@dataclass(frozen=True, slots=True)
class SeeErasure:
    """How far one has come."""

    uid: str

    def run(self, tx: Transaction, asker: Asker) -> Erasure:
        """For admins."""
        may_administer(asker.user, asker.scope).require()
        return found(tx, self.uid)


def found(tx: Transaction, uid: str) -> Erasure:
    """The erasure of that id."""
    erasure = tx.erasures.get(uid)
    if erasure is None:
        raise not_found("erasure")
    return erasure


def erase(tx: Transaction, actor: Actor, user: User, messages: Messages, nameless: str) -> Erasure:
    """End an account, and begin to take away what is left of it. The audit log says that it was done, and not to whom:
    nor by whom, if it was them."""
    if not user.deleted:
        keep_an_admin(tx, user)
    own = actor.user is not None and actor.user.id == user.id
    deed = Deed(SERVER if own else actor, What.USER_ERASED, actor.server_rank)
    delete_account(tx, Deed(actor, What.USER_DELETED, actor.server_rank, on=user), user)
    tx.erasures.forget(user.id, messages)
    facts = tx.audit.erase(user.username)
    tx.users.erase(user, nameless)
    _leave_direct_rooms(tx, user, nameless)
    deed.done(tx, messages=messages.value, own=own, facts=facts)
    return tx.erasures.begin(user.id, messages)


@dataclass(frozen=True, slots=True)
class Place:
    """How far somebody's traces have been followed: into a room, up to a seq; ``last`` if nothing comes behind."""

    room_id: int = 0
    seq: int = 0
    last: bool = False


@dataclass(frozen=True, slots=True)
class Ahead:
    """The next parts of logs of an erasure, and where it stands after them."""

    erasure: Erasure
    spans: tuple[Span, ...]
    to: Place


@dataclass(frozen=True, slots=True)
class LookAhead:
    """What an erasure has to do next. It changes nothing, so it may read much."""

    uid: str

    def read(self, tx: Transaction) -> Ahead:
        """Parts in which no more has to be changed than one transaction should."""
        erasure = found(tx, self.uid)
        return Ahead(erasure, *_follow(tx, erasure.user.id, Place(erasure.room_id, erasure.seq), TOUCHED_AT_ONCE))


@dataclass(frozen=True, slots=True)
class Counted:
    """How many messages of somebody were found up to a place."""

    messages: int
    to: Place


@dataclass(frozen=True, slots=True)
class CountMessages:
    """What an erasure would go through, for who wants to know before; from a place on. Oneself is nobody's name."""

    username: str | None = None
    begin: Place = field(default_factory=Place)

    def run(self, tx: Transaction, asker: Asker) -> Counted:
        """By who may erase them."""
        if self.username is None:
            may_change_oneself(asker.scope).require()
            user = asker.user
        else:
            may_administer(asker.user, asker.scope).require()
            user = _whoever_was(tx, self.username)
        spans, to = _follow(tx, user.id, self.begin, EVENTS_AT_ONCE)
        return Counted(sum(len(span.said) for span in spans), to)


def _follow(tx: Transaction, user_id: int, begin: Place, most: int) -> tuple[tuple[Span, ...], Place]:
    """Somebody's traces from a place on: as many events as one question may look at, in so many rooms, and at most
    that many to be changed."""
    spans: list[Span] = []
    room_id, seq, left = begin.room_id, begin.seq, EVENTS_AT_ONCE
    rooms = tx.expiry.rooms(max(room_id - 1, 0), ROOMS_AT_ONCE)
    for room in rooms:
        seq = seq if room.id == room_id else 0
        room_id = room.id
        if seq < room.seq and left > 0 and most > 0:
            span = tx.erasures.look(user_id, room, seq, min(room.seq, seq + left), most)
            spans.append(span)
            most -= len(span.said) + len(span.shown_in) + len(span.about)
            left -= span.upto - seq
            seq = span.upto
        if seq < room.seq:
            return tuple(spans), Place(room_id, seq)
    return tuple(spans), Place(room_id + 1, last=len(rooms) < ROOMS_AT_ONCE)


@dataclass(frozen=True, slots=True)
class GoOn:
    """Do what is ahead."""

    ahead: Ahead

    def apply(self, tx: Transaction) -> Erasure:
        """How far it has come then. If another process has been there before, that is all."""
        before, now = self.ahead.erasure, found(tx, self.ahead.erasure.uid)
        if now.finished_at is not None or (now.room_id, now.seq) != (before.room_id, before.seq):
            return now
        looked = changed = 0
        for span in self.ahead.spans:
            _take_out(tx, now, span)
            looked += span.upto - span.after
            changed += len(span.said)
        tx.erasures.move(now, self.ahead.to.room_id, self.ahead.to.seq, looked, changed)
        if self.ahead.to.last:
            tx.erasures.finish(now)
        return found(tx, now.uid)


def _whoever_was(tx: Transaction, username: str) -> User:
    """The account of that name, also one that was deleted; ``not_found`` if there is nothing left to be erased."""
    folded = names.fold_username(username)
    user = tx.users.once(folded) if folded else None
    if user is None or names.is_nameless(user.username):
        raise not_found("user")
    return user


def _take_out(tx: Transaction, erasure: Erasure, span: Span) -> None:
    """What somebody said in a part of a log, or who said it; and where else they are shown there."""
    room = tx.rooms.get(span.room.id)
    if room is None:
        return
    told: set[int] = set()
    if erasure.messages is Messages.DELETE:
        shown = [each for _, each in sorted(tx.log.messages_at(room, span.said).items()) if each.deleted is None]
        told = {message.seq for message in shown}
        if shown and not room.deleted:  # its log has come to its end, and nobody reads it
            tx.log.delete(room, shown, None, author_erased=True)
        tx.files.erase(room, span.said)
        tx.expiry.erase(room, span.said)
    tx.erasures.forget_in(erasure.user.id, span)
    if not room.deleted:
        tx.log.show_anew(room, sorted({*span.said, *span.shown_in} - told))


def _leave_direct_rooms(tx: Transaction, user: User, nameless: str) -> None:
    """A direct room is called as who is in it; one in which nobody is left is nobody's to come back to."""
    for room in tx.erasures.direct_rooms_named(user.username):
        name = renamed(room.name, user.username, nameless)
        if name == room.name:
            continue
        tx.erasures.name_room(room, name)
        now = tx.rooms.get(room.id)
        if now is None or now.deleted:
            continue
        if now.members:
            tx.log.room_changed(now, None)
        else:
            tx.log.room_deleted(now, None)
            tx.rooms.delete(now.id)


def renamed(title: str, username: str, nameless: str) -> str:
    """A direct room's name with another one in the place of somebody's, also where that was cut off at the end."""
    *others, last = title.split(names.BETWEEN_NAMES)
    cut_off = len(title) == names.ROOM_NAME_MAX and len(last) > 1 and username.startswith(last)
    parts = [nameless if part == username else part for part in others]
    parts.append(nameless if last == username or cut_off else last)
    anew = names.BETWEEN_NAMES.join(parts)
    return anew if anew == title else anew[: names.ROOM_NAME_MAX]


def _require_free(tx: Transaction, asker: Asker, before: str | None) -> None:
    may_change_oneself(asker.scope).require()
    if tx.users.password_hash(asker.user.id) != before:
        raise Refusal(Code.CONFLICT, "The password was changed in the meantime.")
    for room, member in tx.members.of_user(asker.user.id):
        _require_successor(tx, room, member.role)


def _require_successor(tx: Transaction, room: Room, role: RoomRole) -> None:
    alone = room.members == 1 or room.visibility is Visibility.DIRECT
    if role is RoomRole.OWNER and not alone and tx.members.owners(room.id) == 1:
        raise Refusal(
            Code.CONFLICT,
            f"You are the last owner of {room.slug}: make somebody else an owner first, or delete the room.",
            why=Why("last_owner"),
        )
