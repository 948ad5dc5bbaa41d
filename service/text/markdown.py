"""Markdown, as far as a message is written in it, to HTML: emphasis, code, quotes, lists, tables, links.

What people type in a chat is no document, so some of Markdown is left out, and such marks are shown as they were
typed. Images: who looks at a page must not have to load what a stranger chose. HTML, entities: never. Headings, rules:
they would break the outline of the page, and a line of dashes is more often just that. Indented code, and references
to links elsewhere in the text: they surprise who does not know of them. A line that was ended ends.

This is slow by nature and runs in the worker. What it may cost has bounds: the length of the text, the depth of what
is in what, the length of the result, and the time for the colours of code.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from service.chat.names import TEXT_MAX
from service.text.addresses import address, hosts, safe
from service.text.folding import INVISIBLE
from service.text.highlighting import LANGUAGE_PREFIX, highlighted, language_of
from service.text.sanitising import ALIGNMENTS, sanitised
from service.text.time_limit import TimeIsUp, at_most

DEPTH_MAX = 16  # elements in each other; people use three
# Code of ordinary kinds takes a tenth of that. Nearly half of the languages can be made to take longer, some for ever:
# their patterns try again and again what cannot match. Such code is shown without colours.
HIGHLIGHTING_SECONDS = 0.1  # of the processor, for one text
LEVELS_OF_A_LIST = 2  # by which it may overstep that before the parser stops
HTML_MAX = 32_768  # characters: a text of a few signs must not become a burden for everyone who hears it
CELLS_MAX = 1_000  # of one table: a row of one sign gets all the columns of the first

# Beside paragraphs and text.
BLOCK_RULES = ("table", "fence", "blockquote", "list")
INLINE_RULES = ("newline", "escape", "backticks", "strikethrough", "emphasis", "link", "autolink")
PLAIN = frozenset({"paragraph_open", "paragraph_close", "inline"})
PLAIN_INLINE = frozenset({"text", "softbreak", "hardbreak"})
ALIGN = "text-align:"


def html(text: str) -> str | None:
    """The text as HTML; None where there is nothing to it but text, or more than may be."""
    if len(text) > TEXT_MAX:
        return None
    tokens = _PARSER.parse(text)
    if _is_plain(text, tokens) or _is_too_deep(tokens):
        return None
    with contextlib.suppress(TimeIsUp), at_most(HIGHLIGHTING_SECONDS):
        found = _rendered(tokens, highlight=True)
        if len(found) <= HTML_MAX:
            return found
    found = _rendered(tokens, highlight=False)
    return found if len(found) <= HTML_MAX else None


def _rendered(tokens: Sequence[Token], *, highlight: bool) -> str:
    return sanitised(_PARSER.renderer.render(tokens, _PARSER.options, {"highlight": highlight}))


class Renderer(RendererHTML):
    """Without white space that nobody typed: between blocks there is none."""

    def renderToken(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A tag."""
        return super().renderToken(tokens, idx, options, env).strip("\n")

    def softbreak(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """The end of a line."""
        return "<br>"

    hardbreak = softbreak

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A block of code."""
        token = tokens[idx]
        language = language_of(token.info)
        code = token.content.removesuffix("\n")
        if language is None:
            return f"<pre><code>{escapeHtml(code)}</code></pre>"
        shown = highlighted(code, language) if env["highlight"] else escapeHtml(code)
        return f'<pre><code class="{LANGUAGE_PREFIX}{language}">{shown}</code></pre>'


class Parser(MarkdownIt):
    """Markdown with our rules alone."""

    def __init__(self) -> None:
        super().__init__("zero", {"maxNesting": DEPTH_MAX + LEVELS_OF_A_LIST}, renderer_cls=Renderer)
        self.enable([*BLOCK_RULES, *INLINE_RULES])
        self.block.ruler.at("table", _small_table, {"alt": ["paragraph", "reference"]})
        self.inline.ruler.before("newline", "address", address)
        self.core.ruler.push("honest_links", _honest_links)
        self.core.ruler.push("alignments", _alignments)

    def validateLink(self, url: str) -> bool:
        """Whether a link may lead there."""
        return safe(url)

    def normalizeLinkText(self, link: str) -> str:
        """What an address in angle brackets is shown as: what was typed. Decoded, it might show what it is not."""
        return link


def _small_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if not table(state, start, end, True):
        return False
    last = start
    while last < end and not state.isEmpty(last):
        last += 1
    columns = state.getLines(start, start + 1, 0, False).count("|") + 1
    if columns * (last - start) > CELLS_MAX:
        return False
    return silent or table(state, start, end, False)


def _honest_links(state: StateCore) -> None:
    """A link that shows one address and leads to another is shown as it was written; so is one that shows nothing, or
    leads nowhere."""
    for block in state.tokens:
        children = block.children or []
        for opens, token in enumerate(children):
            if token.type == "link_open":
                closes = next(at for at in range(opens, len(children)) if children[at].type == "link_close")
                href = str(token.attrs["href"])
                shown = "".join(one.content for one in children[opens:closes])
                if not href or not INVISIBLE.sub("", shown).strip() or _is_mask(shown, href):
                    children[opens], children[closes] = _text("[", token), _text(f"]({href})", token)


def _is_mask(shown: str, href: str) -> bool:
    return any(hosts(_PARSER.normalizeLink(f"https://{host}")) != hosts(href) for host in hosts(shown))


def _text(content: str, place: Token) -> Token:
    return Token("text", "", 0, content=content, level=place.level)


def _alignments(state: StateCore) -> None:
    """By a class: the page's policy lets no style through."""
    for token in state.tokens:
        side = str(token.attrs.pop("style", "")).removeprefix(ALIGN)
        if side in ALIGNMENTS:
            token.attrs["class"] = side


def _is_plain(text: str, tokens: Sequence[Token]) -> bool:
    """Whether formatting would change nothing: no marks, or none that mean anything. Or marks alone: a text of one dash
    is no empty item."""
    if not any(token.content for token in tokens):
        return True
    if any(token.type not in PLAIN for token in tokens):
        return False
    pieces = [child for token in tokens for child in token.children or []]
    if any(piece.type not in PLAIN_INLINE for piece in pieces):
        return False
    return " ".join(piece.content for piece in pieces).split() == text.split()


def _is_too_deep(tokens: Sequence[Token]) -> bool:
    """The parser leaves out what is deeper than its bound, and nobody's words may be left out."""
    return any(
        token.level >= DEPTH_MAX or any(token.level + child.level >= DEPTH_MAX for child in token.children or [])
        for token in tokens
    )


_PARSER = Parser()
