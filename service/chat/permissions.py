"""What a user may do in a room, rule by rule, and who set what stands against them.

The rules are those of ``policy``, each asked by itself rather than up to the first that fails. Three more decide before
or after that table, and stand among them: a suspended account can do nothing, slow mode makes one wait, and a token may
be for less than its user may do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from service.chat import names, standing
from service.chat.directory import find
from service.chat.errors import Why
from service.chat.messages import slow_message, slow_until, slow_why
from service.chat.policy import TABLE, Action, Rule, Standing, in_scope
from service.chat.ports import Transaction
from service.chat.records import Asker, Sanction, User
from service.chat.roles import Role, Scope
from service.chat.sanctions import shown
from service.chat.sessions import suspended


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule. Where it does not hold: what the user is told, and who set it."""

    rule: str
    holds: bool
    message: str | None = None
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """An action, and each rule about it."""

    action: Action
    rules: tuple[Clause, ...]

    @property
    def allowed(self) -> bool:
        """Whether all of them hold, so that it could be done now."""
        return all(clause.holds for clause in self.rules)


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a user may do in a room. ``sanctions`` are those in force on them that count there."""

    user: User
    standing: Standing
    actions: tuple[Permission, ...]
    sanctions: tuple[Sanction, ...]


@dataclass(frozen=True, slots=True)
class ExplainPermissions:
    """What somebody may do in a room; oneself, if nobody is named."""

    room: str
    username: str | None = None

    def run(self, tx: Transaction, asker: Asker) -> Permissions:
        """Everybody may ask about themselves where they see the room; who moderates it, about anybody. Of another's
        tokens nothing is known, so their scope is no rule then."""
        own = standing.of_asker(tx, asker, self.room)
        username = asker.user.username if self.username is None else names.fold_username(self.username)
        if username == asker.user.username:
            standing.require(tx, Action.SEE, own)
            return _Explanation(tx, asker, asker.user, own, own.scope).whole()
        standing.require(tx, Action.MODERATE, own)
        user = find(tx, username)
        other = standing.of_user(tx, own.room, user, tx.members.role(own.room.id, user.id))
        return _Explanation(tx, asker, user, other, None).whole()


class _Explanation:
    """The answer in the making. A rule stands under many actions; who set it is asked once."""

    def __init__(
        self, tx: Transaction, asker: Asker, user: User, held: Standing, scope: frozenset[Scope] | None
    ) -> None:
        self._tx = tx
        self._user = user
        # Everybody can make a room, and so moderate one: that must not tell them why others were sanctioned elsewhere.
        self._whole = user.id == asker.user.id or asker.user.role >= Role.MODERATOR
        self._standing = held if held.muted is None else replace(held, muted=self._told(held.muted))
        self._scope = scope
        self._sanctions = tuple(
            self._told(shown(tx, asker, sanction))
            for sanction in tx.sanctions.in_force(user.id)
            if sanction.room in (None, held.room.slug)
        )
        self._known: dict[Rule, Clause] = {}  # two rules may have one name

    def whole(self) -> Permissions:
        """All of it."""
        actions = tuple(Permission(action, tuple(self._clauses(action))) for action in Action)
        return Permissions(self._user, self._standing, actions, self._sanctions)

    def _told(self, sanction: Sanction) -> Sanction:
        """A sanction on the whole server, without its reason for who moderates no more than a room."""
        return sanction if self._whole or sanction.room is not None else replace(sanction, reason=None)

    def _clauses(self, action: Action) -> Iterator[Clause]:
        yield self._active()
        for rule in TABLE[action]:
            if rule not in self._known:
                self._known[rule] = self._clause(rule)
            yield self._known[rule]
        if action is Action.POST:
            yield self._slow_mode()
        if self._scope is not None:
            verdict = in_scope(action, self._scope)
            yield Clause("scope", True) if verdict.allowed else Clause("scope", False, verdict.message, Why("scope"))

    def _active(self) -> Clause:
        if not self._user.suspended:
            return Clause("suspension", True)
        refusal = suspended(self._tx, self._user)
        why = refusal.why if self._whole or refusal.why is None else replace(refusal.why, reason=None)
        return Clause("suspension", False, refusal.message, why)

    def _clause(self, rule: Rule) -> Clause:
        if rule.holds(self._standing):
            return Clause(rule.name, True)
        return Clause(rule.name, False, rule.message(self._standing), standing.why(self._tx, self._standing, rule.name))

    def _slow_mode(self) -> Clause:
        room = self._standing.room
        slow = 0 if self._standing.moderates else room.slow_mode
        member = self._tx.members.get(room.id, self._user.id) if slow else None
        until = 0 if member is None else slow_until(member, slow)
        if until <= self._tx.now:
            return Clause("slow_mode", True)
        return Clause("slow_mode", False, slow_message(slow), slow_why(self._tx, room, until))
