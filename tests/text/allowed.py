"""What a message's HTML may hold, as the contract has it: read with the standard library's parser, so that neither the
code that makes it nor the one that sanitises it is believed."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"br"}
ELEMENTS = {
    *("p", "blockquote", "ul", "ol", "li", "pre", "table", "thead", "tbody", "tr", "td", "th"),
    *("a", "br", "code", "em", "s", "span", "strong"),
}
ATTRIBUTES = {
    ("a", "href"): re.compile(r"(?i:https?://[^/?#]|mailto:)[^\s\"<>]+"),
    ("a", "rel"): re.compile("noopener nofollow"),
    ("code", "class"): re.compile("language-[a-z]+"),
    ("ol", "start"): re.compile("[0-9]{1,9}"),
    ("span", "class"): re.compile("[a-z]{1,2}"),
    ("td", "class"): re.compile("center|right"),
    ("th", "class"): re.compile("center|right"),
}


class Reader(HTMLParser):
    """Reads HTML, and fails on what is not allowed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.links: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element."""
        assert tag in ELEMENTS, tag
        for name, value in attrs:
            assert ATTRIBUTES[tag, name].fullmatch(value or ""), (tag, name, value)
            if name == "href":
                self.links.append(value or "")
        if tag not in VOID:
            self._open.append(tag)
        else:
            self.text += "\n"

    def handle_endtag(self, tag: str) -> None:
        """Its end."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text between."""
        self.text += data

    def handle_comment(self, data: str) -> None:
        """None is allowed."""
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment

    def close(self) -> None:
        """The end of it all."""
        super().close()
        assert not self._open, self._open


def read(html: str) -> Reader:
    """The HTML, if it is allowed."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader
