"""The figures for people: six tables, on a terminal or in Markdown, from the same cells."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from .grid import Grid, markdown_grids, number, print_grids
from .outcome import Figures, Outcome

# Above this share of its core the load generator may be what was measured, and the row says so.
GENERATOR_BUSY = 0.85
BUSY_MARK = " (!)"


def grids(outcomes: Sequence[Outcome]) -> list[Grid]:
    """Those tables that have anything in them."""
    made = (_talking, _coming, _leaving, _searching, _browsing, _targets)
    return [grid for grid in (make(outcomes) for make in made) if grid.rows]


def print_tables(console: Console, outcomes: Sequence[Outcome], caption: str) -> None:
    print_grids(console, grids(outcomes), caption)


def markdown(outcomes: Sequence[Outcome], caption: str) -> str:
    """The same for the README."""
    return markdown_grids(grids(outcomes), caption)


def _talking(outcomes: Sequence[Outcome]) -> Grid:
    return Grid(
        "While people talk",
        (
            "",
            "server",
            "deliveries/s",
            "posts/s",
            "p50 ms",
            "p99 ms",
            "CPU s per million",
            "generator",
            "stolen",
            "others",
        ),
        2,
        [
            (
                _once(outcome.name, place),
                figures.server,
                number(figures.deliveries_per_second),
                number(figures.posts_per_second),
                number(figures.p50_ms),
                number(figures.p99_ms),
                number(figures.cpu_seconds_per_million_deliveries),
                _generator(figures),
                _share(figures.stolen_share),
                _share(figures.others_share),
            )
            for outcome in outcomes
            for place, figures in enumerate(outcome.figures)
            if figures.deliveries_per_second is not None
        ],
    )


def _coming(outcomes: Sequence[Outcome]) -> Grid:
    return Grid(
        "As people come",
        ("", "server", "KiB each", "connects/s", "CPU ms each", "sign-ins/s"),
        2,
        [
            (
                outcome.name,
                figures.server,
                number(figures.idle_kib_per_connection),
                number(figures.connects_per_second),
                number(figures.cpu_ms_per_connect),
                number(figures.sign_ins_per_second),
            )
            for outcome in outcomes
            for figures in outcome.figures
            if figures.searches is None
            and figures.pages is None
            and (figures.deliveries_per_second is None or figures.sign_ins_per_second is not None)
        ],
    )


def _leaving(outcomes: Sequence[Outcome]) -> Grid:
    return Grid(
        "As people are sent away",
        ("", "server", "closes", "p50 ms", "p99 ms", "longest ms", "p99 ms to the server, at most"),
        2,
        [
            (
                outcome.name,
                figures.server,
                f"{closes.count:,}",
                number(closes.p50_ms),
                number(closes.p99_ms),
                number(closes.longest_ms),
                number(closes.server_p99_ms),
            )
            for outcome in outcomes
            for figures in outcome.figures
            if (closes := figures.closes) is not None
        ],
    )


def _searching(outcomes: Sequence[Outcome]) -> Grid:
    return Grid(
        "As people search",
        ("", "server", "messages", "searches", "p50 ms", "p95 ms", "longest ms", "s to index them"),
        2,
        [
            (
                outcome.name,
                figures.server,
                f"{searches.messages:,}",
                f"{searches.count:,}",
                number(searches.p50_ms),
                number(searches.p95_ms),
                number(searches.longest_ms),
                number(searches.indexed_seconds),
            )
            for outcome in outcomes
            for figures in outcome.figures
            if (searches := figures.searches) is not None
        ],
    )


def _browsing(outcomes: Sequence[Outcome]) -> Grid:
    return Grid(
        "In the browser",
        ("", "what", "KB", "requests", "ready ms", "frames' p95 ms", "longest ms", "nodes", "heap MB"),
        2,
        [
            (
                outcome.name,
                outcome.title,
                number(pages.kb),
                "" if pages.requests is None else str(pages.requests),
                number(pages.ready_ms),
                number(pages.frame_p95_ms),
                number(pages.frame_longest_ms),
                number(pages.nodes),
                number(pages.heap_mb),
            )
            for outcome in outcomes
            for figures in outcome.figures
            if (pages := figures.pages) is not None
        ],
    )


def _targets(outcomes: Sequence[Outcome]) -> Grid:
    return Grid(
        "Against the targets",
        ("", "what", "measure", "target", "figure", "each round", "by CPU", "by the clock", "met"),
        4,
        [
            (
                outcome.name,
                outcome.title,
                outcome.measure,
                str(outcome.target),
                number(outcome.figure) + outcome.target.unit,
                ", ".join(map(number, outcome.rounds)),
                _ratio(outcome.cpu_ratio),
                _ratio(outcome.wall_ratio),
                "yes" if outcome.met else "no",
            )
            for outcome in outcomes
        ],
    )


def _once(name: str, place: int) -> str:
    return name if place == 0 else ""


def _ratio(value: float | None) -> str:
    return "" if value is None else number(value) + "×"


def _generator(figures: Figures) -> str:
    if figures.generator_load is None:
        return ""
    return f"{figures.generator_load:.0%}" + (BUSY_MARK if figures.generator_load > GENERATOR_BUSY else "")


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
