"""Where a link may lead, and what of a text is an address: ``http``, ``https`` and ``mailto``, written out. How a link
is shown is decided in ``markdown``.

An address ends where the sentence goes on, by the rules that the page has for texts without formatting: so the same
text has the same links with formatting and without. One pass over the text; nothing is tried twice.
"""

from __future__ import annotations

import re

from markdown_it.rules_inline import StateInline

SCHEMES = frozenset({"http", "https", "mailto"})

_SAFE = re.compile(r"(?:https?://[^/?#]|mailto:[^?])", re.IGNORECASE)
_WRITTEN = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_HOST = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
# What stands before the colon decides whether it is looked any further.
_SCHEME = re.compile(r"(?<![\w+.-])(https?|mailto)\Z", re.IGNORECASE)
SCHEME_MAX = len("mailto") + 1  # code points: the longest, and what must not stand before it
# Brackets, backquotes and backslashes stand around an address more often than in it, and have a meaning of their own.
_REST = re.compile(r"[^\s<>\"\[\]`\\]+")
_TRAILING = ".,;:!?'’”»*_~"


def safe(href: str) -> bool:
    """Whether a link may lead there. With the scheme and all: what is relative would lead into the page itself."""
    return _SAFE.match(href) is not None


def hosts(text: str) -> list[str]:
    """The hosts of the web addresses that are written out in a text, as they are written."""
    return [found[1] for address in _WRITTEN.findall(text) if (found := _HOST.match(address))]


def address(state: StateInline, silent: bool) -> bool:
    """An address in the text becomes a link: a rule of markdown-it's for what stands at ``state.pos``."""
    colon, source = state.pos, state.src
    if source[colon] != ":" or state.linkLevel > 0:
        return False
    scheme = _SCHEME.search(source, max(0, colon - SCHEME_MAX), colon)
    if scheme is None or not state.pending.endswith(scheme[1]) or not _SAFE.match(source, scheme.start(1)):
        return False
    rest = _REST.match(source, colon + 1, state.posMax)
    written = scheme[1] + ":" + _trimmed(rest[0] if rest else "")
    href = state.md.normalizeLink(written)
    if not safe(written) or not safe(href):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[1])]
        state.push("link_open", "a", 1).attrs = {"href": href}
        state.push("text", "", 0).content = written
        state.push("link_close", "a", -1)
    state.pos = scheme.start(1) + len(written)
    return True


def _trimmed(rest: str) -> str:
    """Without the full stop after it, and without a bracket that was opened before it."""
    end, more_closed = len(rest), rest.count(")") - rest.count("(")
    while end:
        last = rest[end - 1]
        if last == ")" and more_closed > 0:
            more_closed -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return rest[:end]
