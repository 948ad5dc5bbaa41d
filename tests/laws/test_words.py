"""Nothing unfinished is checked in: a part is whole, or it is not there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.laws.tree import Tree, plant

SUFFIXES = (".py", ".js", ".css", ".html", ".md", ".sh", ".toml", "")
# Written so that this page does not find itself.
UNFINISHED = re.compile(
    r"\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K|WI[P]|NotImplemente[d]Error)\b"
    r"|\b((enough|just) [f]or now|[f]or now[:;)]|not (yet )?implemente[d]|placeholde[r] for)"
)


def unfinished(tree: Tree) -> list[str]:
    """Where words of unfinished work stand."""
    return [
        f"{path.relative_to(tree.root)}:{number}: {line.strip()}"
        for path in tree.files("service", "tests", "scripts", suffixes=SUFFIXES)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]


def empty_bodies(tree: Tree) -> list[str]:
    """Functions that do nothing: `...` belongs to protocols alone, `pass` to nothing but an empty class."""
    found = []
    for module in tree.modules("service").values():
        for owner in ast.walk(module.syntax):
            if isinstance(owner, ast.ClassDef) and _is_protocol(owner):
                continue
            found += [
                f"{tree.place(module, node.lineno)}: {node.name}"
                for node in ast.iter_child_nodes(owner)
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _does_nothing(node)
            ]
    return found


def _is_protocol(node: ast.ClassDef) -> bool:
    return any("Protocol" in ast.unparse(base) for base in node.bases)


def _does_nothing(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether there is nothing below the signature, not even a docstring that says why nothing is to be done."""
    overload = any("overload" in ast.unparse(decorator) for decorator in node.decorator_list)
    return not overload and all(
        isinstance(statement, ast.Pass) or ast.unparse(statement) == "..." for statement in node.body
    )


def test_no_word_of_unfinished_work_stands_anywhere() -> None:
    tree = Tree()
    assert len(tree.files("service", "tests", "scripts", suffixes=SUFFIXES)) > 100
    assert not unfinished(tree)


def test_words_of_unfinished_work_are_found(tmp_path: Path) -> None:
    words = [
        "TO" + "DO: gates",
        "good enough " + "for" + " now",
        "it is not " + "implemented",
        "now for now, then in pairs",
    ]
    tree = plant(tmp_path, {"service/web/a.js": "\n".join(f"// {word}" for word in words)})
    assert [line.split(":")[1] for line in unfinished(tree)] == ["1", "2", "3"]


def test_no_function_is_empty() -> None:
    assert not empty_bodies(Tree())


def test_an_empty_function_is_found(tmp_path: Path) -> None:
    source = (
        "class Port(Protocol):\n    def a(self): ...\n\n"
        "class B:\n    def b(self): ...\n    def c(self):\n        pass\n    def d(self):\n        'Nothing to do.'\n"
    )
    found = empty_bodies(plant(tmp_path, {"service/chat/ports.py": source}))
    assert found == ["service/chat/ports.py:5: b", "service/chat/ports.py:6: c"]
