"""What the service imports is asked for in pyproject.toml, and what is asked for there is used: a package that is there
by chance is gone one day, and one that is there for nothing is one more to trust."""

from __future__ import annotations

import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.laws.tree import Tree, plant

# Packages that are a part of one that is asked for, as its documentation has it.
PARTS_OF_ANOTHER = {
    "dotenv": "pydantic-settings",
    "pydantic_core": "pydantic",
    "starlette": "fastapi",
    "uvloop": "uvicorn",
}
USED_WITHOUT_AN_IMPORT = {
    "argon2-cffi": "passlib hashes with it",
    "fastapi-swagger": "its files are served at /docs",
    "python-multipart": "fastapi wants it where a route takes a form",
}


def imported(tree: Tree) -> set[str]:
    """The packages of others that the service imports."""
    packages = {
        found.target.partition(".")[0] for module in tree.modules("service").values() for found in module.imports
    }
    return packages - set(sys.stdlib_module_names) - {"service"}


def asked_for(tree: Tree) -> set[str]:
    """The distributions that pyproject.toml names for running the service."""
    project = tomllib.loads(tree.text("pyproject.toml"))["project"]
    return {canonicalize_name(Requirement(text).name) for text in project["dependencies"]}


def distributions(packages: set[str]) -> dict[str, str]:
    """Which distribution each package is of."""
    known = metadata.packages_distributions()
    return {
        package: canonicalize_name(PARTS_OF_ANOTHER.get(package) or known.get(package, ["?"])[0])
        for package in packages
    }


def by_chance(tree: Tree) -> set[str]:
    """Packages that are imported and not asked for."""
    asked = asked_for(tree)
    return {package for package, distribution in distributions(imported(tree)).items() if distribution not in asked}


def for_nothing(tree: Tree) -> set[str]:
    """Distributions that are asked for and not used."""
    used = set(distributions(imported(tree)).values())
    return asked_for(tree) - used - set(USED_WITHOUT_AN_IMPORT)


def test_what_is_imported_is_asked_for() -> None:
    tree = Tree()
    assert len(imported(tree)) >= 15
    assert not by_chance(tree)


def test_what_is_asked_for_is_used() -> None:
    assert not for_nothing(Tree())


def test_a_package_that_is_there_by_chance_and_one_for_nothing_are_found(tmp_path: Path) -> None:
    tree = plant(
        tmp_path,
        {
            "pyproject.toml": '[project]\ndependencies = ["fastapi>=0.1", "Rich[jupyter]>=15", "argon2-cffi<26"]\n',
            "service/api/app.py": "import fastapi\nfrom starlette import routing\nimport pytest, json, nowhere\n",
        },
    )
    assert by_chance(tree) == {"pytest", "nowhere"}
    assert for_nothing(tree) == {"rich"}
