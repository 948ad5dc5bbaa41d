"""The checkout as the laws see it: its files, their syntax trees, and who imports whom. No law stands here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Import:
    """One name that one module imports: where it stands, and the dotted name in full."""

    line: int
    target: str
    in_function: bool


@dataclass(frozen=True)
class Module:
    """One Python file."""

    path: Path
    name: str
    is_package: bool

    @cached_property
    def text(self) -> str:
        """The source."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def syntax(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.text, str(self.path))

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """All imports, also those inside functions and those for types alone: a dependency is one either way."""
        return tuple(self._imports(self.syntax, in_function=False))

    def _imports(self, node: ast.AST, *, in_function: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(child.lineno, alias.name, in_function)
            elif isinstance(child, ast.ImportFrom):
                source = self._absolute(child)
                for alias in child.names:
                    yield Import(child.lineno, f"{source}.{alias.name}", in_function)
            elif isinstance(child, ast.Call) and called(child) in {"import_module", "__import__"}:
                yield Import(child.lineno, _dynamic_target(child), in_function)
            inside = in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from self._imports(child, in_function=inside)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name.split(".")
        kept = len(package) - node.level + (1 if self.is_package else 0)
        return ".".join([*package[:kept], *([node.module] if node.module else [])])


def called(call: ast.Call) -> str:
    """The last name of what is called: `sleep` of both `sleep(1)` and `time.sleep(1)`."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _dynamic_target(node: ast.Call) -> str:
    match node:
        case ast.Call(args=[ast.Constant(value=str(target)), *_]):
            return target
    return "?"


@cache
def _read(path: Path, name: str, is_package: bool) -> Module:
    """One module for all laws that look at it, so that it is parsed once."""
    return Module(path, name, is_package)


@dataclass(frozen=True)
class Tree:
    """All that stands below one root; the checkout by default, a fixture where a law itself is tested."""

    root: Path = ROOT

    def files(self, *folders: str, suffixes: tuple[str, ...]) -> list[Path]:
        """The files below these folders with these endings, without what tools leave in hidden folders."""
        found = [
            path
            for folder in folders
            for path in (self.root / folder).rglob("*")
            if path.is_file() and path.suffix in suffixes and not self._hidden(path)
        ]
        return sorted(found)

    def modules(self, *folders: str) -> dict[str, Module]:
        """The Python modules below these folders, by dotted name."""
        modules: dict[str, Module] = {}
        for path in self.files(*folders, suffixes=(".py",)):
            parts = path.relative_to(self.root).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            modules[name] = _read(path, name, is_package)
        return modules

    def text(self, path: str) -> str:
        """One file's text."""
        return (self.root / path).read_text(encoding="utf-8")

    def place(self, module: Module, line: int) -> str:
        """Where something stands, as an editor takes it."""
        return f"{module.path.relative_to(self.root)}:{line}"

    def _hidden(self, path: Path) -> bool:
        return any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(self.root).parts)


def plant(root: Path, files: dict[str, str]) -> Tree:
    """A small tree to test a law on: its files by path."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree(root)
