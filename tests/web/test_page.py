"""The page as a file: what it loads is there, it loads all that is there, and it asks the policy for no exception."""

from __future__ import annotations

import re
from pathlib import Path

WEB = Path(__file__).parents[2] / "service" / "web"
PAGE = (WEB / "index.html").read_text()

IMPORT = re.compile(r"^(?:import|export)\b[^;]*?\bfrom '([^']+)';", re.MULTILINE | re.DOTALL)
LATER = re.compile(r"(?:=>|await) import\(['`]([^'`]+)['`]\)(?!\.)")  # when it is needed, and not before
ALONE = {"theme.js", "worker.js"}  # programs of their own: before the first paint, and beside the page
TYPES_ONLY = {"chat/contract.js"}  # nothing in it runs, so nothing imports it


def stylesheets() -> set[str]:
    """Those that the page links to, as paths in ``service/web``."""
    return set(re.findall(r'<link rel="stylesheet" href="/web/([^"]+)"', PAGE))


def modules() -> set[str]:
    """The modules of the client, by what is in the folder."""
    return {path.relative_to(WEB).as_posix() for path in WEB.rglob("*.js")}


def reached(module: str, *, later: bool = False) -> set[str]:
    """The module, and all that it imports, directly or not; with what it only ever loads ``later``."""
    found: set[str] = set()
    waiting = [WEB / module]
    while waiting:
        path = waiting.pop()
        name = path.relative_to(WEB).as_posix()
        if name not in found:
            found.add(name)
            code = path.read_text()
            waiting += [(path.parent / target).resolve() for target in IMPORT.findall(code)]
            waiting += [target for name in LATER.findall(code) for target in meant(path, name)] if later else []
    return found


def meant(module: Path, name: str) -> list[Path]:
    """The modules that an ``import()`` may load: a name may have places for what is known only then."""
    pattern = (module.parent / re.sub(r"\$\{[^}]*\}", "*", name)).resolve()
    return sorted(WEB.glob(pattern.relative_to(WEB).as_posix()))


def test_every_module_is_used_and_every_one_that_is_used_is_there() -> None:
    assert reached("app.js", later=True) == modules() - TYPES_ONLY - ALONE
    assert len(modules()) > 30, "the search for modules finds them"


def test_what_few_people_use_is_not_loaded_with_the_page() -> None:
    few = re.compile(r"(?:chat|elements)/(?:moderation|admin)/")
    assert not [name for name in reached("app.js") if few.match(name)]
    assert [name for name in modules() if few.match(name)], "and there is some of it"


def test_every_stylesheet_is_linked() -> None:
    assert stylesheets() == {path.relative_to(WEB).as_posix() for path in WEB.rglob("*.css")}


def test_the_page_has_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|https?://|\ssrc=\"//", PAGE)
    assert re.findall(r"<script([^>]*)>([^<]*)</script>", PAGE) == [
        (' src="/web/theme.js"', ""),
        (' type="module" src="/web/app.js"', ""),
    ]


def test_the_client_never_makes_markup_of_text_and_needs_no_inline_style() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|cssText"
    )
    for path in WEB.rglob("*.js"):
        assert not forbidden.search(path.read_text()), path


def test_behaviour_knows_no_document() -> None:
    browser = re.compile(r"\b(?:document|window|location|localStorage|sessionStorage|navigator|customElements)\b[.\[(]")
    for path in (WEB / "chat").rglob("*.js"):
        assert not browser.search(path.read_text()), path
