"""What the rules need to have kept for moderators: sanctions, filters, reports, and the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from service.chat.chain import Entry, Fact, Head
from service.chat.deeds import Audit, Deed
from service.chat.records import (
    Filter,
    FilterAction,
    FilterKind,
    Report,
    ReportState,
    Room,
    Sanction,
    SanctionKind,
    User,
)
from service.chat.roles import RoomRole


class Sanctions(Protocol):
    """Measures against users, in force and past."""

    def add(
        self,
        kind: SanctionKind,
        room: Room | None,
        user: User,
        deed: Deed,
        until: int,
        seqs: dict[str, int],
    ) -> Sanction:
        """A new one, by the deed's actor and for its reason; a kick is over at once."""
        ...

    def settle(self, sanction: Sanction, seqs: dict[str, int], action_id: int) -> Sanction:
        """The sanction with its events and the action that undoes it."""
        ...

    def get(self, uid: str) -> Sanction | None: ...
    def in_force(self, user_id: int) -> list[Sanction]:
        """Those on a user that have neither been lifted nor come to their end, in any room and on the server."""
        ...

    def page(self, room_id: int | None, before: int | None, limit: int, history: bool) -> list[Sanction]:
        """Of one room, or server-wide; newest first, below the id ``before``; with ``history`` also past ones."""
        ...

    def due(self, limit: int, user_id: int | None = None) -> list[Sanction]:
        """Those that have come to their end and have not been lifted: everybody's, or a user's."""
        ...

    def next_due(self) -> int | None:
        """When the next one comes to its end (Unix ms)."""
        ...

    def lift(self, sanction: Sanction, by: User | None) -> bool:
        """End it; False if it had been."""
        ...

    def revive(self, sanction: Sanction) -> None:
        """It is in force again, to its own end."""
        ...


class Filters(Protocol):
    """The rooms' rules about what is said there."""

    def of_room(self, room_id: int) -> tuple[Filter, ...]:
        """In the order in which they were made."""
        ...

    def add(
        self, room: Room, kind: FilterKind, pattern: str, action: FilterAction, by: User, reason: str | None
    ) -> Filter: ...
    def delete(self, found: Filter, room_id: int) -> None: ...


class Reports(Protocol):
    """What people and filters want a moderator to look at."""

    def add(self, room: Room, seq: int, reporter: User | None, reason: str) -> Report:
        """A new one of the message at ``seq``, with its text as it was posted, though it may be deleted since."""
        ...

    def get(self, uid: str) -> Report | None: ...
    def of_reporter(self, room_id: int, seq: int, reporter_id: int) -> Report | None:
        """What somebody has reported of a message."""
        ...

    def unclosed(self, reporter_id: int, most: int) -> int:
        """How many of somebody's reports are not closed; counted up to ``most``."""
        ...

    def unclosed_by_filters(self, room_id: int, most: int) -> int:
        """How many of the reports that a room's filters made are not closed; counted up to ``most``."""
        ...

    def candidates(self, room_id: int) -> list[tuple[User, RoomRole | None]]:
        """Everybody who, by either of their roles, might handle a report from the room; and what they are in it."""
        ...

    def page(
        self,
        handler: User,
        room: Room | None,
        but: Sequence[str],
        state: ReportState | None,
        before: int | None,
        limit: int,
    ) -> list[Report]:
        """Of a room, or of all whose reports ``handler`` may handle ``but`` for some (slugs); not those about what
        they said themselves. Newest first, below the id ``before``."""
        ...

    def page_of(self, reporter_id: int, before: int | None, limit: int) -> list[Report]:
        """What somebody has reported, newest first, below the id ``before``."""
        ...

    def change(self, report: Report, state: ReportState, handler: User | None, resolution: str | None) -> Report:
        """The report in another state."""
        ...


class AuditLog(Audit, Protocol):
    """The audit log, as it is read; and the facts beside it, which can be erased."""

    def head(self) -> Head:
        """Where the chain ends; ``chain.Broken`` if that is not noted any more."""
        ...

    def entries(self, after: int = ...) -> Iterator[Entry]:
        """All rows, or those after a seq, oldest first; ``chain.Broken`` at one that can't be read."""
        ...

    def facts(self) -> Iterator[Fact]: ...
    def page(
        self,
        before: int | None,
        limit: int,
        *,
        user: str | None = None,
        what: str | None = None,
        room: str | None = None,
    ) -> list[Entry]:
        """Newest first, below the seq ``before``: what a user did or was done to, what was done, in which room."""
        ...

    def erase(self, username: str) -> int:
        """Erase a user's name and what goes with it; how many facts that was."""
        ...
