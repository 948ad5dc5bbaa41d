"""Accounts, in the database. Who may change one is decided in ``chat.accounts``; here it is only kept and found.

A deleted account keeps its row, so that the log keeps its authors and its name is never given out again; it is found
by its keys (``deleted`` says so), but neither by its name nor in a list. Of the name of one that was erased only a
keyed digest is left. Whatever others may see or that takes a right
away moves the authority's version, here, where no caller can forget it.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.chat.errors import Code, Refusal
from service.chat.ids import new_uid
from service.chat.ports import Page
from service.chat.records import User
from service.chat.roles import Role
from service.storage.engine import thoroughly
from service.storage.tables import erased_names, name_keys, users
from service.storage.unit import Unit
from service.storage.user_row import USER_COLUMNS, user_of

NAME_KEY_BYTES = 32  # of chance

_HERE = users.c.deleted_at.is_(None)

GET = select(*USER_COLUMNS).where(users.c.id == bindparam("id"))
BY_UID = select(*USER_COLUMNS).where(users.c.uid == bindparam("uid"))
BY_USERNAME = select(*USER_COLUMNS).where(users.c.username == bindparam("username"), _HERE)
ONCE = select(*USER_COLUMNS).where(users.c.username == bindparam("username"))
TAKEN = select(users.c.id).where(users.c.username == bindparam("username"))
PAGE = (
    select(*USER_COLUMNS)
    .where(users.c.username > bindparam("after"), _HERE)
    .order_by(users.c.username)
    .limit(bindparam("most"))
)
_BOTS = select(*USER_COLUMNS).where(users.c.bot, _HERE).order_by(users.c.username)
_PERSON = select(users.c.id).where(users.c.bot.is_(False), _HERE).limit(1)
# Locked in one order: of two admins who demote each other at once, the second to come counts what the first has left.
ACTIVE_ADMINS = (
    select(users.c.id)
    .where(users.c.role == Role.ADMIN, users.c.bot.is_(False), users.c.suspended.is_(False), _HERE)
    .order_by(users.c.id)
    .with_for_update()
)
PASSWORD_HASH = select(users.c.password_hash).where(users.c.id == bindparam("id"), _HERE)
BY_RESET = select(*USER_COLUMNS).where(
    users.c.reset_digest == bindparam("digest"), users.c.reset_expires_at > bindparam("now"), _HERE
)
_OF = users.c.id == bindparam("of")
_SET_PASSWORD_HASH = update(users).where(_OF).values(password_hash=bindparam("value"))
_SET_NAME = update(users).where(_OF).values(name=bindparam("value"))
_SET_ROLE = update(users).where(_OF).values(role=bindparam("value"))
_SET_SUSPENDED = update(users).where(_OF).values(suspended=bindparam("value"))
_SET_RESET = update(users).where(_OF).values(reset_digest=bindparam("digest"), reset_expires_at=bindparam("until"))
_VOID_RESETS = update(users).where(users.c.reset_digest.is_not(None)).values(reset_digest=None, reset_expires_at=None)
_TAKE_RESET = (
    update(users)
    .where(_OF, users.c.reset_digest == bindparam("digest"))
    .values(reset_digest=None, reset_expires_at=None)
)
_DELETE = (
    update(users)
    .where(_OF)
    .values(deleted_at=bindparam("at"), password_hash=None, reset_digest=None, reset_expires_at=None)
)
_ERASE = (
    update(users)
    .where(_OF)
    .values(
        username=bindparam("nameless"),
        name=bindparam("nameless"),
        role=int(Role.GUEST),
        suspended=False,
        password_hash=None,
        reset_digest=None,
        reset_expires_at=None,
    )
)
_NAME_KEY = select(name_keys.c.key)
ERASED = select(erased_names.c.digest).where(erased_names.c.digest == bindparam("digest"))


class SqlUsers:
    """The accounts, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection
        self._now = unit.now
        self._authority = unit.authority

    def get(self, user_id: int) -> User | None:
        """By our key; also a deleted one."""
        return _one(self._connection.execute(GET, {"id": user_id}).one_or_none())

    def by_uid(self, uid: str) -> User | None:
        """By the id that clients see; also a deleted one."""
        return _one(self._connection.execute(BY_UID, {"uid": uid}).one_or_none())

    def by_username(self, username: str) -> User | None:
        """By the folded username; a deleted one is not found."""
        return _one(self._connection.execute(BY_USERNAME, {"username": username}).one_or_none())

    def once(self, username: str) -> User | None:
        """By the folded username; also a deleted one."""
        return _one(self._connection.execute(ONCE, {"username": username}).one_or_none())

    def taken(self, username: str) -> bool:
        """Whether the name is or was in use."""
        return self._connection.execute(TAKEN, {"username": username}).first() is not None or self._erased(username)

    def add(self, username: str, name: str, role: Role, bot: bool, password_hash: str | None) -> User:
        """A new account; ``conflict`` if the name is or was in use."""
        if self._erased(username):
            raise _given_out(username)
        uid = new_uid("u", self._now)
        row = {
            "uid": uid,
            "username": username,
            "name": name,
            "role": int(role),
            "bot": bot,
            "suspended": False,
            "created_at": self._now,
            "password_hash": password_hash,
            "version": 0,
        }
        try:
            key = self._connection.execute(insert(users), row).inserted_primary_key
        except IntegrityError as taken:
            raise _given_out(username) from taken
        assert key is not None  # noqa: S101 - every dialect answers the key of a single insert
        return User(int(key[0]), uid, username, name, role, bot, False, False, self._now)

    def page(self, page: Page) -> list[User]:
        """By username; the cursor is the last one seen."""
        found = self._connection.execute(PAGE, {"after": page.cursor or "", "most": page.limit})
        return [user_of(row) for row in found]

    def bots(self) -> list[User]:
        """All bots, by username."""
        return [user_of(row) for row in self._connection.execute(_BOTS)]

    def exist(self) -> bool:
        """Whether there is any person: bots can't set a server up."""
        return self._connection.execute(_PERSON).first() is not None

    def active_admins(self) -> int:
        """How many people are admins and can act as such; none of them stops being one until this transaction ends."""
        return len(self._connection.execute(ACTIVE_ADMINS).all())

    def password_hash(self, user_id: int) -> str | None:
        """The hash, or None for who has no password."""
        return self._connection.execute(PASSWORD_HASH, {"id": user_id}).scalar_one_or_none()

    def set_password_hash(self, user_id: int, password_hash: str | None) -> None:
        """Another password; a reset that was on its way is void, lest an old link undo the change."""
        self._connection.execute(_SET_PASSWORD_HASH, {"of": user_id, "value": password_hash})
        self._connection.execute(_SET_RESET, {"of": user_id, "digest": None, "until": None})

    def set_name(self, user_id: int, name: str) -> None:
        """Another display name."""
        self._connection.execute(_SET_NAME, {"of": user_id, "value": name})
        self._authority.user_changed(user_id)

    def set_role(self, user_id: int, role: Role) -> None:
        """Another server-wide role."""
        self._connection.execute(_SET_ROLE, {"of": user_id, "value": int(role)})
        self._authority.user_changed(user_id)

    def set_suspended(self, user_id: int, suspended: bool) -> None:
        """Suspend, or let in again."""
        self._connection.execute(_SET_SUSPENDED, {"of": user_id, "value": suspended})
        self._authority.user_changed(user_id)

    def delete(self, user_id: int) -> None:
        """The account can no longer be used; its row and its name stay."""
        self._connection.execute(_DELETE, {"of": user_id, "at": self._now})
        self._authority.user_changed(user_id)

    def erase(self, user: User, nameless: str) -> None:
        """Nothing is left in the account's row of who it was; its name is remembered by its digest."""
        key = self._connection.execute(_NAME_KEY).scalar_one_or_none()
        if key is None:
            key = secrets.token_bytes(NAME_KEY_BYTES)
            self._connection.execute(insert(name_keys), {"id": 1, "key": key})
        self._connection.execute(insert(erased_names), {"digest": _name_digest(key, user.username)})
        with thoroughly(self._connection):
            self._connection.execute(_ERASE, {"of": user.id, "nameless": nameless})
        self._authority.user_changed(user.id)

    def set_reset(self, user_id: int, digest: bytes, expires_at: int) -> None:
        """Remember a password reset; an earlier one is void."""
        self._connection.execute(_SET_RESET, {"of": user_id, "digest": digest, "until": expires_at})

    def by_reset(self, digest: bytes, now: int) -> User | None:
        """The user of an unexpired password reset, which stays as it is."""
        return _one(self._connection.execute(BY_RESET, {"digest": digest, "now": now}).one_or_none())

    def void_resets(self) -> None:
        """No password reset that is on its way can be used any more."""
        self._connection.execute(_VOID_RESETS)

    def take_reset(self, digest: bytes, now: int) -> User | None:
        """The user of an unexpired password reset, which is used up by this; of two at once, one gets it."""
        user = self.by_reset(digest, now)
        if user is None:
            return None
        taken = self._connection.execute(_TAKE_RESET, {"of": user.id, "digest": digest})
        return user if taken.rowcount == 1 else None

    def _erased(self, username: str) -> bool:
        """Whether somebody of that name was erased."""
        key = self._connection.execute(_NAME_KEY).scalar_one_or_none()
        if key is None:
            return False
        return self._connection.execute(ERASED, {"digest": _name_digest(key, username)}).first() is not None


def _name_digest(key: bytes, username: str) -> bytes:
    return hmac.digest(key, username.encode(), "sha256")


def _given_out(username: str) -> Refusal:
    return Refusal(Code.CONFLICT, f"The username {username} is taken, or was once: names are never given out twice.")


def _one(row: Sequence[Any] | None) -> User | None:
    return None if row is None else user_of(row)
