"""The page's modules bound into one, and its style sheets into another: what the page needs at once comes in three
answers and not in a hundred and fifty, each with a head of its own and compressed by itself.

The modules stay what they are: each keeps a scope of its own, in the order in which a browser would run them. What is
loaded later imports them by their own addresses, where a line leads to the same module in the whole. No text is
changed but imports and exports, which in this client have one form each; anything else is refused at the start, and a
test binds the client.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

ENTRY = "app.js"
PAGE = "index.html"
STYLES = "styles.css"
AT = "/web/"

_IMPORT = re.compile(rb"^import \{([^}]*)\} from '([^']+)';$", re.MULTILINE)
_PASSED_ON = re.compile(rb"^export \{([^}]+)\} from '([^']+)';$", re.MULTILINE)
_DECLARED = re.compile(rb"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_LATER = re.compile(rb"\bimport\((['`])(\.[^'`]*)\1\)")
_UNBOUND = re.compile(rb"^(?:import\b[^(.]|export\b|await\b).*$", re.MULTILINE)
_STYLED = re.compile(rb'^ *<link rel="stylesheet" href="/web/([^"]+)" />\n', re.MULTILINE)


class Unbindable(Exception):
    """A module of a form that is not known here; the text says which."""


def bound(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same files, with the whole in the place of the page's first module, and lines that lead to it in the places
    of the others in it."""
    if ENTRY not in files or PAGE not in files:
        return dict(files)
    order = _order(ENTRY, files)
    numbers = {path: f"m{number}".encode() for number, path in enumerate(order)}
    parts = [_part(path, files[path], numbers) for path in order]
    names = b", ".join(numbers[path] for path in order if path != ENTRY)
    whole = b"".join([*parts, b"export { ", names, b" };\n"])
    leads = {path: _lead(path, files[path], numbers[path]) for path in order if path != ENTRY}
    page, sheets = _styled(files[PAGE])
    styles = b"".join(files[sheet] for sheet in sheets)
    rest = {path: content for path, content in files.items() if path not in sheets}
    return {**rest, **leads, ENTRY: whole, PAGE: page, STYLES: styles}


def _order(entry: str, files: Mapping[str, bytes]) -> list[str]:
    """All that the entry imports, directly or not, each behind those that it imports itself."""
    order: list[str] = []
    under_way: set[str] = set()

    def visit(path: str) -> None:
        if path in under_way:
            raise Unbindable(f"{path} imports itself, by way of others")
        if path not in order:
            under_way.add(path)
            for pattern in (_IMPORT, _PASSED_ON):
                for _, target in pattern.findall(files[path]):
                    visit(_meant(path, target.decode()))
            under_way.discard(path)
            order.append(path)

    visit(entry)
    return order


def _part(path: str, source: bytes, numbers: Mapping[str, bytes]) -> bytes:
    """A module as a function that runs once and answers with what it exports."""

    def taken(found: re.Match[bytes]) -> bytes:
        names = found[1].replace(b" as ", b": ")
        return b"const {%s} = %s;" % (names, numbers[_meant(path, found[2].decode())])

    exported = _exported(source)
    code = _IMPORT.sub(taken, source)
    code = _PASSED_ON.sub(taken, code)
    code = _DECLARED.sub(rb"\1 \2", code)
    code = _LATER.sub(lambda found: b"import(%s%s%s)" % (found[1], _address(path, found[2].decode()), found[1]), code)
    strange = _UNBOUND.search(code)
    if strange and not (path == ENTRY and strange[0].startswith(b"await")):
        raise Unbindable(f"{path}: {strange[0].decode()}")
    if path == ENTRY:
        return b"{\n%s}\n" % code
    return b"const %s = (() => {\n%s\nreturn { %s };\n})();\n" % (numbers[path], code, b", ".join(exported))


def _lead(path: str, source: bytes, number: bytes) -> bytes:
    """What stands at a bound module's own address."""
    names = b", ".join(_exported(source))
    return b"import { %s } from '%s%s';\nexport const { %s } = %s;\n" % (
        number,
        AT.encode(),
        ENTRY.encode(),
        names,
        number,
    )


def _exported(source: bytes) -> list[bytes]:
    passed_on = [name.strip() for names, _ in _PASSED_ON.findall(source) for name in names.split(b",")]
    return [*(name for _, name in _DECLARED.findall(source)), *filter(None, passed_on)]


def _styled(page: bytes) -> tuple[bytes, list[str]]:
    """The page with one style sheet, and those that it had, in their order."""
    sheets = _STYLED.findall(page)
    one = b'    <link rel="stylesheet" href="%s%s" />\n' % (AT.encode(), STYLES.encode())
    page = _STYLED.sub(lambda found: one if found[1] == sheets[0] else b"", page)
    return page, [sheet.decode() for sheet in sheets]


def _meant(path: str, target: str) -> str:
    """The module that a module names."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def _address(path: str, target: str) -> bytes:
    """The same as the browser asks for it; the end may be put in while it runs."""
    folder, _, name = target.rpartition("/")
    return f"{AT}{_meant(path, folder or '.')}/{name}".replace("/./", "/").encode()
