"""Blocking somebody: they can't open a direct room with one, and what they say in one for two is refused."""

from __future__ import annotations

from dataclasses import dataclass

from service.chat.directory import find
from service.chat.errors import Code, Refusal, Why, invalid
from service.chat.policy import may_change_oneself, may_list
from service.chat.ports import Page, Transaction
from service.chat.records import Asker, User

BLOCKS_MAX = 1_000  # by one user


@dataclass(frozen=True, slots=True)
class Block:
    """Block somebody, or (``on`` is false) no longer."""

    username: str
    on: bool

    def run(self, tx: Transaction, asker: Asker) -> None:
        """Anybody anybody: it is one's own affair, and nobody is told."""
        may_change_oneself(asker.scope).require()
        user = find(tx, self.username)
        if user.id == asker.user.id:
            raise invalid("username", "this is you")
        if tx.blocks.has(asker.user.id, user.id) is self.on:
            return
        if self.on and tx.blocks.count(asker.user.id) >= BLOCKS_MAX:
            raise Refusal(Code.LIMIT, f"You can block {BLOCKS_MAX:,} people at most.", why=Why("blocks_per_user"))
        tx.blocks.set(asker.user.id, user.id, self.on)


@dataclass(frozen=True, slots=True)
class ListBlocked:
    """Whom the asker has blocked, by username."""

    page: Page

    def run(self, tx: Transaction, asker: Asker) -> list[User]:
        """One's own list."""
        may_list(asker.scope).require()
        return tx.blocks.page(asker.user.id, self.page)
