"""The columns that make a ``User``, and the user made of them: every store that joins the accounts reads them so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.chat.records import User
from service.chat.roles import Role
from service.storage.tables import users

USER_COLUMNS = (
    users.c.id,
    users.c.uid,
    users.c.username,
    users.c.name,
    users.c.role,
    users.c.bot,
    users.c.suspended,
    users.c.deleted_at,
    users.c.created_at,
)


def user_of(row: Sequence[Any]) -> User:
    """The user whose columns these are."""
    id_, uid, username, name, role, bot, suspended, deleted_at, created_at = row
    return User(id_, uid, username, name, Role(role), bool(bot), bool(suspended), deleted_at is not None, created_at)
