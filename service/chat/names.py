"""The shape of what people type: usernames, slugs, names, message texts, nonces. Each function answers the clean
value or raises ``invalid`` with a sentence about that field."""

from __future__ import annotations

import re
import unicodedata

from service.chat.errors import invalid

TEXT_MAX = 4_000  # code points of a message, after trimming
NONCE_MAX = 64  # characters of a nonce, and of a command's id
NAME_MAX = 64  # characters of a display name
ROOM_NAME_MAX = 80  # characters
TOPIC_MAX = 500  # characters
# Normalising is quadratic in combining marks (64,000 of them take 3 s), and nobody types a name in so many characters.
USERNAME_TYPED_MAX = 128  # characters, before folding

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}\Z")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
RESERVED_USERNAMES = frozenset({"here", "room", "all", "me", "system"})
NAMELESS_PREFIX = "deleted-"  # names of accounts of which nothing else is left; nobody may be named so
BETWEEN_NAMES = ", "  # in a direct room's name, which is those of the people in it
DIRECT_PREFIX = "dm-"  # slugs of direct rooms; nobody may name a room so


def fold_username(raw: str) -> str:
    """NFKC and lower case, so that look-alikes are one name: for looking a user up. What cannot be anybody's name, in
    whatever spelling, is the empty string, which is nobody's."""
    if len(raw) > USERNAME_TYPED_MAX:
        return ""
    folded = unicodedata.normalize("NFKC", raw).strip().lower()
    return folded if _USERNAME.match(folded) else ""


def username(raw: str) -> str:
    """A username to be given out: ``[a-z0-9][a-z0-9._-]{1,31}`` after folding, and not one of the reserved words."""
    folded = fold_username(raw)
    if not folded:
        raise invalid("username", "use 2 to 32 of a-z, 0-9, dot, hyphen, underscore, with a letter or digit first")
    if folded in RESERVED_USERNAMES:
        raise invalid("username", "that word is reserved")
    if folded.startswith(NAMELESS_PREFIX):
        raise invalid("username", f"names that begin with {NAMELESS_PREFIX} belong to accounts that were erased")
    return folded


def is_username(folded: str) -> bool:
    """Whether anybody could have this name at all: what cannot be a name need not reach the database."""
    return _USERNAME.match(folded) is not None


def is_nameless(folded: str) -> bool:
    """Whether this is a name of who has none any more."""
    return is_username(folded) and folded.startswith(NAMELESS_PREFIX)


def slug(raw: str) -> str:
    """A room's slug: ``[a-z0-9][a-z0-9-]{0,63}``, and not beginning as direct rooms' do."""
    if not _SLUG.match(raw):
        raise invalid("slug", "use 1 to 64 of a-z, 0-9 and hyphen, beginning with a letter or digit")
    if raw.startswith(DIRECT_PREFIX):
        raise invalid("slug", f"slugs that begin with {DIRECT_PREFIX} belong to direct rooms")
    return raw


def is_slug(raw: str) -> bool:
    """Whether a room could have this slug at all."""
    return _SLUG.match(raw) is not None


def line(field: str, raw: str, limit: int, *, empty: bool = False) -> str:
    """One line of visible text (a name, a topic): trimmed, without control or direction-changing characters."""
    text = storable(field, raw).strip()
    if _CONTROL.search(text):
        raise invalid(field, "control characters and line breaks are not allowed")
    if len(text) > limit or not (text or empty):
        raise invalid(field, f"use {0 if empty else 1} to {limit} characters")
    return text


def text(raw: str, *, empty: bool = False) -> str:
    """A message's text: 1 to 4,000 code points after trimming, without NUL and lone surrogates; with ``empty``, for a
    message that has something else to show, also none."""
    trimmed = storable("text", raw).strip()
    if not trimmed and not empty:
        raise invalid("text", "there is nothing in the message")
    if len(trimmed) > TEXT_MAX:
        raise invalid("text", f"use at most {TEXT_MAX:,} characters")
    return trimmed


def nonce(raw: str) -> str:
    """A client's own name for a send: 1 to 64 characters."""
    if not 1 <= len(storable("nonce", raw)) <= NONCE_MAX:
        raise invalid("nonce", f"use 1 to {NONCE_MAX} characters")
    return raw


def storable(field: str, raw: str) -> str:
    """The text itself, if UTF-8 and every database can hold it: a lone surrogate breaks each encoder it meets later,
    a NUL ends a string in C and is refused by Postgres."""
    if _UNSTORABLE.search(raw):
        raise invalid(field, "NUL and lone surrogates are not allowed")
    return raw
