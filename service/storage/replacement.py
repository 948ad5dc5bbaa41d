"""Another state in the place of the one that a data directory holds: made ready inside the directory, and then put in
place by renaming, for a directory may be a mount, which can't be renamed itself.

Until it is ready nothing is touched. From then on it is brought to its end, by this process or by the next one that
restores: the names of what is to come stand in a plan, and each step can be taken twice. In between nothing else may
use the directory: half of the one state and half of the other is neither.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from service.storage.drafts import PREFIX, sync

READY = "restore-ready"  # what is to come, whole; there while it is being put in place
PLAN = "plan.json"
CONTENT = "content"
ASIDE = "before-restore-"  # what was there before, followed by when it was moved
KEPT = frozenset({"lost+found", READY})  # is never moved


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to come (names in the data directory), from which backup, and where that goes which is there now."""

    names: tuple[str, ...]
    backup: str
    aside: str


def unfinished(data: Path) -> Plan | None:
    """The plan of a restore that has begun to be put in place, and has not come to its end."""
    path = data / READY / PLAN
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Plan(tuple(read["names"]), read["backup"], read["aside"])


def occupants(data: Path, but: Iterable[str] = ()) -> list[str]:
    """What stands in a data directory and would have to make room, ``but`` these names."""
    try:
        found = [entry.name for entry in os.scandir(data)]
    except FileNotFoundError:
        return []
    kept = KEPT | set(but)
    return sorted(name for name in found if name not in kept and not name.startswith((PREFIX, ASIDE)))


def commit(data: Path, draft: Path, backup: str, now: str) -> Plan:
    """Decide that what is in ``draft / CONTENT`` comes in place of what is there. All of it is on the disk by then."""
    names = sorted(entry.name for entry in os.scandir(draft / CONTENT))
    plan = Plan(tuple(names), backup, f"{ASIDE}{now}")
    written = draft / PLAN
    with written.open("x", encoding="utf-8") as file:
        json.dump(asdict(plan), file)
        file.flush()
        os.fsync(file.fileno())
    sync_tree(draft)
    draft.rename(data / READY)  # from here on there is no way back, and none is needed
    sync(data)
    return plan


def finish(data: Path, plan: Plan, but: Iterable[str]) -> Path | None:
    """Put it in place; the directory of what was there before, if anything was."""
    content, aside = data / READY / CONTENT, data / plan.aside
    coming = {name for name in plan.names if (content / name).exists()}
    arrived = set(plan.names) - coming
    for name in occupants(data, but):
        if name not in arrived:
            aside.mkdir(mode=0o700, exist_ok=True)
            (data / name).rename(aside / name)
    sync(data)
    for name in sorted(coming):
        (content / name).rename(data / name)
    sync(data)
    shutil.rmtree(data / READY)
    sync(data)
    return aside if aside.exists() else None


def sync_tree(root: Path) -> None:
    """Bring the names in a directory, and in those below it, to the disk."""
    for folder, _, _ in os.walk(root, topdown=False):
        sync(Path(folder))
