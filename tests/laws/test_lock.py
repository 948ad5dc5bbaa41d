"""The lock pins everything that the scripts install, for every Python that is supported, and says nothing of where it
came from: whoever installs has an index of their own, perhaps a mirror."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.laws.tree import Tree

LOCK = "scripts/requirements.lock"
NODE_LOCK = "scripts/node/package-lock.json"
PIN = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+")
PYTHONS = ("3.11", "3.12", "3.13")


def odd_lines(lock: str) -> list[str]:
    """Lines that are neither a comment nor one pinned version: options, addresses, paths, ranges."""
    return [line for line in lock.splitlines() if not line.startswith("# ") and not PIN.fullmatch(line)]


def pinned(lock: str) -> set[str]:
    """The names that the lock pins."""
    return {canonicalize_name(line.partition("==")[0]) for line in lock.splitlines() if not line.startswith("#")}


def needed(requirements: Iterable[str]) -> set[str]:
    """The names of all packages that these bring along, as their installed descriptions say."""
    names: set[str] = set()
    waiting = [Requirement(text) for text in requirements]
    seen = {str(requirement) for requirement in waiting}
    while waiting:
        requirement = waiting.pop()
        names.add(canonicalize_name(requirement.name))
        brought = [one for one in _brought_along(requirement) if str(one) not in seen]
        seen |= {str(one) for one in brought}
        waiting += brought
    return names


def _brought_along(requirement: Requirement) -> Iterator[Requirement]:
    try:
        described = metadata.requires(requirement.name) or []
    except metadata.PackageNotFoundError:  # of another Python than this one: its name has been noted, that is enough
        return
    for text in described:
        brought = Requirement(text)
        if _applies(brought, requirement.extras):
            yield brought


def _applies(requirement: Requirement, extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate({"extra": extra, "python_version": python, "python_full_version": f"{python}.0"})
        for python in PYTHONS
        for extra in ["", *extras]
    )


def test_the_lock_holds_pinned_versions_and_no_address() -> None:
    assert not odd_lines(Tree().text(LOCK))


def test_an_address_in_a_lock_is_found() -> None:
    lines = [
        "--index-url https://example.org/simple",
        "rich @ https://example.org/rich-15.0.0.whl",
        "-e .",
        "rich>=15",
        "rich==15.0.0 --hash=sha256:00",
        "rich==15.*",
        "",
    ]
    assert odd_lines("\n".join(["# pinned", *lines, "uvicorn==0.54.0", ""])) == lines


def test_everything_that_is_installed_is_pinned() -> None:
    tree = Tree()
    project = tomllib.loads(tree.text("pyproject.toml"))
    asked = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dev"],
    ]
    found = needed(asked)
    assert {"fastapi", "starlette", "uvloop", "pytest", "flit-core"} <= found, "the law follows what is brought along"
    assert not found - pinned(tree.text(LOCK)), "scripts/lock pins these"


def test_nothing_is_pinned_that_nobody_needs() -> None:
    """What was dropped from the project would otherwise stay in the lock and look needed."""
    tree = Tree()
    project = tomllib.loads(tree.text("pyproject.toml"))
    extras = project["project"]["optional-dependencies"]["dev"]
    asked = [*project["build-system"]["requires"], *project["project"]["dependencies"], *extras]
    assert not pinned(tree.text(LOCK)) - needed(asked)


def unsure(lock: str) -> list[str]:
    """Packages of npm's lock that come without a digest, or from an address."""
    packages = json.loads(lock)["packages"]
    brought = {name: package for name, package in packages.items() if name}
    return [name for name, package in brought.items() if "resolved" in package or not _sha512(package)]


def _sha512(package: dict[str, str]) -> bool:
    return package.get("integrity", "").startswith("sha512-")


def test_what_npm_brings_is_pinned_by_its_digest_and_says_nothing_of_where_it_came_from() -> None:
    lock = Tree().text(NODE_LOCK)
    asked = json.loads(Tree().text("scripts/node/package.json"))["devDependencies"]
    assert {f"node_modules/{name}" for name in asked} <= set(json.loads(lock)["packages"])
    assert not unsure(lock)
    assert "://" not in lock


def test_a_package_of_npm_without_a_digest_or_with_an_address_is_found() -> None:
    sure = {"version": "1.0.0", "integrity": "sha512-x"}
    packages = {"": {}, "a": sure, "b": {"version": "1.0.0"}, "c": sure | {"resolved": "x"}}
    assert unsure(json.dumps({"packages": packages})) == ["b", "c"]
