"""The parts of the README that are made from the code, each between two marks that stay when the page is rewritten."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from scripts.documents.rights import rights_table
from scripts.documents.settings import settings_table

PAGE = Path(__file__).parents[2] / "README.md"
PARTS: dict[str, Callable[[], str]] = {"rights": rights_table, "settings": settings_table}


def with_part(page: str, name: str, text: str) -> str:
    """The page with one part as it has to be."""
    begin, end = f"<!-- {name}: written by scripts/document -->", f"<!-- end of {name} -->"
    between = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if between.search(page) is None:
        raise ValueError(f"The page has no place for its {name}: it needs the lines {begin} and {end}.")
    return between.sub(lambda _: f"{begin}\n\n{text}\n\n{end}", page)


def readme(page: str) -> str:
    """The README with all such parts as they have to be."""
    for name, make in PARTS.items():
        page = with_part(page, name, make())
    return page
