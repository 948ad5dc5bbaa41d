"""Posting a message, and reading them.

A post is decided in the transaction that stores it. Its ``Ruling`` is what the policy answered and at which version of
everybody's rights; the same author's next post in the same room may bring it along, and as long as the version stands
nothing has to be asked again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b

from service.chat import policy, standing
from service.chat.errors import Code, Refusal, Why, not_found
from service.chat.policy import Action
from service.chat.ports import Transaction
from service.chat.records import Asker, Author, Credential, Filter, Member, Message, Room
from service.chat.screening import Screened
from service.chat.sessions import admit

DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Ruling:
    """That somebody may post in a room, as decided at ``version``. ``slow_mode`` is in seconds. Who moderates is spared
    it (0), and the room's ``filters`` (none)."""

    version: int
    room: Room
    author_id: int
    author: Author
    sid: str
    slow_mode: int
    filters: tuple[Filter, ...] = ()
    may_call: bool = False


@dataclass(slots=True)
class PostMessage:
    """Say ``text`` in a room. ``reply_to`` is a message's id; ``ruling`` an earlier answer of the policy, if any.

    ``present`` is false on a connection that does not hear the room: there one joins before one speaks. ``refusal`` is
    what is answered if this is no retry: it came over the rate. ``screened`` is what the room's filters made of it.
    ``html`` is the formatted text, and ``here`` are the ids of who is in the room now, if the text may call them.
    ``files`` are the ids of what was uploaded for it. With ``read``, whoever says it has read what stands above; on
    a socket that is remembered with what else was read there.
    """

    credential: Credential
    room: str
    text: str
    nonce: str | None = None
    reply_to: str | None = None
    ruling: Ruling | None = None
    present: bool = True
    refusal: Refusal | None = None
    screened: Screened | None = None
    html: str | None = None
    here: frozenset[int] = frozenset()
    files: tuple[str, ...] = ()
    read: bool = False

    def digest(self) -> bytes | None:
        """What a retry under the same nonce is compared with, for the text itself may be edited later."""
        if self.nonce is None:
            return None
        content = "\0".join((self.reply_to or "", self.text, *self.files))
        return blake2b(content.encode(), digest_size=DIGEST_BYTES).digest()


@dataclass(frozen=True, slots=True)
class Posted:
    """The stored message; ``duplicate`` if it was there already under this nonce."""

    message: Message
    duplicate: bool = False


def rule(tx: Transaction, post: PostMessage, version: int) -> Ruling | Posted:
    """Ask the policy about a post, from what the database says now.

    A nonce that was seen answers with its message, after the right to read and before every rule about writing: who
    retries what was acknowledged must not be told that it failed. The right is the user's: a token that is only for
    writing is all that a program needs which only posts.
    """
    asker = admit(tx, post.credential)
    before = standing.of_asker(tx, asker, post.room)
    standing.require_entitled(tx, Action.READ, before)
    room, user = before.room, asker.user
    earlier = seen(tx, room, user.id, post)
    if earlier is not None:
        return earlier
    if post.refusal is not None:
        raise post.refusal
    standing.require(tx, Action.POST, before)
    if not post.present:
        raise Refusal(Code.NOT_JOINED, "Join the room on this connection first.", why=Why("membership"))
    author = Author(user.username, user.name, user.role, user.bot)
    slow_mode = 0 if before.moderates else room.slow_mode
    filters = () if before.moderates else tx.filters.of_room(room.id)
    may_call = policy.may(Action.CALL, before).allowed
    return Ruling(version, room, user.id, author, asker.session.sid, slow_mode, filters, may_call)


def seen(tx: Transaction, room: Room, author_id: int, post: PostMessage) -> Posted | None:
    """The message that was posted under this nonce before; ``conflict`` if it was another one."""
    if post.nonce is None:
        return None
    found = tx.log.by_nonce(room, author_id, post.nonce)
    if found is None:
        return None
    message, digest = found
    # Of one that has expired nothing is known but its nonce: its digest would tell what it said.
    if digest and digest != post.digest():
        raise Refusal(Code.CONFLICT, "Another message was sent with this nonce.")
    return Posted(message, duplicate=True)


def keep_pace(tx: Transaction, ruling: Ruling) -> None:
    """Slow mode: so many seconds between two messages of one user. Takes note of this one."""
    member = tx.members.get(ruling.room.id, ruling.author_id)
    if member is None:
        raise not_found("room")
    until = slow_until(member, ruling.slow_mode)
    if tx.now < until:
        raise Refusal(
            Code.SLOW_MODE,
            slow_message(ruling.slow_mode),
            why=slow_why(tx, ruling.room, until),
            retry_after=(until - tx.now) / 1000,
        )
    tx.members.posted(ruling.room.id, ruling.author_id, tx.now)


def slow_until(member: Member, slow_mode: int) -> int:
    """When slow mode lets a member post again (Unix ms)."""
    return member.last_posted_at + slow_mode * 1000


def slow_message(slow_mode: int) -> str:
    """What is said to who comes earlier."""
    return f"The room is in slow mode: one message in {slow_mode} seconds."


def slow_why(tx: Transaction, room: Room, until: int) -> Why:
    """Who set it, and when one's own wait is over."""
    return replace(standing.why_room(tx, room, "slow_mode"), until=until)


@dataclass(frozen=True, slots=True)
class ListMessages:
    """The latest messages of a room, or those next to a seq; both bounds exclude their seq."""

    room: str
    limit: int
    before: int | None = None
    after: int | None = None

    def run(self, tx: Transaction, asker: Asker) -> list[Message]:
        """Oldest first."""
        reader = standing.of_asker(tx, asker, self.room)
        standing.require(tx, Action.READ, reader)
        return tx.log.messages(reader.room, self.limit, self.before, self.after)
