"""Events as frames, encoded once for everybody who speaks the same codec.

A message is needed twice in the same turn of the loop: in the reply to its sender and in the event for all. Its bytes
are kept for just so long.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from service.chat.errors import Refusal
from service.chat.events import Event, MemberLeft, MessagePosted, News
from service.chat.messages import Posted
from service.chat.records import Message
from service.chat.replay import Entrance
from service.wire import codecs, frames, json_messages, lines, shapes
from service.wire.codecs import Codec
from service.wire.shapes import Shape

KEPT_MAX = 1_000  # messages whose bytes are kept at most: as many as one commit can bring

TEXT = Codec("text", codecs.SUBPROTOCOL, codecs.TEXT_FRAME, str.encode, None)


class Encoder:
    """Objects as frames of one codec."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self._messages: dict[str, bytes] = {}

    def forget(self) -> None:
        """The turn is over."""
        self._messages.clear()

    def event(self, event: Event) -> bytes:
        """An event's frame; empty if this codec does not show it."""
        message = msgspec.Raw(self._message(event.message)) if isinstance(event, MessagePosted) else None
        return self.codec.frame(frames.event(event, message))

    def events(self, events: Iterable[Event]) -> bytes:
        """The frames of several events, one after another."""
        return b"".join([self.event(event) for event in events])

    def notice(self, shape: Shape) -> bytes:
        """A notice's frame."""
        return self.codec.frame(shape)

    def news(self, news: News) -> bytes:
        """A notice's frame to some users; empty if this codec does not show it."""
        return self.notice(frames.news(news))

    def presence(self, room: str, user: str, online: bool, left: bool) -> bytes:
        """Somebody came or went; ``left`` if an event has said so already."""
        return self.notice(frames.presence(room, user, online))

    def removed(self, room: str, left: MemberLeft) -> bytes:
        """You are out of the room, by this event."""
        return self.notice(frames.removed(room, left))

    def posted(self, id: str, posted: Posted) -> bytes:
        """The reply to a send."""
        return self.ok(id, message=msgspec.Raw(self._message(posted.message)), duplicate=posted.duplicate)

    def ok(self, id: str, **carries: Any) -> bytes:
        """The reply to a command that succeeded."""
        return self.codec.frame(frames.ok(id, **carries))

    def error(self, id: str | None, refusal: Refusal) -> bytes:
        """The reply to a command that was refused."""
        return self.codec.frame(frames.error(id, refusal))

    def entrance(self, entrance: Entrance, online: list[str]) -> Shape:
        """What the reply to a join carries."""
        carries: Shape = {
            "room": shapes.room(entrance.standing.room, entrance.standing, entrance.read),
            "seq": entrance.seq,
            "epoch": entrance.standing.room.epoch,
            "online": online,
        }
        if entrance.events is None:
            return carries | {"reset": True, "messages": [shapes.message(m) for m in entrance.messages]}
        return carries | {"events": [frames.event(e) for e in entrance.events]}

    def _message(self, message: Message) -> bytes:
        if message.deleted is not None:  # what is kept of it may be from before, with its text
            return self._encoded(message)
        encoded = self._messages.get(message.id)
        if encoded is None:
            if len(self._messages) >= KEPT_MAX:  # a replay, which no end of a turn follows
                self._messages.clear()
            encoded = self._messages[message.id] = self._encoded(message)
        return encoded

    def _encoded(self, message: Message) -> bytes:
        return self.codec.encode(shapes.message(message))


class JsonEncoder(Encoder):
    """JSON, in which nearly everything is said: messages are spelled out rather than encoded as objects."""

    def __init__(self) -> None:
        super().__init__(codecs.JSON)

    def event(self, event: Event) -> bytes:
        if isinstance(event, MessagePosted):
            payload = json_messages.posted(event, self._message(event.message))
            return codecs.frame(codecs.TEXT_FRAME, payload)
        return super().event(event)

    def posted(self, id: str, posted: Posted) -> bytes:
        payload = json_messages.ok(id, self._message(posted.message), posted.duplicate)
        return codecs.frame(codecs.TEXT_FRAME, payload)

    def _encoded(self, message: Message) -> bytes:
        return json_messages.message(message)


class LineEncoder(Encoder):
    """Lines for people. Replies that say only that all went well are not shown."""

    def __init__(self) -> None:
        super().__init__(TEXT)

    def event(self, event: Event) -> bytes:
        line = lines.event(event)
        return b"" if line is None else self.codec.frame(line)

    def notice(self, shape: Shape) -> bytes:
        line = _NOTICE_LINES.get(shape["type"])
        return b"" if line is None else self.codec.frame(lines.notice(line.format_map(shape)))

    def removed(self, room: str, left: MemberLeft) -> bytes:
        return self.codec.frame(lines.removed(left))

    def presence(self, room: str, user: str, online: bool, left: bool) -> bytes:
        return b"" if left else self.codec.frame(lines.presence(user, online))

    def posted(self, id: str, posted: Posted) -> bytes:
        return b""

    def ok(self, id: str, **carries: Any) -> bytes:
        return b""

    def error(self, id: str | None, refusal: Refusal) -> bytes:
        return self.codec.frame(lines.refusal(refusal))

    def beginning(self, entrance: Entrance) -> bytes:
        """What there was before, as lines."""
        if entrance.events is None:
            shown = [lines.message(m) for m in entrance.messages if m.deleted is None]
        else:
            shown = [line for line in map(lines.event, entrance.events) if line is not None]
        return b"".join([self.codec.frame(line) for line in shown])


_NOTICE_LINES = {
    "auth.expiring": "your access token ends at {expires_at}",
    "report.opened": "{report[reporter]} reported a message of {report[message][author][username]} ({report[reason]})",
    "report.changed": "the report on a message of {report[message][author][username]} is {report[state]}",
    "restart": "the server restarts; come back in {reconnect_in_ms} ms",
    "lagging": "you read too slowly; what you missed comes later",
}
