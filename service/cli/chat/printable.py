"""Other people's text, made harmless for a terminal.

A terminal obeys what it is sent: an escape sequence in a message could recolour the screen, retitle the window, put
commands on the clipboard or have the terminal "type" an answer into the shell. So nothing that is not plain text gets
through; it is shown in a visible spelling instead, so that one sees that it was there.
"""

from __future__ import annotations

import re

CONTINUATION = "  "  # before each further line of a message, so that no message can pass for two people's
TAB = "    "

# C0 and C1 controls, DEL, line and paragraph separators, what turns the writing direction (a name could swallow the
# text after it), and lone surrogates (they cannot be encoded at all).
_HARMFUL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_PICTURES = 0x2400  # the Unicode block of visible pictures of C0 controls
_DELETE_PICTURE = "\u2421"


def one_line(text: str) -> str:
    """``text`` without anything that a terminal acts upon, on one line."""
    return _HARMFUL.sub(_spell, text.replace("\t", TAB))


def lines(text: str) -> str:
    """``text`` as :func:`one_line`, but with its line breaks kept and every further line set in."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return f"\n{CONTINUATION}".join(one_line(line) for line in kept)


def _spell(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(_PICTURES + code)
    return _DELETE_PICTURE if code == 0x7F else f"<U+{code:04X}>"
