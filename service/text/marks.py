"""Whether a text might have formatting: the one thing about it that is asked on the event loop, of every message.

A no is final, so it has to be right; a yes costs a way to the worker, so it should not be given to ordinary sentences.
"""

from __future__ import annotations

import re

# All that formatting is made of has one of these, or a line that begins as an item does. Most texts have none, and
# finding that out is one pass of the quickest kind.
_SUSPECT = re.compile(r"[*_~`\\<>|:\]]|[-+.)](?:\s|\Z)")
_MARKED = re.compile(
    r"""
      \*(?=\S) | (?<!\w)_(?=\S)               # emphasis: what opens it stands before a word, and _ not in one
    | ~~ | `                                  # struck out, code
    | \\[!-/:-@\[-`{-~\r\n]                   # a mark that is meant as it is
    | \]\(                                    # a link
    | (?:https?|mailto):\S                    # an address, also in <>
    | <[^<>\s]+@                              # a mailbox
    | (?:\A|[\r\n])[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?:\s|\Z))  # a quote, an item
    | (?:\A|[\r\n])[ \t]*[|:-][-:| \t]*(?:[\r\n]|\Z)           # the second line of a table
    """,
    re.VERBOSE | re.IGNORECASE,
)


def marked(text: str) -> bool:
    """Whether it might."""
    return _SUSPECT.search(text) is not None and _MARKED.search(text) is not None
