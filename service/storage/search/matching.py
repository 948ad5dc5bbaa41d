"""A query in the language of the index. Every word of a person's stands in quotation marks, in which nothing means
anything but itself; what stands outside them is made here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service.chat.queries import Phrase
from service.chat.stores.search import Wanted
from service.storage.search.file import ANY, TRAITS, author_tag, room_tag

TOGETHER = 8  # words between those that are taken to stand together


def words_of(wanted: Wanted) -> str:
    """What a text has to have, and what it may not, wherever it was said."""
    without = "".join(f" NOT text : {_phrase(phrase)}" for phrase in wanted.without)
    return f"({_text(wanted.words) or _tags([ANY])}){without}"


def whole_of(wanted: Wanted, within: Iterable[int] | None, outside: Iterable[int]) -> str:
    """The words, who said them and what is with them; in some rooms, or in all but some."""
    parts = [_text(wanted.words)] if wanted.words else []
    parts += [_tags(map(author_tag, wanted.authors))] if wanted.authors else []
    parts += [_tags([TRAITS[trait]]) for trait in wanted.traits]
    parts += [_tags(map(room_tag, sorted(within)))] if within is not None else []
    outside_tags = [*map(room_tag, sorted(outside)), *map(author_tag, wanted.without_authors)]
    outside_tags += [TRAITS[trait] for trait in wanted.without_traits]
    without = [f"text : {_phrase(phrase)}" for phrase in wanted.without]
    without += [_tags(outside_tags)] if outside_tags else []
    return f"({' AND '.join(parts) or _tags([ANY])})" + "".join(f" NOT {each}" for each in without)


def together(wanted: Wanted) -> str | None:
    """The words near each other; None where there is but one."""
    if len(wanted.words) < 2:
        return None
    return f"text : NEAR({' '.join(map(_phrase, wanted.words))}, {TOGETHER})"


def _text(phrases: Sequence[Phrase]) -> str:
    return f"text : ({' AND '.join(map(_phrase, phrases))})" if phrases else ""


def _tags(tags: Iterable[str]) -> str:
    return f"tags : ({' OR '.join(tags)})"


def _phrase(phrase: Phrase) -> str:
    quoted = phrase.text.replace('"', '""')
    return f'"{quoted}"' + (" *" if phrase.prefix else "")
