"""What makes a test worth its time: it asserts something, it always runs, and it does not wait for a clock."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.laws.tree import Module, Tree, called, plant

Function = ast.FunctionDef | ast.AsyncFunctionDef

SLEEPS = frozenset({"sleep", "wait_for_timeout"})
# Real processes and browsers answer when they do: there one looks again, in a loop that is bounded, until they have.
MAY_LOOK_AGAIN = ("tests/e2e/", "tests/faults/", "tests/scripts/")
SKIPS = frozenset({"skip", "skipif", "xfail", "importorskip"})
ASSERTS = frozenset({"raises", "warns", "expect", "run_state_machine_as_test", "check_returncode"})
SCRIPT_SLEEP = re.compile(r"await\s+new\s+Promise\([^)]*\)?\s*=>\s*(globalThis\.|window\.)?setTimeout\(")


def sleeping(tree: Tree) -> list[str]:
    """Tests that let time pass and hope."""
    found = []
    for module in tree.modules("tests").values():
        may_look_again = str(module.path.relative_to(tree.root)).startswith(MAY_LOOK_AGAIN)
        for node, in_loop in _with_loops(module.syntax, in_loop=False):
            if _sleeps(node) and not (may_look_again and in_loop):
                found.append(tree.place(module, node.lineno))
    for path in tree.files("tests", suffixes=(".js",)):
        text = path.read_text(encoding="utf-8")
        lines = [text.count("\n", 0, match.start()) + 1 for match in SCRIPT_SLEEP.finditer(text)]
        found += [f"{path.relative_to(tree.root)}:{line}" for line in lines]
    return found


def _with_loops(node: ast.AST, *, in_loop: bool) -> Iterator[tuple[ast.Call, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, in_loop
        yield from _with_loops(child, in_loop=in_loop or isinstance(child, ast.While | ast.For | ast.AsyncFor))


def _sleeps(call: ast.Call) -> bool:
    """Whether this waits: `sleep(0)` does not, it only lets the others on the loop run."""
    argument = call.args[0] if call.args else None
    yields = isinstance(argument, ast.Constant) and argument.value == 0
    return called(call) in SLEEPS and not yields


def skipped(tree: Tree) -> list[str]:
    """Tests that may not run, and say so too late or not at all."""
    return [
        tree.place(module, node.lineno)
        for module in tree.modules("tests").values()
        for node in ast.walk(module.syntax)
        if isinstance(node, ast.Attribute) and node.attr in SKIPS and "pytest" in ast.unparse(node)
    ]


def vacuous(tree: Tree) -> list[str]:
    """Tests that assert nothing, and assertions that cannot fail."""
    modules = tree.modules("tests")
    asserting = _asserting_names(modules)
    found = []
    for module in modules.values():
        for node in ast.walk(module.syntax):
            if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant | ast.Tuple):
                found.append(f"{tree.place(module, node.lineno)}: this cannot fail")
            if isinstance(node, Function) and _is_test(module, node) and not _asserts(node, asserting):
                found.append(f"{tree.place(module, node.lineno)}: {node.name} asserts nothing")
    return found


def _is_test(module: Module, node: Function) -> bool:
    return node.name.startswith("test_") and module.path.name.startswith("test_")


def _asserting_names(modules: dict[str, Module]) -> frozenset[str]:
    """The functions of the tests that assert, by themselves or by what they call."""
    functions = [n for module in modules.values() for n in ast.walk(module.syntax) if isinstance(n, Function)]
    names = ASSERTS
    while True:
        wider = names | {function.name for function in functions if _asserts(function, names)}
        if wider == names:
            return names
        names = wider


def _asserts(function: Function, names: frozenset[str]) -> bool:
    return any(
        isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and _demands(called(node), names))
        for node in ast.walk(function)
    )


def _demands(name: str, names: frozenset[str]) -> bool:
    """Whether a call is an assertion: one of the tests' own, or a `require…` of the service, which raises."""
    return name in names or name.startswith("require")


def test_no_test_sleeps() -> None:
    tree = Tree()
    assert len(tree.modules("tests")) > 40, "the law has to look at all tests"
    assert not sleeping(tree)


def test_a_test_that_sleeps_is_found(tmp_path: Path) -> None:
    looking_again = "def until(ready):\n    for _ in range(100):\n        time.sleep(0.05)\n\ntime.sleep(1)\n"
    tree = plant(
        tmp_path,
        {
            "tests/live/test_hub.py": "async def test_a():\n    await asyncio.sleep(0)\n    await asyncio.sleep(0.1)\n",
            "tests/live/test_room.py": looking_again,
            "tests/e2e/server.py": looking_again,
            "tests/e2e/browser/test_page.py": "page.wait_for_timeout(500)\n",
            "tests/web/page.test.js": "it('waits', async () => {\n  await new Promise((f) => setTimeout(f, 9));\n});\n",
        },
    )
    assert sleeping(tree) == [
        "tests/e2e/browser/test_page.py:1",
        "tests/e2e/server.py:5",
        "tests/live/test_hub.py:3",
        "tests/live/test_room.py:3",
        "tests/live/test_room.py:5",
        "tests/web/page.test.js:2",
    ]


def test_no_test_is_skipped() -> None:
    assert not skipped(Tree())


def test_a_test_that_is_skipped_is_found(tmp_path: Path) -> None:
    source = "@pytest.mark.skipif(True, reason='')\ndef test_a():\n    pytest.importorskip('redis')\n    line.skip()\n"
    tree = plant(tmp_path, {"tests/live/test_bus.py": source})
    assert skipped(tree) == ["tests/live/test_bus.py:1", "tests/live/test_bus.py:3"]


def test_every_test_asserts_something_that_could_be_otherwise() -> None:
    assert not vacuous(Tree())


def test_a_test_that_cannot_fail_is_found(tmp_path: Path) -> None:
    tree = plant(
        tmp_path,
        {
            "tests/chat/test_a.py": "def test_a():\n    assert True\n\ndef test_b():\n    assert (1, 'said so')\n",
            "tests/chat/test_b.py": "def test_c():\n    send('hello')\n\ndef test_d():\n    said('hello')\n",
            "tests/chat/talk.py": "def said(text):\n    heard(text)\n\ndef heard(text):\n    assert text\n",
            "tests/chat/test_c.py": "def test_e():\n    with pytest.raises(ValueError):\n        send('')\n",
        },
    )
    assert vacuous(tree) == [
        "tests/chat/test_a.py:2: this cannot fail",
        "tests/chat/test_a.py:5: this cannot fail",
        "tests/chat/test_b.py:1: test_c asserts nothing",
    ]
