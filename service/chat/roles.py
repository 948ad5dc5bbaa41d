"""Server-wide roles, room roles and OAuth scopes, and their order. Who may do what with them is in ``policy``."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Self


class _Ranked(IntEnum):
    """An ordered set of names: compared and stored as a number, spoken as a lower-case word."""

    @property
    def word(self) -> str:
        """The name on the wire."""
        return self.name.lower()

    @classmethod
    def parse(cls, word: str) -> Self:
        """The member of that name; ``ValueError`` lists the names there are."""
        for member in cls:
            if member.word == word:
                return member
        raise ValueError("expected one of " + ", ".join(member.word for member in cls))


class Role(_Ranked):
    """A user's role on the whole server."""

    GUEST = 0
    MEMBER = 1
    MODERATOR = 2
    ADMIN = 3


class RoomRole(_Ranked):
    """A member's role within one room."""

    MEMBER = 0
    MODERATOR = 1
    OWNER = 2


class Visibility(StrEnum):
    """Who knows that a room exists."""

    PUBLIC = "public"
    PRIVATE = "private"
    DIRECT = "direct"


class Scope(StrEnum):
    """What a token may be used for (RFC 6749, section 3.3); the role still decides what its user may do."""

    READ = "chat:read"
    WRITE = "chat:write"
    MODERATE = "moderate"
    ADMIN = "admin"


SCOPES_OF: dict[Role, frozenset[Scope]] = {
    Role.GUEST: frozenset({Scope.READ, Scope.WRITE, Scope.MODERATE}),
    Role.MEMBER: frozenset({Scope.READ, Scope.WRITE, Scope.MODERATE}),
    Role.MODERATOR: frozenset({Scope.READ, Scope.WRITE, Scope.MODERATE}),
    Role.ADMIN: frozenset(Scope),
}
"""The widest scope a role is given. Everyone has ``moderate``, for everyone may be made a moderator of some room: a
scope says what a token may be used for, and the room's rules say what its user may do."""


def format_scope(scopes: frozenset[Scope]) -> str:
    """Scopes as RFC 6749 writes them: separated by spaces, in one stable order."""
    return " ".join(scope.value for scope in Scope if scope in scopes)


def narrow_scope(asked: str | None, role: Role) -> frozenset[Scope]:
    """What is granted to a role that asks for ``asked``: all it allows if nothing is asked, never more than it allows.

    Names that are no scope of ours are ``ValueError`` (``invalid_scope`` at the token endpoint).
    """
    allowed = SCOPES_OF[role]
    if asked is None or not asked.strip():
        return allowed
    return frozenset(Scope(word) for word in asked.split()) & allowed
