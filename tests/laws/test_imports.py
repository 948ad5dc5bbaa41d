"""Who may import whom. The folder is the aspect: an import against the arrows mixes two of them, and is found here
before it is found in a cycle. Each law is tried on a small tree that breaks it, for a law that cannot fail is none."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.laws.tree import Module, Tree, plant


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one part of the house may import: of our parts, and of other people's packages (None: all)."""

    ours: frozenset[str]
    others: frozenset[str] | None


def _allowed(ours: str, others: str | None) -> Allowed:
    return Allowed(frozenset(ours.split()), None if others is None else frozenset(others.split()))


LEAVES = frozenset({"watch"})  # every part may log and count
EVERY_PART = "chat wire storage live api text watch config app cli"
ALLOWED = {
    "chat": _allowed("", "jose passlib zxcvbn"),
    "wire": _allowed("chat", "pydantic pydantic_core msgspec"),
    "storage": _allowed("chat", "sqlalchemy alembic PIL"),
    "live": _allowed("chat wire", "uvicorn websockets starlette msgspec"),
    "api": _allowed("chat wire live", "fastapi starlette pydantic pydantic_core limits fastapi_swagger"),
    "text": _allowed("chat", "re2 markdown_it nh3 pygments"),
    "watch": _allowed("", "structlog prometheus_client"),
    "config": _allowed("", "pydantic pydantic_settings"),
    "app": _allowed(EVERY_PART, None),
    "cli": _allowed(EVERY_PART, None),
    "web": _allowed("", ""),
}
# Two are old and have open holes, and the third decodes what strangers bring, in a process of its own: one strict
# wrapper each, so that there is one place to look at and to replace.
ONE_MODULE_EACH = frozenset({"jose", "passlib", "PIL"})
# What is tied to uvicorn's insides is its protocols alone: serving with another server leaves just these out.
TIED_TO_UVICORN = frozenset({"service.live.handshaking", "service.live.http_protocol"})
OPTIONAL_DRIVERS = frozenset({"psycopg", "redis"})  # imported where they are first used: not everybody installs them


def part_of(module_name: str) -> str:
    """The part of the house that a module of ours belongs to: `service.chat.rooms` is of `chat`."""
    _, _, rest = module_name.partition(".")
    return rest.partition(".")[0]


def wrong_direction(tree: Tree) -> list[str]:
    """Imports that the table does not allow."""
    wrong = []
    for module in tree.modules("service").values():
        part = part_of(module.name)
        if part and part not in ALLOWED:
            wrong.append(f"{tree.place(module, 1)}: {part} is not in the table of parts")
        elif part:
            wrong += [
                f"{tree.place(module, imported.line)}: {part} may not import {imported.target}"
                for imported in module.imports
                if not _may_import(ALLOWED[part], part, imported.target)
            ]
    return wrong


def _may_import(allowed: Allowed, part: str, target: str) -> bool:
    package = target.partition(".")[0]
    if package != "service":
        return allowed.others is None or package in sys.stdlib_module_names or package in allowed.others
    other = part_of(target)
    return other in {part, "__version__"} or other in LEAVES or other in allowed.ours


def cycle(tree: Tree) -> list[str]:
    """One cycle of imports among our modules, if there is any."""
    modules = tree.modules("service")
    graph = {name: _imported(module, modules) - {name} for name, module in modules.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [str(name) for name in error.args[1]]
    return []


def _imported(module: Module, modules: dict[str, Module]) -> set[str]:
    return {name for imported in module.imports if (name := _module(imported.target, modules))}


def _module(target: str, modules: dict[str, Module]) -> str | None:
    """The module that an import names: `from a.b import c` is the module `a.b.c` or a name in `a.b`."""
    if target in modules:
        return target
    parent = target.rpartition(".")[0]
    return parent if parent in modules else None


def in_functions(tree: Tree) -> list[str]:
    """Imports inside functions, but for optional drivers: they hide a cycle, or a cost from the first request."""
    return [
        f"{tree.place(module, imported.line)}: {imported.target} is imported inside a function"
        for module in tree.modules("service").values()
        for imported in module.imports
        if imported.in_function and imported.target.partition(".")[0] not in OPTIONAL_DRIVERS
    ]


def importers(tree: Tree, package: str) -> set[str]:
    """The modules that import a package."""
    return {
        module.name
        for module in tree.modules("service").values()
        if any(imported.target.partition(".")[0] == package for imported in module.imports)
    }


def awaits(tree: Tree, folder: str) -> list[str]:
    """Where a folder's modules wait for something."""
    waiting = ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith
    return [
        tree.place(module, node.lineno)
        for module in tree.modules(folder).values()
        for node in ast.walk(module.syntax)
        if isinstance(node, waiting)
    ]


def test_each_part_imports_only_what_the_table_allows() -> None:
    tree = Tree()
    assert len(tree.modules("service")) > 40, "the law has to look at the whole service"
    assert not wrong_direction(tree)


def test_an_import_against_the_arrows_is_found(tmp_path: Path) -> None:
    tree = plant(
        tmp_path,
        {
            "service/chat/rooms.py": "import fastapi\nfrom service.storage import log\nfrom service.watch import log\n",
            "service/wire/frames.py": "from ..live import hub\nfrom service.chat.rooms import Room\nimport json\n",
            "service/attic/box.py": "",
        },
    )
    assert wrong_direction(tree) == [
        "service/attic/box.py:1: attic is not in the table of parts",
        "service/chat/rooms.py:1: chat may not import fastapi",
        "service/chat/rooms.py:2: chat may not import service.storage.log",
        "service/wire/frames.py:1: wire may not import service.live.hub",
    ]


def test_the_table_itself_has_no_way_back() -> None:
    """Were two parts allowed to import each other, the law above would say nothing of it."""
    arrows = {part: allowed.ours for part, allowed in ALLOWED.items() if part not in {"app", "cli"}}
    order = list(TopologicalSorter(arrows).static_order())
    assert order.index("chat") < order.index("wire") < order.index("live") < order.index("api")


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert not cycle(Tree())


def test_a_circle_of_imports_is_found(tmp_path: Path) -> None:
    tree = plant(
        tmp_path,
        {
            "service/chat/__init__.py": "",
            "service/chat/rooms.py": "from service.chat import members\n",
            "service/chat/members.py": "from service.chat.policy import may\n",
            "service/chat/policy.py": "if TYPE_CHECKING:\n    from .rooms import Room\n",
        },
    )
    assert set(cycle(tree)) == {"service.chat.rooms", "service.chat.members", "service.chat.policy"}


def test_nothing_is_imported_inside_a_function() -> None:
    assert not in_functions(Tree())


def test_an_import_inside_a_function_is_found(tmp_path: Path) -> None:
    source = (
        "def late():\n    import json\n    import psycopg\n\n"
        "class A:\n    async def f(self):\n        importlib.import_module('redis.asyncio')\n        __import__('os')\n"
    )
    assert in_functions(plant(tmp_path, {"service/api/late.py": source})) == [
        "service/api/late.py:2: json is imported inside a function",
        "service/api/late.py:8: os is imported inside a function",
    ]


def test_a_risky_package_is_used_in_one_module_alone() -> None:
    tree = Tree()
    for package in ONE_MODULE_EACH:
        assert len(importers(tree, package)) == 1, package


def test_only_its_protocols_know_the_insides_of_the_server() -> None:
    in_live = {name for name in importers(Tree(), "uvicorn") if part_of(name) == "live"}
    assert in_live == TIED_TO_UVICORN


def test_an_importer_is_found(tmp_path: Path) -> None:
    tree = plant(
        tmp_path, {"service/live/a.py": "from uvicorn.config import Config\n", "service/live/b.py": "import os\n"}
    )
    assert importers(tree, "uvicorn") == {"service.live.a"}


def test_wire_never_waits() -> None:
    tree = Tree()
    assert len(tree.modules("service/wire")) > 3
    assert not awaits(tree, "service/wire")


def test_waiting_in_wire_is_found(tmp_path: Path) -> None:
    tree = plant(tmp_path, {"service/wire/frames.py": "def a(): ...\n\nasync def b():\n    await c()\n"})
    assert awaits(tree, "service/wire") == ["service/wire/frames.py:3", "service/wire/frames.py:4"]
