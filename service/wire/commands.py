"""What clients say: the commands as typed values, and how a frame is read into one.

Reading is strict: a frame that is no JSON (or msgpack) object, that nests without end, or that holds a NUL or a lone
surrogate anywhere is a ``bad_frame``, also where the trouble sits in a field that nobody asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import isfinite
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from service.chat.errors import Code, Refusal, invalid
from service.chat.events import SEQ_MAX
from service.chat.files import PER_MESSAGE
from service.chat.names import NONCE_MAX

Id = Annotated[str, Meta(min_length=1, max_length=NONCE_MAX)]
Slug = Annotated[str, Meta(min_length=1, max_length=64)]
Seq = Annotated[int, Meta(ge=0, le=SEQ_MAX)]
LEVELS_MAX = 64  # of nesting, in a frame that has to be looked through

_MISSING = re.compile("Object missing required field `([a-z_]+)`")


class Command(Struct, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """One command; ``id`` comes back in its reply. A frame with a field that we do not know is read the slow way, which
    looks at all that is in it before it leaves the field out."""

    id: Id


class Join(Command, tag="join"):
    """Enter a room: see it from ``since`` on, or its latest messages."""

    room: Slug
    since: Seq | None = None
    epoch: str | None = None


class Leave(Command, tag="leave"):
    """No longer hear a room."""

    room: Slug


class Send(Command, tag="send"):
    """Say something in a room. With ``files``, the ids of what was uploaded for it, there need be no text."""

    room: Slug
    text: str = ""
    nonce: Id | None = None
    reply_to: str | None = None
    files: Annotated[tuple[Id, ...], Meta(max_length=PER_MESSAGE)] = ()


class HastySend(Send, tag="send"):
    """A send over the rate: ``refusal`` is its answer, unless it turns out to be a retry."""

    refusal: Refusal | None = None


class Sanction(Command, tag="sanction"):
    """Kick, mute or ban somebody in a room; without a room, mute or suspend them on the whole server."""

    user: str
    kind: Literal["kick", "mute", "ban", "suspend"]
    room: Slug | None = None
    until: str | None = None
    reason: str | None = None


class Lift(Command, tag="lift"):
    """End a sanction before its time."""

    sanction: Id


class MarkedSend(Command):
    """A send whose text has to be formatted first: it takes time, which a plain one does not."""

    send: Send


class Edit(Command, tag="edit"):
    """Give a message of one's own another text."""

    message: Id
    text: str


class React(Command, tag="react"):
    """Put an emoji under a message, or take it away."""

    message: Id
    emoji: str
    on: bool = True


class Read(Command, tag="read"):
    """Have read a room up to a seq."""

    room: Slug
    seq: Seq


class Delete(Command, tag="delete"):
    """Delete a message."""

    message: Id
    reason: str | None = None


class Undo(Command, tag="undo"):
    """Take back what was done with authority."""

    action: Id


class Report(Command, tag="report"):
    """Show a message to who moderates its room."""

    message: Id
    reason: str


class Typing(Command, tag="typing"):
    """Tell a room that one is typing."""

    room: Slug


class Auth(Command, tag="auth"):
    """Go on with a new access token of the same user."""

    token: str


class Ping(Command, tag="ping"):
    """Ask for a sign of life."""


COMMANDS: dict[str, type[Command]] = {
    "join": Join,
    "leave": Leave,
    "send": Send,
    "sanction": Sanction,
    "lift": Lift,
    "edit": Edit,
    "react": React,
    "read": Read,
    "delete": Delete,
    "undo": Undo,
    "report": Report,
    "typing": Typing,
    "auth": Auth,
    "ping": Ping,
}
_ANY = Join | Leave | Send | Edit | React | Read | Sanction | Lift | Delete | Undo | Report | Typing | Auth | Ping


class BadCommand(Exception):
    """A frame that is no command: the ``id`` to answer under, if there is a usable one, and the refusal."""

    def __init__(self, id: str | None, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.id = id
        self.refusal = refusal


class Reader:
    """Reads frames of one codec. ``suspect`` is a byte string without which no NUL or lone surrogate can be in one."""

    def __init__(self, decode: Callable[..., Any], typed: Callable[[bytes], Command], suspect: bytes) -> None:
        self._decode = decode
        self._typed = typed
        self._suspect = suspect

    def read(self, payload: bytes, room: str | None = None) -> Command:
        """The command in a frame, or ``BadCommand``. ``room`` stands in where a frame names none."""
        if self._suspect not in payload:
            try:
                return _placed(self._typed(payload), room)
            except (msgspec.MsgspecError, RecursionError, ValueError):
                pass  # what is wrong is found out below, for the answer
        return self._slowly(payload, room)

    def _slowly(self, payload: bytes, room: str | None) -> Command:
        try:
            raw = self._decode(payload)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            raise BadCommand(None, Refusal(Code.BAD_FRAME, "The frame could not be decoded.")) from None
        if not isinstance(raw, dict):
            raise BadCommand(None, Refusal(Code.BAD_FRAME, "A frame is an object with a type."))
        id = raw.get("id")
        usable = id if isinstance(id, str) and 1 <= len(id) <= NONCE_MAX and _clean(id) else None
        if not _clean(raw):
            text = "NUL, lone surrogates, numbers that are none and deep nesting are not allowed."
            raise BadCommand(usable, Refusal(Code.BAD_FRAME, text))
        kind = raw.get("type")
        if not isinstance(kind, str):
            raise BadCommand(usable, Refusal(Code.BAD_FRAME, "A frame is an object with a type."))
        if kind not in COMMANDS:
            raise BadCommand(usable, Refusal(Code.UNKNOWN_TYPE, "There is no command of that type."))
        if room is not None:
            raw.setdefault("room", room)
        known = {"type", *COMMANDS[kind].__struct_fields__}
        try:
            command: Command = msgspec.convert({name: raw[name] for name in raw if name in known}, _ANY)
            return _placed(command, room)
        except msgspec.ValidationError as error:
            raise BadCommand(usable, _invalid(str(error))) from None


def _placed(command: Command, room: str | None) -> Command:
    """On a socket for one room, what names none is meant for that one: never for the whole server."""
    if isinstance(command, Sanction) and command.room is None:
        command.room = room
    return command


def _invalid(text: str) -> Refusal:
    """msgspec's ``Expected `str`, got `int` - at `$.room` `` as a field and a sentence."""
    message, _, place = text.partition(" - at `")
    missing = _MISSING.fullmatch(message)
    if missing is not None:
        return invalid(missing[1], "this field is required")
    field = place.rstrip("`").removeprefix("$.")
    return invalid(field, message[:1].lower() + message[1:].replace("`", ""))


def _clean(value: object, levels: int = LEVELS_MAX) -> bool:
    if isinstance(value, str):
        return "\0" not in value and (value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value))
    if isinstance(value, float):
        return isfinite(value)
    if levels == 0:
        return False
    if isinstance(value, dict):
        return all(_clean(key, levels - 1) and _clean(item, levels - 1) for key, item in value.items())
    if isinstance(value, list):
        return all(_clean(item, levels - 1) for item in value)
    return True


JSON = Reader(msgspec.json.decode, msgspec.json.Decoder(_ANY).decode, b"\\u")
MSGPACK = Reader(msgspec.msgpack.decode, msgspec.msgpack.Decoder(_ANY).decode, b"\0")
