"""The command line of the benchmark: `scripts/bench`."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
from rich.console import Console
from rich.markup import escape

from . import house
from .bench import FULL, QUICK, Bench, Scale
from .browsing import BROWSING, Browsing
from .caption import caption, caption_of_pages
from .chromium import PROGRAM, PageError, browser, found
from .coming import Connects, Idle
from .dialects import BadFrame
from .loop import Loop
from .machine import Cores, describe, filesystem_of, hand_out_cores, open_files_allowed
from .outcome import Outcome
from .progress import Bar
from .searching import Indexing, Searching
from .sending_away import Revocations
from .servers import DidNotStart
from .signing_in import SigningIn
from .table import markdown, print_tables
from .talking import TALKING, Talking

Scenario = Talking | Idle | Connects | SigningIn | Revocations | Searching | Indexing | Browsing
SCENARIOS: tuple[Scenario, ...] = (
    *TALKING,
    Idle(),
    Connects(),
    SigningIn(),
    Revocations(),
    Searching(),
    Indexing(),
)

# Sockets that a server holds beside those of its clients, and some room.
SPARE_FILES = 500

# A commit there costs nothing and means nothing.
IN_MEMORY = frozenset({"tmpfs", "ramfs"})

WRONG = 1
UNUSABLE = 2
STOPPED = 130  # as a shell reports a program that Ctrl-C has ended


def arguments(given: Sequence[str]) -> argparse.Namespace:
    names, of_pages = (", ".join(scenario.name for scenario in some) for some in (SCENARIOS, BROWSING))
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measure the server against a textbook one, in one run. A missed target is shown and is no error;"
        " a message that is lost, doubled or out of order is one.",
        epilog="scripts/bench --scale measures something else: what a long log costs. Its own --help says more.",
    )
    parser.add_argument("--quick", action="store_true", help="one short round of each: to look at, not to publish")
    parser.add_argument("--rounds", type=_positive, metavar="N", help="how often each window is repeated")
    parser.add_argument("--only", metavar="NAME,...", type=_names, help=f"some of: {names}; with --web: {of_pages}")
    parser.add_argument("--web", action="store_true", help=f"measure the page instead, in {PROGRAM}")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all figures there as well")
    parser.add_argument("--markdown", action="store_true", help="print the tables as Markdown, for the README")
    return parser.parse_args(given)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("there has to be one round at least")
    return number


def _names(text: str) -> frozenset[str]:
    names = frozenset(text.split(","))
    unknown = names - {scenario.name for scenario in (*SCENARIOS, *BROWSING)}
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no scenario {', '.join(sorted(unknown))}")
    return names


def measure(scenarios: Sequence[Scenario], scale: Scale, cores: Cores, console: Console) -> Iterator[Outcome]:
    """Run them one after another; what one has shown stands, whatever the next one runs into."""
    os.sched_setaffinity(0, {cores.generator})
    # A collection in the middle of a window would be the load generator's latency and not the server's.
    gc.disable()
    steps = 1 + sum(scenario.steps(scale.rounds) for scenario in scenarios)
    with tempfile.TemporaryDirectory(prefix="folkmoot-bench-") as home, Bar(console, steps) as bar:
        bar.step("Setting up a house: users, rooms, memberships")
        bench = Bench(house.build(Path(home), cores.both), Path(home), cores, scale, bar, Loop())
        for scenario in scenarios:
            yield scenario.run(bench)
            gc.collect()
        bar.finish()


def main(given: Sequence[str] | None = None) -> int:
    options = arguments(sys.argv[1:] if given is None else given)
    console = Console(stderr=options.markdown)
    cores = hand_out_cores()
    obstacle = in_the_way(cores, Path(tempfile.gettempdir()))
    if cores is None or obstacle:
        console.print(obstacle)
        return UNUSABLE
    if options.web and not found():
        console.print(f"There is no {PROGRAM} here to measure the page in.")
        return UNUSABLE
    scale = scale_for(options, open_files_allowed(), console)
    there: tuple[Scenario, ...] = BROWSING if options.web else SCENARIOS
    scenarios = [scenario for scenario in there if options.only is None or scenario.name in options.only]
    outcomes: list[Outcome] = []
    try:
        # One by one: those that came before an error are in the list, and are reported.
        outcomes.extend(measure(scenarios, scale, cores, console))
    except (BadFrame, DidNotStart, PageError, house.NotSetUp, httpx.HTTPError) as error:
        console.print(f"[red]Wrong:[/red] {escape(str(error))}", highlight=False)
        return WRONG
    except KeyboardInterrupt:
        return STOPPED
    finally:
        if outcomes:
            report(console, outcomes, scale, options)
    return 0


def in_the_way(cores: Cores | None, directory: Path) -> str:
    """Why nothing can be measured here; empty when it can."""
    if cores is None:
        return "Two cores are needed, one to serve and one to load; here is one."
    if filesystem_of(directory) in IN_MEMORY:
        return f"{directory} lies in memory, so nothing would reach a disk: set TMPDIR to a directory on one."
    return ""


def scale_for(options: argparse.Namespace, files: int, console: Console) -> Scale:
    """As much as was asked for and this process may open."""
    scale = QUICK if options.quick else FULL
    scale = replace(scale, rounds=options.rounds or scale.rounds)
    if files < scale.idle_connections + SPARE_FILES:
        scale = replace(scale, idle_connections=files - SPARE_FILES)
        console.print(f"Only {files:,} files may be open here, so {scale.idle_connections:,} connections will idle.")
    return scale


def report(console: Console, outcomes: Sequence[Outcome], scale: Scale, options: argparse.Namespace) -> None:
    """Print what was found, and write it down where that was asked for."""
    now = datetime.now(UTC)
    if options.web:
        under = caption_of_pages(now, describe(), browser(), scale)
    else:
        under = caption(now, describe(), filesystem_of(Path(tempfile.gettempdir())), scale)
    if options.markdown:
        sys.stdout.write(markdown(outcomes, under) + "\n")
    else:
        print_tables(console, outcomes, under)
    if options.json:
        found = {
            "at": now.isoformat(),
            "machine": describe(),
            "scale": asdict(scale),
            "outcomes": [asdict(outcome) | {"met": outcome.met} for outcome in outcomes],
        }
        options.json.write_text(json.dumps(found, indent=2, default=str) + "\n")


if __name__ == "__main__":
    sys.exit(main())
