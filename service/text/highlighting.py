"""Code with its words marked: keywords, names, texts. Only classes are given, of a small closed set; their colours are
the page's.

The languages are a list of our own. Pygments knows hundreds, and finds them by patterns of which nobody has tried what
they do with code that was written to be slow.
"""

from __future__ import annotations

from functools import cache
from html import escape
from typing import Any

from pygments.lexer import Lexer  # type: ignore[import-untyped]
from pygments.lexers import find_lexer_class_by_name, get_lexer_by_name  # type: ignore[import-untyped]
from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String  # type: ignore[import-untyped]

# fmt: off
# Not HTTP, whose bodies would be in any language at all; nor Scala, whose patterns take a fifth of a second to compile.
LANGUAGES = (
    "bash", "c", "console", "cpp", "csharp", "css", "diff", "docker", "go", "haskell", "html",
    "ini", "java", "javascript", "json", "kotlin", "lua", "make", "nginx", "perl", "php",
    "powershell", "pycon", "pytb", "python", "ruby", "rust", "sql", "swift", "toml", "typescript",
    "xml", "yaml",
)
# fmt: on
READ_IN_LATE = ("lua", "php", "swift")  # words of these languages stand in files of their own

# Pygments' own short names, for the kinds that a reader tells apart; all else is shown as it is.
CLASSES = {
    Comment: "c",
    Keyword: "k",
    Operator.Word: "k",
    String: "s",
    Number: "m",
    Name.Attribute: "na",
    Name.Builtin: "nb",
    Name.Class: "nc",
    Name.Decorator: "nd",
    Name.Exception: "nc",
    Name.Function: "nf",
    Name.Tag: "nt",
    Generic.Deleted: "gd",
    Generic.Error: "gr",
    Generic.Heading: "gh",
    Generic.Inserted: "gi",
    Generic.Output: "go",
    Generic.Prompt: "gp",
    Generic.Subheading: "gh",
    Generic.Traceback: "gr",
}
LANGUAGE_PREFIX = "language-"  # of the class that names a block's language, as HTML recommends


def highlighted(code: str, language: str) -> str:
    """The code as HTML, with a ``span`` for each run of one kind. ``language`` is one of ``LANGUAGES``."""
    # Some lexers do not see a last line without an end, and a few mend what they read: that is not what was typed.
    words = [(kind, value) for kind, value in _lexer(language).get_tokens(code + "\n") if value]
    if "".join(value for _, value in words) != code + "\n":
        return escape(code)
    last_kind, last = words.pop()
    pieces: list[str] = []
    run, run_class = "", ""
    for kind, value in [*words, (last_kind, last[:-1])]:
        class_ = _class(kind)
        if class_ != run_class and not value.isspace():  # blanks look the same in any colour
            pieces.append(_piece(run, run_class))
            run, run_class = "", class_
        run += value
    pieces.append(_piece(run, run_class))
    return "".join(pieces)


def language_of(info: str) -> str | None:
    """The language that the line above a block of code names, if it is one that is known."""
    words = info.split(None, 1)
    return _names().get(words[0].lower()) if words else None


def load() -> None:
    """Read in all that Pygments would read in later, with the first code in a language: then it may be too late."""
    _names()
    for language in READ_IN_LATE:
        highlighted("x", language)


def _piece(run: str, class_: str) -> str:
    text = escape(run)
    return f'<span class="{class_}">{text}</span>' if class_ and run else text


@cache
def _class(kind: Any) -> str:
    """That of the kind, or of the one that it is a kind of."""
    if kind in CLASSES:
        return CLASSES[kind]
    return "" if kind.parent is None else _class(kind.parent)


@cache
def _lexer(language: str) -> Lexer:
    # As it was written: by itself a lexer takes the blank lines away, and adds one at the end.
    return get_lexer_by_name(language, stripnl=False, ensurenl=False)


@cache
def _names() -> dict[str, str]:
    """The languages by all their names."""
    return {alias: language for language in LANGUAGES for alias in find_lexer_class_by_name(language).aliases}
