"""Whether a text might have formatting: the one thing about it that is asked on the event loop, of every message.

A no is final, so it has to be right; a yes costs a way to the worker, so it should not be given to ordinary sentences.
"""

from __future__ import annotations

import re

# Each way begins with one certain character, and a text without any of them is told by one look for all.
_ANY = re.compile(r"[*_~`|\\\]:<]")
_IN_A_LINE = re.compile(
    r"""
      \*(?=\S) | _(?<!\w_)(?=\S)              # emphasis: what opens it stands before a word, and _ not in one
    | ~~ | ` | \|                             # struck out, code, a table
    | \\[!-/:-@\[-`{-~\r\n]                   # a mark that is meant as it is
    | \]\(                                    # a link
    | :(?<=[tT][tT][pP]:|[tT][pP][sS]:|[lL][tT][oO]:)\S  # an address: the ends of http, https and mailto
    | <[^<>\s]+@                              # a mailbox
    """,
    re.VERBOSE,
)
_ITEM = r"[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?:\s|\Z))"  # of a list, or a quote
_FIRST_LINE = re.compile(_ITEM)
_LATER_LINE = re.compile(r"[\r\n]" + _ITEM)


def marked(text: str) -> bool:
    """Whether it might."""
    first = _ANY.search(text)
    return (
        (first is not None and _IN_A_LINE.search(text, first.start()) is not None)
        or _FIRST_LINE.match(text) is not None
        or (("\n" in text or "\r" in text) and _LATER_LINE.search(text) is not None)
    )
