"""What a WebSocket handshake asks for: which room, in which codec, with which credential. Nothing is decided here.

A credential comes in exactly one of four ways; two of them, even if they are the same, are refused, for whoever stands
between may have checked the other one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl

from starlette.types import Scope

from service.chat.errors import Code, Refusal, invalid, not_found
from service.chat.events import SEQ_MAX
from service.chat.names import is_slug
from service.chat.tokens import BadCredential, ambiguous_credential, missing_credential
from service.wire import codecs

CODECS = ("json", "msgpack", "text")
QUERY_FIELDS_MAX = 20


class Way(StrEnum):
    """How the credential was brought."""

    TOKEN = "token"  # noqa: S105 - the name of a way
    QUERY_TOKEN = "query token"  # noqa: S105
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Handshake:
    """A handshake's wishes. ``room`` is None on the socket for many rooms; ``subprotocol`` is what is answered."""

    room: str | None
    codec: str
    subprotocol: str | None
    since: int | None
    epoch: str | None
    way: Way
    secret: str


def header(scope: Scope, name: bytes) -> list[str]:
    """All values of a header of a handshake."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def subprotocol(scope: Scope) -> str | None:
    """The first of ours that the client offers; a browser takes no answer without one."""
    ours = (codecs.SUBPROTOCOL, codecs.MSGPACK.subprotocol)
    return next((offered for offered in scope["subprotocols"] if offered in ours), None)


def read(scope: Scope) -> Handshake:
    """The wishes of a handshake, or the refusal of one that makes no sense."""
    room = _room(scope["path"])
    query = _query(scope["query_string"])
    chosen = subprotocol(scope)
    way, secret = _credential(scope, query)
    return Handshake(room, _codec(query, chosen, room), chosen, _since(query), _one(query, "epoch"), way, secret)


def _room(path: str) -> str | None:
    if path == "/ws":
        return None
    slug = path.removeprefix("/chat/")
    if slug == path or "/" in slug:
        raise not_found("socket")
    if not is_slug(slug):
        raise not_found("room")
    return slug


def _query(raw: bytes) -> dict[str, list[str]]:
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=QUERY_FIELDS_MAX)
    except ValueError:
        raise Refusal(Code.BAD_FRAME, "The query can't be read.") from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def _one(query: dict[str, list[str]], name: str) -> str | None:
    values = query.get(name, [])
    if len(values) > 1:
        raise invalid(name, "give it once")
    return values[0] if values else None


def _codec(query: dict[str, list[str]], chosen: str | None, room: str | None) -> str:
    codec = _one(query, "codec")
    if codec is None:
        return "msgpack" if chosen == codecs.MSGPACK.subprotocol else "json"
    if codec not in CODECS:
        raise invalid("codec", "use json, msgpack or text")
    if codec == "text" and room is None:
        raise invalid("codec", "text is for /chat/{slug}, the socket of one room")
    return codec


def _since(query: dict[str, list[str]]) -> int | None:
    since = _one(query, "since")
    if since is None:
        return None
    if not (since.isascii() and since.isdigit() and len(since) <= len(str(SEQ_MAX)) and int(since) <= SEQ_MAX):
        raise invalid("since", "use the seq of an event")
    return int(since)


def _credential(scope: Scope, query: dict[str, list[str]]) -> tuple[Way, str]:
    found = [(Way.TOKEN, _bearer(value)) for value in header(scope, b"authorization")]
    found += [
        (Way.TOKEN, offered.removeprefix(codecs.BEARER))
        for offered in scope["subprotocols"]
        if offered.startswith(codecs.BEARER)
    ]
    found += [(Way.QUERY_TOKEN, token) for token in query.get("token", [])]
    found += [(Way.TICKET, ticket) for ticket in query.get("ticket", [])]
    if not found:
        raise missing_credential()
    if len(found) > 1:
        raise ambiguous_credential()
    return found[0]


def _bearer(value: str) -> str:
    scheme, _, token = value.partition(" ")
    if scheme.lower() != "bearer":
        raise missing_credential()
    if not token.strip(" "):
        raise BadCredential("There is no token behind Bearer.")
    return token.strip(" ")
