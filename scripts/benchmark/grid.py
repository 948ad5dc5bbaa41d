"""A table of figures, on a terminal or in Markdown, from the same cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Grid:
    """One table: a title, names of columns, rows of texts. The first columns are words, the rest are numbers."""

    title: str
    header: tuple[str, ...]
    words: int
    rows: list[tuple[str, ...]]


def print_grids(console: Console, grids: Sequence[Grid], caption: str) -> None:
    """On a terminal; a row whose last cell is "no" is red."""
    for grid in grids:
        table = Table(
            title=grid.title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", padding=(0, 1, 0, 0)
        )
        for place, name in enumerate(grid.header):
            table.add_column(name, justify="left" if place < grid.words else "right", overflow="fold")
        for row in grid.rows:
            table.add_row(*row, style="red" if row[-1] == "no" else None)
        console.print(table)
    console.print(caption, highlight=False)


def markdown_grids(grids: Sequence[Grid], caption: str) -> str:
    """As a page has them."""
    return "\n\n".join((*map(_markdown, grids), caption))


def number(value: float | None) -> str:
    """Three digits that count, and no more than were measured."""
    if value is None:
        return ""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _markdown(grid: Grid) -> str:
    rule = ["---" if place < grid.words else "--:" for place in range(len(grid.header))]
    return "\n".join("| " + " | ".join(line) + " |" for line in (grid.header, rule, *grid.rows))
