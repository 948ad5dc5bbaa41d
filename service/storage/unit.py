"""What the stores of one transaction share: the connection, the time, the authority, and what was appended and told.

It stands apart from the transaction that composes the stores, so that a store need not know its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection

from service.chat.events import Event, Told
from service.storage.authority import SqlAuthority


@dataclass(slots=True)
class Unit:
    """One transaction that began at ``now`` (Unix ms)."""

    connection: Connection
    now: int
    authority: SqlAuthority
    appended: list[Event] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
