"""The one door: whatever is asked of chat, by HTTP or by socket, comes through here.

A command is a value that carries its own rule: ``run(tx, asker)``. The door admits the asker inside the transaction,
from what the database says then, and runs the command in it; what it appended is committed and delivered by the
database's journal. Nobody has to remember to broadcast.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn, Protocol, TypeVar

from service.chat import names
from service.chat.edits import EditMessage
from service.chat.errors import Refusal
from service.chat.events import AuthorityChanged, Event, MemberLeft, RoomDeleted
from service.chat.limits import Buckets
from service.chat.messages import Posted, PostMessage
from service.chat.ports import Database, Formatter, Transaction
from service.chat.records import Asker, Credential, Message
from service.chat.screening import Screen
from service.chat.sessions import admit
from service.chat.standing import sees
from service.chat.windows import NO_WINDOWS, Windows

R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")

Answer = Callable[[PostMessage, "Posted | Exception"], None]
"""Called on the event loop, once, when a post is committed or refused."""


class Command(Protocol[R_co]):
    """Something that can be asked of chat."""

    def run(self, tx: Transaction, asker: Asker) -> R_co:
        """Do it, or raise ``Refusal``; called on a database thread."""
        ...


class Rehearsed(Exception):
    """What a command would do: the events that it would append, and whose rights it would change. Nothing of it is
    left, for an exception undoes a transaction."""

    def __init__(self, events: Sequence[Event], change: AuthorityChanged | None, messages: int = 0) -> None:
        super().__init__("rehearsed")
        self.events = tuple(events)
        self.change = change
        self.messages = messages  # that it would come to later, beside those of its events


class Posts(Protocol):
    """Where posts are committed, many in one transaction."""

    def post(self, post: PostMessage, answer: Answer) -> None: ...
    async def posted(self, post: PostMessage) -> Posted: ...


class Door:
    """Limit, policy, commit, publish: in that order."""

    def __init__(
        self,
        database: Database,
        posts: Posts,
        buckets: Buckets,
        formatter: Formatter,
        screen: Screen | None = None,
        windows: Windows = NO_WINDOWS,
    ) -> None:
        self._database = database
        self._posts = posts
        self._buckets = buckets
        self._formatter = formatter
        self._screen = screen
        self.windows = windows

    async def do(
        self,
        credential: Credential,
        command: Command[R],
        *,
        counted: bool = False,
        then: Callable[[R], None] | None = None,
    ) -> R:
        """Run a command that may change something; ``counted`` if it is a further step of what has been counted.
        For a credential that is for a rehearsal, ``Rehearsed`` is raised in place of doing it. ``then`` is called with
        the answer before the command's events are delivered."""
        if not counted:
            self._buckets.spend(credential.user_uid)
        if credential.rehearsal:
            return await self._database.write(lambda tx: _rehearse(tx, command, admit(tx, credential)))
        return await self._database.write(lambda tx: command.run(tx, admit(tx, credential)), then)

    async def ask(self, credential: Credential, question: Command[R], *, counted: bool = False) -> R:
        """Run a command that only reads; ``counted`` if it is a further step of what has been counted."""
        if not counted:
            self._buckets.spend(credential.user_uid)
        return await self._database.read(lambda tx: question.run(tx, admit(tx, credential)))

    async def post(self, post: PostMessage) -> Posted:
        """Commit one message, and wait for it. Over the rate only a retry is answered: it was acknowledged before."""
        self._count(post)
        if self._formatter.marked(post.text):  # before the transaction, which it would hold up
            post.html = await self._formatter.html(post.text, post.credential.user_uid)
        return await self._posts.posted(post)

    def send(self, post: PostMessage, answer: Answer) -> None:
        """Commit one message that needs no formatting; ``answer`` is called when it is done. Over the rate as ``post``
        is, which counts all sockets of a user together: more of them do not buy more messages."""
        if post.refusal is None:
            self._count(post)
        self._posts.post(post, answer)

    def _count(self, post: PostMessage) -> None:
        try:
            self._buckets.spend(post.credential.user_uid)
        except Refusal as refusal:
            if post.nonce is None:
                raise
            post.ruling, post.refusal = None, refusal

    def marked(self, text: str) -> bool:
        """Whether a text has to be formatted before it is stored."""
        return self._formatter.marked(text)

    async def edit(
        self, credential: Credential, message: str, text: str, then: Callable[[Message], None] | None = None
    ) -> Message:
        """Give a message another text. It is counted before it is formatted, and formatted as it will be stored."""
        self._buckets.spend(credential.user_uid)
        kept = names.text(text, empty=True)
        html = None
        if self._formatter.marked(kept):
            html = await self._formatter.html(kept, credential.user_uid)
        edit = EditMessage(message, kept, html, self.windows.edit_seconds, self._screen)
        return await self.do(credential, edit, counted=True, then=then)


def _rehearse(tx: Transaction, command: Command[R], asker: Asker) -> NoReturn:
    command.run(tx, asker)
    seen: dict[str, bool] = {}
    events = [event for event in tx.appended if _may_count(tx, asker, event, seen)]
    raise Rehearsed(events, tx.authority.change())


def _may_count(tx: Transaction, asker: Asker, event: Event, seen: dict[str, bool]) -> bool:
    """Whether the asker is told of an event: also a number would tell of rooms that they do not see. Whoever deletes a
    room, or leaves it, has seen it."""
    own = isinstance(event, RoomDeleted) or (isinstance(event, MemberLeft) and event.user_id == asker.user.id)
    if event.room not in seen:
        seen[event.room] = own or sees(tx, asker.user, event.room)
    return seen[event.room]
