"""Refresh tokens: ``rt_<session>_<generation>_<mac>``.

The mac is computed from the session and the generation, so the database keeps a number and nothing that could be
stolen from it; and whoever has to repeat an answer that got lost can compute the same token again. A token whose mac is
wrong was never issued, and ends nothing: otherwise anybody who saw a session's id could end it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from service.chat import keyfiles

REFRESH_KEYS = "keys/refresh"  # below the data directory
PREFIX = "rt_"

_PURPOSE = b"folkmoot refresh token 1"  # derived keys, so that no secret is ever used for two things
_SHAPE = re.compile(r"rt_(s[0-9a-f]{27})_(0|[1-9][0-9]{0,8})_([A-Za-z0-9_-]{43})\Z")


@dataclass(frozen=True, slots=True)
class Generation:
    """What a genuine refresh token says: which session, and which one in the row of its refresh tokens it is."""

    sid: str
    number: int


class RefreshTokens:
    """Makes and reads refresh tokens. The first secret makes them, all are believed."""

    def __init__(self, secrets: Iterable[bytes]) -> None:
        self._keys = [hmac.digest(secret, _PURPOSE, "sha256") for secret in secrets]

    def text(self, sid: str, generation: int) -> str:
        """The refresh token of that generation: always the same one."""
        return f"{PREFIX}{sid}_{generation}_{_mac(self._keys[0], sid, generation)}"

    def read(self, token: str) -> Generation | None:
        """What the token says, or None if we have not made it."""
        shape = _SHAPE.match(token)
        if shape is None:
            return None
        sid, generation, mac = shape[1], int(shape[2]), shape[3]
        # All keys are tried, each in constant time: how long it takes says nothing about how much of a guess was right.
        genuine = [hmac.compare_digest(_mac(key, sid, generation), mac) for key in self._keys]
        return Generation(sid, generation) if any(genuine) else None


def open_refresh_tokens(data: Path) -> RefreshTokens:
    """The refresh tokens of a server, with secrets of its own in the data directory."""
    return RefreshTokens(file.secret for file in keyfiles.ring(data / REFRESH_KEYS))


def _mac(key: bytes, sid: str, generation: int) -> str:
    digest = hmac.digest(key, f"{sid} {generation}".encode("ascii"), hashlib.sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
