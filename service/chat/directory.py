"""Finding accounts, and the one rule about them as a whole: there is always an admin."""

from __future__ import annotations

from service.chat import names
from service.chat.errors import Code, Refusal, Why, not_found
from service.chat.ports import Transaction
from service.chat.records import User
from service.chat.roles import Role


def find(tx: Transaction, username: str) -> User:
    """The account of that name, in whatever spelling; ``not_found`` if there is none (any more)."""
    folded = names.fold_username(username)
    user = tx.users.by_username(folded) if folded else None
    if user is None:
        raise not_found("user")
    return user


def keep_an_admin(tx: Transaction, user: User) -> None:
    """Refuse to take the last active admin away: without one nobody could ever make one again. Counted in the
    transaction that takes one away, so that two who demote each other at once leave one."""
    counts = user.role is Role.ADMIN and not user.suspended and not user.bot
    if counts and tx.users.active_admins() == 1:
        raise Refusal(
            Code.CONFLICT,
            f"{user.username} is the last active admin: make somebody else an admin first.",
            why=Why("last_admin"),
        )
