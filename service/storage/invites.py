"""Invitations to sign up, in the database. One that is used up or has expired is as good as none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, or_, select, update

from service.chat.records import Invite
from service.chat.roles import Role
from service.storage.tables import invites
from service.storage.unit import Unit

_INVITE = (
    invites.c.code,
    invites.c.role,
    invites.c.uses_left,
    invites.c.expires_at,
    invites.c.created_by,
    invites.c.created_at,
)
_VALID = and_(invites.c.uses_left > 0, invites.c.expires_at > bindparam("now"))

GET = select(*_INVITE).where(invites.c.code == bindparam("code"))
_PAGE = (
    select(*_INVITE)
    .where(
        _VALID,
        or_(
            invites.c.created_at > bindparam("at"),
            and_(invites.c.created_at == bindparam("at"), invites.c.code > bindparam("code")),
        ),
    )
    .order_by(invites.c.created_at, invites.c.code)
    .limit(bindparam("most"))
)
_USE = update(invites).where(invites.c.code == bindparam("of"), _VALID).values(uses_left=invites.c.uses_left - 1)
_DELETE = delete(invites).where(invites.c.code == bindparam("of"))
_DELETE_OF = delete(invites).where(invites.c.created_by == bindparam("user_id"))
_SWEEP = delete(invites).where(or_(invites.c.uses_left <= 0, invites.c.expires_at <= bindparam("now")))


class SqlInvites:
    """The invitations, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection
        self._now = unit.now

    def get(self, code: str) -> Invite | None:
        """The invitation, also one that is used up or has expired."""
        row = self._connection.execute(GET, {"code": code}).one_or_none()
        return None if row is None else _invite(row)

    def add(self, invite: Invite) -> None:
        """A new one; those that are good for nothing any more go."""
        self._connection.execute(_SWEEP, {"now": self._now})
        self._connection.execute(
            insert(invites),
            {
                "code": invite.code,
                "role": int(invite.role),
                "uses_left": invite.uses_left,
                "expires_at": invite.expires_at,
                "created_by": invite.created_by,
                "created_at": invite.created_at,
            },
        )

    def page(self, after: tuple[int, str], limit: int, now: int) -> list[Invite]:
        """The valid ones, oldest first, from the one on that was made ``after`` this time and code."""
        at, code = after
        found = self._connection.execute(_PAGE, {"at": at, "code": code, "now": now, "most": limit})
        return [_invite(row) for row in found]

    def use(self, code: str, now: int) -> Invite | None:
        """Take one use of a valid invite, or None; of two who take the last use at once, one gets it."""
        taken = self._connection.execute(_USE, {"of": code, "now": now})
        return self.get(code) if taken.rowcount == 1 else None

    def delete(self, code: str) -> bool:
        """Take an invitation back; False if there is none."""
        return self._connection.execute(_DELETE, {"of": code}).rowcount == 1

    def delete_all(self) -> int:
        """Delete all; how many they were."""
        return self._connection.execute(delete(invites)).rowcount

    def delete_of(self, user_id: int) -> None:
        """Take back all that a user gave out."""
        self._connection.execute(_DELETE_OF, {"user_id": user_id})


def _invite(row: Sequence[Any]) -> Invite:
    code, role, uses_left, expires_at, created_by, created_at = row
    return Invite(code, Role(role), uses_left, expires_at, created_by, created_at)
