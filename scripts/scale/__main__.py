"""The command line: `scripts/bench --scale`."""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from scripts.benchmark.grid import markdown_grids, print_grids
from scripts.benchmark.machine import describe, filesystem_of
from scripts.benchmark.progress import Bar
from scripts.scale.posts import BATCH, Posting
from scripts.scale.reads import READS, World, world_of
from scripts.scale.stopwatch import Line, time_posts, time_read
from scripts.scale.table import caption, grids, ratio
from scripts.scale.writing import DATABASE, write
from service.storage.engine import open_engine
from service.storage.schema import migrate

SIZES = (10_000, 10_000_000)  # messages
LEAST = 1_000  # messages: with fewer there is no page in the middle
BYTES_PER_MESSAGE = 215  # measured
BYTES_OF_TOWN = 4_000_000
MESSAGES_PER_SECOND = 50_000  # written, on the machine that the README's figures are from
SHAPE = 2  # of what is written: a kept log of another shape is not taken for this one
SPARE = 1.2  # times what is needed has to be free

WRONG = 1
UNUSABLE = 2
STOPPED = 130  # as a shell reports a program that Ctrl-C has ended


def arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench --scale",
        description="Measure what reads and posts cost in a short log and in a long one. The logs are generated, with"
        " the server's schema. A missed target is shown and is no error.",
    )
    usual = ",".join(map(str, SIZES))
    parser.add_argument(
        "--messages", metavar="N,...", type=_sizes, default=SIZES, help=f"how many; {usual} if left out"
    )
    parser.add_argument("--keep", metavar="DIR", type=Path, help="keep the logs there, and use those that are there")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all figures there as well")
    parser.add_argument("--markdown", action="store_true", help="print the tables as Markdown, for the README")
    return parser.parse_args(given)


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(sorted({int(part) for part in text.split(",")}))
    if sizes[0] < LEAST:
        raise argparse.ArgumentTypeError(f"a log has to have {LEAST:,} messages at least")
    return sizes


def main(given: Sequence[str] | None = None) -> int:
    options = arguments(sys.argv[1:] if given is None else given)
    console = Console(stderr=options.markdown)
    try:
        with ExitStack() as stack:
            home = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="folkmoot-scale-")))
            home.mkdir(parents=True, exist_ok=True)
            missing = [size for size in options.messages if not folder_of(home, size).exists()]
            obstacle = announce(home, missing, console)
            if obstacle:
                console.print(obstacle)
                return UNUSABLE
            make(home, missing, console)
            load = os.getloadavg()[0]
            report(console, home, options, measure(home, options.messages, console), load)
    except (OSError, LookupError) as error:
        console.print(f"[red]Wrong:[/red] {escape(str(error))}", highlight=False)
        return WRONG
    except KeyboardInterrupt:
        return STOPPED
    return 0


def folder_of(home: Path, messages: int) -> Path:
    """The data directory with a log of so many messages."""
    return home / f"{messages}-messages-{SHAPE}"


def announce(home: Path, missing: Sequence[int], console: Console) -> str:
    """Say what will be written; why it can't be, or nothing."""
    if not missing:
        return ""
    size = sum(BYTES_OF_TOWN + messages * BYTES_PER_MESSAGE for messages in missing)
    minutes = math.ceil(sum(missing) / MESSAGES_PER_SECOND / 60)
    logs = " and ".join(f"{messages:,}" for messages in missing)
    console.print(
        f"Logs of {logs} messages are written to {home}: {size / 1e9:.1f} GB on disk, and at most"
        f" {minutes} min where nothing else runs.",
        highlight=False,
    )
    free = shutil.disk_usage(home).free
    if free < size * SPARE:
        return f"There are {free / 1e9:.1f} GB free in {home}, and {size * SPARE / 1e9:.1f} are needed."
    return ""


def make(home: Path, missing: Sequence[int], console: Console) -> None:
    """Write the logs that are not there. One that was begun and not finished is never taken for a whole one."""
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, auto_refresh=False) as bar:
        for messages in missing:
            task = bar.add_task("", total=messages)

            def told(what: str, more: int, messages: int = messages, task: TaskID = task) -> None:
                bar.update(task, advance=more, description=f"{messages:,} messages: {what}")
                bar.refresh()

            folder = folder_of(home, messages)
            part = folder.with_name(f"{folder.name}.part")
            shutil.rmtree(part, ignore_errors=True)
            write(part, messages, _now(), told)
            part.rename(folder)
            told("written", 0)


def measure(home: Path, sizes: Sequence[int], console: Console) -> list[Line]:
    """All reads, and then the posts."""
    worlds = [_open(folder_of(home, size), size) for size in sizes]
    # A collection in the middle of a read would be taken for its time.
    gc.disable()
    lines = []
    try:
        with Bar(console, len(READS) + 1) as bar:
            for read in READS:
                bar.step(read.title)
                lines.append(time_read(read, worlds))
                gc.collect()
            title = f"{BATCH} posts, committed"
            bar.step(title)
            lines.append(time_posts(title, worlds, Posting))
            bar.finish()
    finally:
        gc.enable()
        for world in worlds:
            world.engine.dispose()
    return lines


def _open(folder: Path, messages: int) -> World:
    engine = open_engine(f"sqlite:///{folder / DATABASE}")
    migrate(engine)  # a kept log may be older than this release
    return world_of(messages, engine, _now())


def report(console: Console, home: Path, options: argparse.Namespace, lines: Sequence[Line], load: float) -> None:
    """Print what was found, and write it down where that was asked for."""
    now = datetime.now(UTC)
    found = grids(options.messages, lines)
    under = caption(now, describe(), filesystem_of(home), load)
    if options.markdown:
        sys.stdout.write(markdown_grids(found, under) + "\n")
    else:
        print_grids(console, found, under)
    if options.json:
        figures = {
            "at": now.isoformat(),
            "machine": describe(),
            "load": load,
            "messages": options.messages,
            "lines": [asdict(line) | {"ratio": {"warm": ratio(line.warm), "cold": ratio(line.cold)}} for line in lines],
        }
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


def _now() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    sys.exit(main())
