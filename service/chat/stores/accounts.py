"""What the rules need to have kept of accounts: who they are, their logins, how they came by them."""

from __future__ import annotations

from typing import Protocol

from service.chat.records import Client, Invite, Session, User
from service.chat.roles import Role
from service.chat.stores.page import Page


class Users(Protocol):
    """Accounts. Usernames are folded before they come here, and are never given out twice."""

    def get(self, user_id: int) -> User | None: ...
    def by_uid(self, uid: str) -> User | None: ...
    def by_username(self, username: str) -> User | None:
        """The account of that name; a deleted one is found by its keys only."""
        ...

    def once(self, username: str) -> User | None:
        """The account that has that name, or had it until it was deleted."""
        ...

    def taken(self, username: str) -> bool:
        """Whether the name is or was in use."""
        ...

    def add(self, username: str, name: str, role: Role, bot: bool, password_hash: str | None) -> User:
        """A new account; ``conflict`` if the name is or was in use."""
        ...

    def page(self, page: Page) -> list[User]: ...
    def bots(self) -> list[User]: ...
    def exist(self) -> bool:
        """Whether there is any person; bots do not count."""
        ...

    def active_admins(self) -> int:
        """How many people are admins and can act as such; none of them stops being one until this transaction ends."""
        ...

    def password_hash(self, user_id: int) -> str | None: ...
    def set_password_hash(self, user_id: int, password_hash: str | None) -> None:
        """Another password, or none; a reset that was on its way is void."""
        ...

    def set_name(self, user_id: int, name: str) -> None: ...
    def set_role(self, user_id: int, role: Role) -> None: ...
    def set_suspended(self, user_id: int, suspended: bool) -> None: ...
    def delete(self, user_id: int) -> None:
        """The account can no longer be used; its row and its name stay, so that the log keeps its authors."""
        ...

    def erase(self, user: User, nameless: str) -> None:
        """Nothing is left in the account's row of who it was: it has the name ``nameless`` from now on, and the name
        that it had counts as taken."""
        ...

    def set_reset(self, user_id: int, digest: bytes, expires_at: int) -> None: ...
    def by_reset(self, digest: bytes, now: int) -> User | None:
        """The user of an unexpired password reset, which stays as it is."""
        ...

    def void_resets(self) -> None:
        """No password reset that is on its way can be used any more."""
        ...

    def take_reset(self, digest: bytes, now: int) -> User | None:
        """The user of an unexpired password reset, which is used up by this."""
        ...


class Sessions(Protocol):
    """Logins."""

    def get(self, sid: str) -> Session | None: ...
    def with_user(self, sid: str) -> tuple[Session, User] | None:
        """The session and whose it is, in one query; also one that has ended."""
        ...

    def add(self, session: Session) -> None: ...
    def of_user(self, user_id: int, now: int) -> list[Session]:
        """The user's sessions that are neither ended nor expired, newest use first."""
        ...

    def addresses_of(self, username: str, since: int, most: int) -> list[str]:
        """The network addresses, ``most`` at most, from which that user had sessions in use after ``since``."""
        ...

    def rotate(self, sid: str, generation: int, now: int, expires_at: int, address: str) -> bool:
        """Move on from ``generation`` to the next one, unless somebody else has done so: then False."""
        ...

    def end(self, sid: str, now: int) -> bool:
        """End a session; False if it is not there or had ended."""
        ...

    def end_all(self, user_id: int, now: int, but: str | None = None) -> int:
        """End all open sessions of a user, ``but`` one; how many they were."""
        ...

    def end_every(self, now: int) -> int:
        """End the open sessions of all users; how many they were. Where no server runs: nobody is told."""
        ...

    def forget(self, user_id: int, before: int) -> None:
        """Delete the user's sessions that expired before then: nobody asks for them any more."""
        ...


class Invites(Protocol):
    """Invitations to sign up."""

    def get(self, code: str) -> Invite | None: ...
    def add(self, invite: Invite) -> None: ...
    def page(self, after: tuple[int, str], limit: int, now: int) -> list[Invite]:
        """The valid ones, oldest first, from the one on that was made ``after`` this time and code."""
        ...

    def use(self, code: str, now: int) -> Invite | None:
        """Take one use of a valid invite, or None."""
        ...

    def delete(self, code: str) -> bool:
        """Take an invite back; False if there is none."""
        ...

    def delete_all(self) -> int:
        """Delete all; how many they were."""
        ...

    def delete_of(self, user_id: int) -> None:
        """Take back all that a user gave out."""
        ...


class Clients(Protocol):
    """OAuth clients that have a secret: bots."""

    def get(self, client_id: str) -> Client | None: ...
    def add(self, client: Client) -> None: ...
    def all(self) -> list[Client]: ...
    def delete_of(self, user_id: int) -> None:
        """Delete all clients of a user."""
        ...


class Blocks(Protocol):
    """Who does not want to hear from whom. Both are named by their ids."""

    def has(self, user_id: int, blocked_id: int) -> bool: ...
    def either(self, one: int, other: int) -> bool:
        """Whether one of both has blocked the other."""
        ...

    def in_room(self, room_id: int, user_id: int) -> bool:
        """Whether somebody else in a room has blocked a user, or is blocked by them."""
        ...

    def rooms(self, user_id: int) -> set[int]:
        """The ids of the direct rooms for two in which a user is blocked, or has blocked the other."""
        ...

    def count(self, user_id: int) -> int: ...
    def set(self, user_id: int, blocked_id: int, on: bool) -> None: ...
    def page(self, user_id: int, page: Page) -> list[User]:
        """Whom somebody has blocked, by username."""
        ...
