"""What of HTML may be shown: a short list, kept by nh3. This is the second of two walls, for the first (``markdown``)
makes nothing else; a hole in either is none as long as the other stands.
"""

from __future__ import annotations

import nh3

from service.text.addresses import SCHEMES
from service.text.highlighting import CLASSES, LANGUAGE_PREFIX, LANGUAGES

BLOCKS = frozenset({"p", "blockquote", "ul", "ol", "li", "pre", "table", "thead", "tbody", "tr", "th", "td"})
INLINE = frozenset({"a", "br", "code", "em", "s", "span", "strong"})
ALIGNMENTS = frozenset({"center", "right"})
LINK_REL = "noopener nofollow"  # neither a hold on our page, nor a recommendation of it to search engines

_CLEANER = nh3.Cleaner(
    tags=set(BLOCKS | INLINE),
    clean_content_tags=set(),
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
    allowed_classes={
        "span": set(CLASSES.values()),
        "code": {LANGUAGE_PREFIX + language for language in LANGUAGES},
        "th": set(ALIGNMENTS),
        "td": set(ALIGNMENTS),
    },
    url_schemes=set(SCHEMES),
    url_relative="deny",
    link_rel=LINK_REL,
)


def sanitised(html: str) -> str:
    """The HTML, with nothing in it that is not on the list."""
    return _CLEANER.clean(html)
