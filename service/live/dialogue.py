"""What a client says on its socket: read, paced, put in order, run through the door, and answered.

The commands of one connection run and are answered in the order in which they came (``wire.conversation``). A send is
answered by the journal's callback; every other command that takes time is a task of the node's.
"""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial
from typing import Any

import msgspec

from service.chat import names
from service.chat.door import Door
from service.chat.errors import Code, Refusal, Why
from service.chat.limits import Bucket
from service.chat.members import JoinRoom
from service.chat.mentions import may_call_here
from service.chat.messages import Posted, PostMessage, Ruling
from service.chat.records import Credential
from service.chat.replay import EnterRoom, Entrance, Type
from service.live.connection import Connection, Node
from service.live.orders import Order, carry_out
from service.live.room_manager import TYPING_SECONDS
from service.wire import frames, shapes
from service.wire.closes import Close
from service.wire.commands import (
    Auth,
    BadCommand,
    Command,
    Delete,
    Edit,
    HastySend,
    Join,
    Leave,
    Lift,
    MarkedSend,
    React,
    Read,
    Report,
    Sanction,
    Send,
    Typing,
    Undo,
)
from service.wire.conversation import Conversation, Entry, Pace
from service.wire.shapes import Shape


class Dialogue:
    """The client's side of one connection."""

    __slots__ = ("_connection", "_conversation", "_node", "_rulings")

    def __init__(self, node: Node, connection: Connection) -> None:
        self._node = node
        self._connection = connection
        self._conversation = Conversation(Bucket(node.terms.commands_per_second, node.loop.time()))
        self._rulings: dict[str, Ruling] = {}

    def receive(self, payload: bytes, binary: bool) -> None:
        """One whole message from the client."""
        connection, conversation = self._connection, self._conversation
        if connection.closed:
            return
        if len(payload) > self._node.terms.frame_bytes:  # on a server that has no limit of its own
            connection.close(Close.TOO_LARGE)
            return
        if binary is not connection.encoder.codec.binary:
            connection.close(Close.WRONG_KIND)
            return
        if not binary and not payload.isascii() and not _is_utf8(payload):
            connection.close(Close.NOT_UTF8)
            return
        pace = conversation.pace(self._node.loop.time())
        if pace is Pace.CLOSE:
            connection.close(Close.TOO_FAST)
            return
        entry = self._read(payload)
        if pace is Pace.REFUSE:
            entry = self._too_fast(entry)
        elif isinstance(entry, Send) and self._node.door.marked(entry.text):
            entry = MarkedSend(id=entry.id, send=entry)
        if conversation.take(entry):
            self._run(entry)
        if conversation.crowded and not connection.crowded:
            connection.hold(True)

    def charge(self) -> None:
        """A frame came that is no whole message (a ping, a pong, a fragment). It counts like a command: it has cost as
        much, and a flood of them must not be free."""
        if self._conversation.pace(self._node.loop.time()) is Pace.CLOSE:
            self._connection.close(Close.TOO_FAST)

    def _read(self, payload: bytes) -> Entry:
        try:
            command = self._command(payload)
        except BadCommand as bad:
            return bad
        try:
            self._elsewhere(getattr(command, "room", None))
            if isinstance(command, Send):
                command.text = names.text(command.text, empty=bool(command.files))
        except Refusal as refusal:  # kept for its turn: it must not be answered before the sends that are under way
            return BadCommand(command.id, refusal)
        return command

    def _command(self, payload: bytes) -> Command:
        room = self._connection.room
        reader = self._connection.encoder.codec.reader
        if reader is None:
            return Send(id="-", room=room or "", text=payload.decode())
        return reader.read(payload, room)

    def _too_fast(self, entry: Entry) -> Entry:
        rate = self._node.terms.commands_per_second
        refusal = Refusal(Code.RATE_LIMITED, f"At most {rate} commands a second.", retry_after=self._conversation.wait)
        if isinstance(entry, Send) and entry.nonce is not None:  # perhaps it was acknowledged before
            return HastySend(**msgspec.structs.asdict(entry), refusal=refusal)
        return BadCommand(entry.id, refusal)

    # Running

    def _run(self, entry: Entry) -> None:
        """Start a command whose turn it is; one that takes no time is over when this returns."""
        try:
            if isinstance(entry, BadCommand):
                raise entry.refusal
            if isinstance(entry, Send):
                self._send(entry)
                return
            work = self._work(entry)
            if work is not None:
                self._node.spawn(self._working(entry, work))
                return
            self._push(self._connection.encoder.ok(entry.id))
        except Refusal as refusal:
            self._refuse(entry.id, refusal)
        self._conversation.done(isinstance(entry, Send))

    def _work(self, command: Command) -> Coroutine[Any, Any, None] | None:
        match command:
            case Join():
                return self._join(command)
            case MarkedSend():
                return self._send_marked(command.send)
            case Read():
                return self._read_up_to(command)
            case Typing():
                return self._typing(command)
            case Auth():
                return self._auth(command)
            case Edit() | React() | Sanction() | Lift() | Delete() | Undo() | Report():
                return self._order(command)
            case Leave():
                self._leave(command.room)
        return None

    async def _working(self, command: Command, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Refusal as refusal:
            self._refuse(command.id, refusal)
        except Exception:
            self._refuse(command.id, Refusal(Code.INTERNAL))
            raise
        finally:
            self._finished(send=False)

    def _finished(self, send: bool) -> None:
        """A command that took time is answered: go on with what waited for it."""
        conversation, connection = self._conversation, self._connection
        conversation.done(send)
        entry = conversation.next()
        while entry is not None and not connection.closed:
            self._run(entry)
            entry = conversation.next()
        if connection.crowded and not conversation.crowded and not connection.closed:
            connection.hold(False)

    def _push(self, frame: bytes) -> None:
        if not self._connection.closed:
            self._connection.outbox.push(frame)

    def _refuse(self, id: str | None, refusal: Refusal) -> None:
        self._node.metrics.refusals[refusal.code.value] += 1
        self._push(self._connection.encoder.error(id, refusal))

    def _elsewhere(self, room: str | None) -> None:
        own = self._connection.room
        if own is not None and room is not None and room != own:
            raise Refusal(Code.INVALID, f"This socket is for the room {own}.")

    # Commands

    def _send(self, command: Send) -> None:
        post = self._post(command)
        if isinstance(command, HastySend):
            post.ruling, post.refusal = None, command.refusal
        self._node.door.send(post, partial(self._sent, command.id))

    async def _send_marked(self, command: Send) -> None:
        post = self._post(command)
        try:
            self._posted(command.id, post, await self._node.door.post(post))
        except Refusal:
            self._rulings.pop(post.room, None)
            raise

    def _post(self, command: Send) -> PostMessage:
        slug, credential = command.room, self._connection.credential
        sub = self._connection.subs.get(slug)
        ruling = self._rulings.get(slug)
        post = PostMessage(credential, slug, command.text, command.nonce, command.reply_to, ruling, sub is not None)
        post.files = command.files
        if may_call_here(command.text):
            manager = self._node.room(slug)
            post.here = frozenset() if manager is None else manager.user_ids()
        return post

    def _sent(self, id: str, post: PostMessage, outcome: Posted | Exception) -> None:
        if isinstance(outcome, Posted):
            self._posted(id, post, outcome)
        else:
            self._rulings.pop(post.room, None)
            self._refuse(id, outcome if isinstance(outcome, Refusal) else Refusal(Code.INTERNAL))
        self._finished(send=True)

    def _posted(self, id: str, post: PostMessage, posted: Posted) -> None:
        if post.ruling is not None:
            self._rulings[post.room] = post.ruling
        if not posted.duplicate:
            self._node.reads.said(self._connection, post.room, posted.message.seq)
        self._push(self._connection.encoder.posted(id, posted))

    async def _join(self, command: Join) -> None:
        connection, slug, most = self._connection, command.room, self._node.terms.rooms
        if slug not in connection.subs and len(connection.subs) >= most:
            text = f"At most {most} rooms may be joined on one connection."
            raise Refusal(Code.LIMIT, text, why=Why("rooms_per_connection"))
        manager = self._node.open(slug)
        try:
            await self._node.reads.settle(connection.credential.user_uid)
            entrance = await enter(self._node.door, connection.credential, slug, command.since, command.epoch)
            if connection.closed:
                return
            carries = connection.encoder.entrance(entrance, connection.online_with_me(manager))
            self._push(connection.encoder.ok(command.id, **carries))
            connection.listen(manager, entrance)
        finally:
            self._node.release(manager)

    def _leave(self, slug: str) -> None:
        sub = self._connection.drop(slug)
        if sub is None:
            raise Refusal(Code.NOT_JOINED, "This connection has not joined that room.")
        self._rulings.pop(slug, None)
        self._connection.detach(slug, sub)

    async def _typing(self, command: Typing) -> None:
        connection, slug = self._connection, command.room
        sub = connection.subs.get(slug)
        if sub is None:
            raise Refusal(Code.NOT_JOINED, "Join the room on this connection first.")
        now = self._node.loop.time()
        if now - sub.typed_at >= TYPING_SECONDS:
            sub.typed_at = now
            await self._node.door.ask(connection.credential, Type(slug))
            manager = self._node.room(slug)
            if manager is not None:
                shape = frames.typing(slug, connection.username)
                manager.tell(connection.username, lambda encoder: encoder.notice(shape))
        self._push(connection.encoder.ok(command.id))

    async def _read_up_to(self, command: Read) -> None:
        connection = self._connection
        await self._node.reads.read(connection, command.room, command.seq)
        self._push(connection.encoder.ok(command.id))

    async def _order(self, command: Order) -> None:
        connection = self._connection

        def ok(carries: Shape) -> None:
            self._push(connection.encoder.ok(command.id, **carries))

        await carry_out(self._node.door, connection.credential, connection.address, command, ok)

    async def _auth(self, command: Auth) -> None:
        connection = self._connection
        reviews = self._node.reviews.count
        credential = self._node.terms.verify(command.token)
        asker = await self._node.admissions.admit(credential)
        if asker.user.id != connection.user_id:
            raise Refusal(Code.FORBIDDEN, "The token is another user's.", why=Why("token_owner"))
        if connection.closed:
            return
        self._rulings.clear()
        connection.renew(credential)
        if self._node.reviews.count != reviews:
            self._node.reviews.look_again({connection})
        self._push(connection.encoder.ok(command.id, expires_at=shapes.time(credential.expires_at * 1000)))


async def enter(door: Door, credential: Credential, room: str, since: int | None, epoch: str | None) -> Entrance:
    """See a room from a position on, as its member: whoever may enter and is none becomes one first."""
    question = EnterRoom(room, since, epoch)
    entrance = await door.ask(credential, question)
    if entrance.standing.room_role is None:
        await door.do(credential, JoinRoom(room), counted=True)  # to the client it is one command
        entrance = await door.ask(credential, question, counted=True)
    return entrance


def _is_utf8(payload: bytes) -> bool:
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True
