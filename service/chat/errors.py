"""What can be refused, as a table of values.

A code is what clients act upon; the HTTP status belongs to it once, here, so that nothing can fall through to 500 by
default. Frames and problem documents carry the same codes. Texts are for people and may change; codes may not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """The stable name of a refusal, as it stands on the wire."""

    BAD_FRAME = "bad_frame"
    UNKNOWN_TYPE = "unknown_type"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    ROLE_TOO_LOW = "role_too_low"
    MUTED = "muted"
    BANNED = "banned"
    SUSPENDED = "suspended"
    LOCKED = "locked"
    NOT_JOINED = "not_joined"
    INSUFFICIENT_SCOPE = "insufficient_scope"
    FORBIDDEN_ORIGIN = "forbidden_origin"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    LIMIT = "limit"
    TOO_LARGE = "too_large"
    INVALID = "invalid"
    SLOW_MODE = "slow_mode"
    RATE_LIMITED = "rate_limited"
    INTERNAL = "internal"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means to HTTP (``status``) and, in general, to a person (``title``)."""

    status: int
    title: str


CODES: dict[Code, Meaning] = {
    Code.BAD_FRAME: Meaning(400, "The message could not be read."),
    Code.UNKNOWN_TYPE: Meaning(400, "There is no command of that type."),
    Code.UNAUTHENTICATED: Meaning(401, "Sign in first."),
    Code.FORBIDDEN: Meaning(403, "This is not allowed."),
    Code.ROLE_TOO_LOW: Meaning(403, "Your role is too low for this."),
    Code.MUTED: Meaning(403, "You are muted."),
    Code.BANNED: Meaning(403, "You are banned."),
    Code.SUSPENDED: Meaning(403, "The account is suspended."),
    Code.LOCKED: Meaning(403, "The room is locked."),
    Code.NOT_JOINED: Meaning(403, "Join the room first."),
    Code.INSUFFICIENT_SCOPE: Meaning(403, "The token's scope does not cover this."),
    Code.FORBIDDEN_ORIGIN: Meaning(403, "Requests from this origin are not allowed."),
    Code.NOT_FOUND: Meaning(404, "There is no such thing."),
    Code.CONFLICT: Meaning(409, "This contradicts what is there."),
    Code.LIMIT: Meaning(409, "A limit is reached."),
    Code.TOO_LARGE: Meaning(413, "This is too large."),
    Code.INVALID: Meaning(422, "The input is not valid."),
    Code.SLOW_MODE: Meaning(429, "The room is in slow mode."),
    Code.RATE_LIMITED: Meaning(429, "Too many requests."),
    Code.INTERNAL: Meaning(500, "Something went wrong on our side."),
    Code.UNAVAILABLE: Meaning(503, "The service is not available right now."),
}


RULES: dict[Code, str] = {
    Code.MUTED: "mute",
    Code.BANNED: "ban",
    Code.SUSPENDED: "suspension",
    Code.LOCKED: "locked",
    Code.NOT_JOINED: "membership",
    Code.INSUFFICIENT_SCOPE: "scope",
    Code.FORBIDDEN_ORIGIN: "origin",
    Code.LIMIT: "limit",
    Code.SLOW_MODE: "slow_mode",
    Code.RATE_LIMITED: "rate",
}
"""The rule behind a code that has only one: what ``why`` says where no more is known. A refusal of another code that a
rule decided (``forbidden``, ``role_too_low``) names it itself."""


@dataclass(frozen=True, slots=True)
class Why:
    """The rule that decided, for the person concerned.

    ``by`` is a username; ``since`` and ``until`` are Unix milliseconds.
    """

    rule: str
    by: str | None = None
    since: int | None = None
    until: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field of the input that is wrong: its dotted path, and a sentence that says what is expected."""

    field: str
    message: str


class Refusal(Exception):
    """A request that is answered with a code instead of a result. ``retry_after`` is in seconds."""

    def __init__(
        self,
        code: Code,
        message: str | None = None,
        *,
        why: Why | None = None,
        retry_after: float | None = None,
        errors: tuple[FieldError, ...] = (),
    ) -> None:
        super().__init__(message or CODES[code].title)
        self.code = code
        self.message = message or CODES[code].title
        self.why = Why(RULES[code]) if why is None and code in RULES else why
        self.retry_after = retry_after
        self.errors = errors

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return CODES[self.code].status


def invalid(field: str, message: str) -> Refusal:
    """An ``invalid`` that names its one field."""
    return Refusal(Code.INVALID, f"{field}: {message}", errors=(FieldError(field, message),))


def not_found(what: str) -> Refusal:
    """A ``not_found``; the same words for what is absent and for what the asker may not see."""
    return Refusal(Code.NOT_FOUND, f"There is no such {what}.")
