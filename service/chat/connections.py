"""Who is connected to a room right now, for those who moderate it; and ending one of those connections.

What is connected is known to the live side, which hands it over as values. Who may see and end it is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from service.chat import standing
from service.chat.deeds import Deed, What, actor_of
from service.chat.errors import not_found
from service.chat.policy import Action, may_act_on
from service.chat.ports import Transaction
from service.chat.reasons import reason_of
from service.chat.records import Asker

# How much of an address a moderator sees, in bits: enough to tell one flood from another, too little to find a person.
# The whole address stands in its owner's own list of sessions and nowhere else.
IPV4_PREFIX, IPV6_PREFIX = 24, 48


@dataclass(frozen=True, slots=True)
class Connected:
    """One connection in one room. ``since`` is in Unix ms; ``lag`` in events, ``queue`` in bytes that wait to be
    written. ``address`` is a prefix; ``client`` is what the session's client said of itself."""

    id: str
    user: str
    sid: str
    since: int
    address: str
    codec: str
    behind: bool
    lag: int
    queue: int
    client: str = ""


@dataclass(frozen=True, slots=True)
class ListConnections:
    """These connections, which are in the room now."""

    room: str
    found: Sequence[Connected]

    def run(self, tx: Transaction, asker: Asker) -> list[Connected]:
        """With their clients; for who moderates."""
        standing.require(tx, Action.MODERATE, standing.of_asker(tx, asker, self.room))
        sessions = {sid: tx.sessions.get(sid) for sid in {connected.sid for connected in self.found}}
        clients = {sid: "" if session is None else session.client for sid, session in sessions.items()}
        return [replace(connected, client=clients[connected.sid]) for connected in self.found]


@dataclass(frozen=True, slots=True)
class DropConnection:
    """End one connection in the room; ``user_id`` is whose it is, None where there is no such connection.

    It is for ghosts and floods: who is dropped may come back at once, so it is no sanction, and can't be undone.
    """

    room: str
    id: str
    user_id: int | None
    reason: str | None = None

    def run(self, tx: Transaction, asker: Asker) -> None:
        """By who moderates, on those of lower rank and on oneself."""
        reason = reason_of(self.reason)
        actor = standing.of_asker(tx, asker, self.room)
        standing.require(tx, Action.MODERATE, actor)
        user = None if self.user_id is None else tx.users.get(self.user_id)
        if user is None:
            raise not_found("connection")
        if user.id != asker.user.id:
            role = tx.members.role(actor.room.id, user.id)
            may_act_on(actor, standing.of_user(tx, actor.room, user, role)).require()
        deed = Deed(actor_of(asker), What.CONNECTION_DROPPED, actor.rank, on=user, room=actor.room, reason=reason)
        deed.done(tx, connection=self.id)


def prefix_of(address: str) -> str:
    """The part of a network address that others may see; nothing where there is none (a Unix socket)."""
    try:
        ip = ip_address(address)
    except ValueError:
        return ""
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is None:
            return str(IPv6Network((int(ip), IPV6_PREFIX), strict=False))
        ip = ip.ipv4_mapped
    return str(IPv4Network((int(ip), IPV4_PREFIX), strict=False))
