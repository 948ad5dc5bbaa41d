"""The WebSocket endpoints: who is let in is decided here, before the handshake is accepted.

``/ws`` is one socket for many rooms, ``/chat/{slug}`` is one for one room. A refusal is an HTTP answer with a problem
document; a browser can't see one, so a browser's socket is accepted and closed at once, with a code that says the same.
Whoever is let in is handed to a ``Connection``, and under our own server the endpoint returns: ten thousand waiting
coroutines would cost as much memory as all the rest.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from service.api import handshake
from service.api.caller import address_of
from service.api.handshake import Handshake, Way
from service.api.parts import Parts
from service.api.problems import problem, refused
from service.chat.errors import Code, Refusal
from service.chat.records import Asker, Credential
from service.chat.replay import Entrance
from service.chat.tokens import BadCredential
from service.live.connection import Connection
from service.live.dialogue import Dialogue, enter
from service.live.plain_writer import PlainWriter
from service.live.protocol import EXTENSION, FolkmootProtocol
from service.live.room_manager import RoomManager
from service.wire import closes
from service.wire.closes import CLOSES, Close

log = logging.getLogger("folkmoot.sockets")


@dataclass(frozen=True, slots=True)
class Admission:
    """Somebody who may come in: with which wishes, as whom, and what they see first of their one room."""

    wish: Handshake
    asker: Asker
    credential: Credential
    address: str
    joined: tuple[RoomManager, Entrance] | None


class Sockets:
    """The ASGI application for sockets."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One handshake, and under a server that is not ours the whole socket."""
        await receive()  # websocket.connect
        hosts = handshake.header(scope, b"host")
        if len(hosts) != 1 or not self._parts.origins.answers(hosts[0]):
            await problem(421, "This server does not answer for that host.")(scope, receive, send)
            return
        manager: RoomManager | None = None
        try:
            browser = self._check_origin(scope, hosts[0])
        except Refusal as refusal:
            await self._refuse(refusal, False, scope, receive, send)
            return
        try:
            wish = handshake.read(scope)
            # Opened before the room is read: what is committed from then on is kept for whoever is about to hear it.
            manager = None if wish.room is None else self._parts.hub.open(wish.room)
            reviews = self._parts.hub.reviews.count
            admission = await self._admit(wish, scope, manager)
            await self._let_in(admission, reviews, scope, receive, send)
        except Refusal as refusal:
            await self._refuse(refusal, browser, scope, receive, send)
        except Exception:
            log.exception("a handshake failed")
            await self._refuse(Refusal(Code.INTERNAL), browser, scope, receive, send)
        finally:
            if manager is not None:
                self._parts.hub.release(manager)

    def _check_origin(self, scope: Scope, host: str) -> bool:
        """Whether it is a browser that asks, from a page that may."""
        origins = handshake.header(scope, b"origin")
        if not origins:
            return False
        if len(origins) > 1 or not self._parts.origins.allow(origins[0], scope["scheme"], host):
            raise Refusal(Code.FORBIDDEN_ORIGIN)
        return True

    def _credential(self, wish: Handshake) -> Credential:
        if wish.way is Way.TICKET:
            return self._parts.tickets.redeem(wish.secret)
        if wish.way is Way.QUERY_TOKEN and not self._parts.choices.query_token:
            raise BadCredential("This server takes no tokens in the query; buy a ticket, or use a header.")
        return self._parts.verifier.verify(wish.secret)

    async def _admit(self, wish: Handshake, scope: Scope, manager: RoomManager | None) -> Admission:
        parts = self._parts
        credential = self._credential(wish)
        asker = await parts.hub.admissions.admit(credential)
        address = address_of(scope)
        parts.hub.check_room_for(asker.user.id, address)  # before a room is joined for somebody who is not let in
        joined = None
        if wish.room is not None and manager is not None:
            await parts.hub.reads.settle(credential.user_uid)
            joined = manager, await enter(parts.door, credential, wish.room, wish.since, wish.epoch)
            parts.hub.check_room_for(asker.user.id, address)
        return Admission(wish, asker, credential, address, joined)

    async def _let_in(self, admission: Admission, reviews: int, scope: Scope, receive: Receive, send: Send) -> None:
        hub, wish = self._parts.hub, admission.wish
        protocol: FolkmootProtocol | None = scope.get("extensions", {}).get(EXTENSION)
        plain = PlainWriter(receive, send, FolkmootProtocol.write_buffer_bytes) if protocol is None else None
        writer = protocol or plain
        assert writer is not None  # noqa: S101  one of the two is there
        connection = Connection(
            hub,
            writer,
            hub.encoders[wish.codec],
            admission.asker,
            admission.credential,
            admission.address,
            wish.room,
        )
        dialogue = Dialogue(hub, connection)
        hub.add(connection)
        if hub.reviews.count != reviews:  # somebody's rights changed while this one was asked about
            hub.reviews.look_again({connection})
        try:
            await send({"type": "websocket.accept", "subprotocol": wish.subprotocol})
        except OSError:  # who asked has gone away meanwhile
            connection.lost()
            return
        except BaseException:
            connection.lost()
            raise
        try:
            if protocol is not None:
                protocol.take_over(connection, dialogue)
            connection.greet(admission.joined)
            if plain is not None:
                await plain.serve(connection, dialogue)
        except Exception:
            # Not a refusal any more: the handshake is answered, and a second answer would be an error of its own.
            log.exception("a socket failed")
            connection.lost()
            with suppress(OSError):
                await send(_closing(Close.INTERNAL))

    async def _refuse(self, refusal: Refusal, browser: bool, scope: Scope, receive: Receive, send: Send) -> None:
        self._parts.metrics.refusals[refusal.code.value] += 1
        if browser:
            expired = isinstance(refusal, BadCredential) and refusal.expired
            close = closes.of_refused_handshake(refusal.code, refusal.status, expired)
            await send({"type": "websocket.accept", "subprotocol": handshake.subprotocol(scope)})
            await send(_closing(close))
        elif "websocket.http.response" in scope.get("extensions", {}):
            await refused(refusal)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})  # the server makes a 403 of it


def _closing(close: Close) -> dict[str, str | int]:
    return {"type": "websocket.close", "code": int(close), "reason": CLOSES[close].text}
