"""What never gets into a log: credentials, passwords and message texts.

Redaction looks at every record whoever wrote it, for a credential gets into a log by accident: in a query string that a
library prints, in the text of an exception, in a header that is dumped. It goes by the name of a field and by what
credentials look like, and it rather takes out too much.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

REDACTED = "[redacted]"
DEPTH_MAX = 6  # levels of a record's field that are looked into
TEXT_MAX = 32_768  # characters of one text; a longer one is cut, for nobody reads it and the patterns take time

SECRET_NAMES = (
    "password",
    "current_password",
    "passwd",
    "secret",
    "client_secret",
    "token",
    "access_token",
    "refresh_token",
    "id_token",
    "ticket",
    "invite",
    "setup_token",
    "assertion",
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "sec-websocket-protocol",
    "api_key",
)
"""Fields, parameters and headers whose value is a secret."""
TEXT_NAMES = ("text", "body", "input", "input_value", "payload", "frame")
"""Fields that may hold what somebody said, or whatever else a client sent."""

_HIDDEN = frozenset(name.replace("-", "_") for name in (*SECRET_NAMES, *TEXT_NAMES))
_NAMES = "|".join(sorted(map(re.escape, SECRET_NAMES), key=len, reverse=True))
_VALUE = r"""(?:b?"(?:[^"\\]|\\.)*"|b?'(?:[^'\\]|\\.)*'|[^\s&;,#"'<>)}\]]+)"""

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # The exceptions of pydantic and SQLAlchemy quote what they were given, message texts included.
    (re.compile(r"(input_value=).*?(?=, input_type=)", re.DOTALL), rf"\1{REDACTED}"),
    (re.compile(r"\[parameters: .*?\](?=\n|\Z|\\n)", re.DOTALL), f"[parameters: {REDACTED}]"),
    # "Authorization: Bearer x", b"authorization", b"Basic x" and the subprotocol "bearer.x"
    (re.compile(r"\b(bearer|basic)(\s+|\.)[A-Za-z0-9._~+/=-]{4,}", re.IGNORECASE), rf"\1\2{REDACTED}"),
    # ?token=x, #invite=x, "password": "x", password='x', (b"cookie", b"x")
    (
        re.compile(
            rf"""(?<![A-Za-z0-9])((?:{_NAMES})["']?\s*(?:=|:|,\s*(?=b?["']))\s*)(?!\[redacted\]){_VALUE}""",
            re.IGNORECASE,
        ),
        rf"\1{REDACTED}",
    ),
    (re.compile(rf"""(["'](?:{"|".join(TEXT_NAMES)})["']\s*:\s*)(?!\[redacted\]){_VALUE}"""), rf"\1{REDACTED}"),
    (re.compile(r"((?:__Secure-)?folkmoot=)[^;\s\"']+"), rf"\1{REDACTED}"),
    # Whatever the place: a JWT (its header begins with a brace), our refresh tokens, tickets and clients' secrets
    (re.compile(r"ey[A-Za-z0-9_-]{9,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)*"), REDACTED),
    (re.compile(r"\b(?:rt|tk|cs)_[A-Za-z0-9_-]{8,}"), REDACTED),
    # 32 random bytes in base64url (set-up and reset links) and 16 in hex (invites)
    (re.compile(r"(?<![A-Za-z0-9_-])(?=[A-Za-z0-9_-]*[0-9A-Z])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"), REDACTED),
    (re.compile(r"(?<![A-Za-z0-9])[0-9a-f]{32}(?![A-Za-z0-9])"), REDACTED),
)
# No pattern above matches where this one does not: most texts of a record are a word, and pass at once.
_SUSPECT = re.compile(r"[=:\"'\[,]|bearer|basic|[A-Za-z0-9_-]{11}", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def redact(text: str) -> str:
    """The text without what looks like a credential."""
    if _SUSPECT.search(text) is None:
        return text
    if len(text) > TEXT_MAX:
        text = text[:TEXT_MAX] + "…"
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def encode_controls(text: str) -> str:
    """The text in one line: what could end it, hide it or turn its direction is spelled out, so that nobody can forge
    a record or a terminal's escape sequence."""
    return text if text.isprintable() else _CONTROL.sub(_spell, text)


def _spell(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def plain(value: Any, depth: int = DEPTH_MAX) -> Any:
    """A value of a record as JSON's types: looked into, redacted, in one line. Objects become their ``repr``."""
    if isinstance(value, str):
        return encode_controls(redact(value))
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth and isinstance(value, Mapping):
        return {str(key): hidden(key, item, depth - 1) for key, item in value.items()}
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [plain(item, depth - 1) for item in value]
    return encode_controls(redact(repr(value)))


def hidden(name: object, value: Any, depth: int = DEPTH_MAX) -> Any:
    """The value of a field of that name; of a secret only that there is one."""
    key = name.decode("latin-1") if isinstance(name, bytes) else str(name)
    if value is not None and key.lower().replace("-", "_") in _HIDDEN:
        return REDACTED
    return plain(value, depth)
