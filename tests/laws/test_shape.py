"""Names and sizes: where a thing is found by its name, and stays small enough to be read."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.laws.tree import Tree, plant

# If a function has no home but one of these, a noun is missing.
NO_NOUNS = frozenset({"util", "utils", "helper", "helpers", "common", "misc", "base", "shared", "stuff", "tools"})
LINES_MAX = 400  # beyond it a file holds more than one noun; the ones at the centre grow unless something says stop
TOP_LEVEL = frozenset(
    {"service", "tests", "scripts", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".env.example", ".ci"}
)
TEST_FOLDERS_OF_THEIR_OWN = frozenset({"laws", "e2e", "faults", "scripts"})


def nameless(tree: Tree) -> list[str]:
    """Files and folders whose name says nothing."""
    files = tree.files("service", "tests", "scripts", suffixes=(".py", ".js", ".sh"))
    named = {part for path in files for part in _names_above(tree, path)}
    return sorted(str(path) for path in named if path.stem in NO_NOUNS)


def _names_above(tree: Tree, path: Path) -> set[Path]:
    relative = path.relative_to(tree.root)
    return {relative, *relative.parents}


def too_long(tree: Tree) -> list[str]:
    """Files of the service with more lines than a reader keeps in mind."""
    lengths = {
        path.relative_to(tree.root): len(path.read_text(encoding="utf-8").splitlines())
        for path in tree.files("service", suffixes=(".py", ".js"))
    }
    return [f"{path}: {lines} lines" for path, lines in lengths.items() if lines > LINES_MAX]


def strays(tree: Tree) -> set[str]:
    """What lies at the top and belongs elsewhere; hidden files are the tools', ignored ones no part of the project."""
    ignored = {line.strip("/") for line in tree.text(".gitignore").splitlines() if line.startswith("/")}
    return {path.name for path in tree.root.iterdir() if not path.name.startswith(".")} - TOP_LEVEL - ignored


def undescribed(tree: Tree) -> list[str]:
    """Modules that do not open by saying what lives in them."""
    return [
        str(module.path.relative_to(tree.root))
        for module in tree.modules("service", "tests", "scripts").values()
        if module.syntax.body and ast.get_docstring(module.syntax) is None
    ]


def test_every_name_is_a_noun_that_says_something() -> None:
    assert not nameless(Tree())


def test_a_name_that_says_nothing_is_found(tmp_path: Path) -> None:
    tree = plant(tmp_path, {"service/chat/utils.py": "", "service/common/rooms.py": "", "service/chat/rooms.py": ""})
    assert nameless(tree) == ["service/chat/utils.py", "service/common"]


def test_no_file_of_the_service_is_too_long_to_be_read() -> None:
    tree = Tree()
    assert len(tree.files("service", suffixes=(".js",))) > 10, "the law has to look at the web client too"
    assert not too_long(tree)


def test_a_file_that_is_too_long_is_found(tmp_path: Path) -> None:
    tree = plant(tmp_path, {"service/a.py": "a = 1\n" * 400, "service/web/b.js": "b();\n" * 401})
    assert too_long(tree) == ["service/web/b.js: 401 lines"]


def test_the_top_level_holds_what_a_visitor_looks_for_and_nothing_else() -> None:
    tree = Tree()
    assert not strays(tree)
    assert not [name for name in TOP_LEVEL if not (tree.root / name).exists()]


def test_a_stray_at_the_top_is_found(tmp_path: Path) -> None:
    tree = plant(
        tmp_path, {".gitignore": "/data/\n*.log\n", "data/a": "", "notes.txt": "", ".venv/b": "", "README.md": ""}
    )
    assert strays(tree) == {"notes.txt"}


def test_every_module_opens_by_saying_what_lives_in_it() -> None:
    assert not undescribed(Tree())


def test_a_module_that_says_nothing_of_itself_is_found(tmp_path: Path) -> None:
    tree = plant(tmp_path, {"service/a.py": "A = 1\n", "service/b.py": '"""B."""\nB = 1\n', "service/__init__.py": ""})
    assert undescribed(tree) == ["service/a.py"]


def test_the_tests_mirror_the_service() -> None:
    tree = Tree()
    parts = {path.name for path in (tree.root / "service").iterdir() if path.is_dir() or path.suffix == ".py"}
    folders = {path.relative_to(tree.root / "tests").parts[0] for path in tree.files("tests", suffixes=(".py", ".js"))}
    of_folders = {folder for folder in folders if not Path(folder).suffix}
    assert of_folders >= {"chat", "wire", "storage", "live", "api", "cli", "web"}
    assert not of_folders - TEST_FOLDERS_OF_THEIR_OWN - parts
