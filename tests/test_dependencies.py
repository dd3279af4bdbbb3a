"""What the packages import is declared, not merely there because something else needs it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions

from tests.pipelines import PROJECT

PROJECT_FILE = tomllib.loads((PROJECT / "pyproject.toml").read_text())
PACKAGES = PROJECT_FILE["tool"]["importlinter"]["root_packages"]


def imported() -> Iterator[tuple[str, str]]:
    """Every top-level module that is imported, with the file that does."""
    for file in (file for package in PACKAGES for file in (PROJECT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from ((alias.name.split(".")[0], file.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.split(".")[0], file.name


def names(requirements: Iterable[str]) -> set[str]:
    """The distributions that requirements name."""
    return {re.split(r"[\[<>=~! ]", line)[0] for line in requirements}


def test_every_imported_distribution_is_declared() -> None:
    project = PROJECT_FILE["project"]
    declared = names(project["dependencies"])
    # Of an extra, which may be absent here, a module is known by the name that its distribution shares.
    extras = names(line for lines in project["optional-dependencies"].values() for line in lines)
    owners = packages_distributions()
    undeclared = {
        (name, file)
        for name, file in imported()
        if name not in sys.stdlib_module_names and name not in PACKAGES and name not in extras
        # A namespace such as dbt is several distributions'; one of them says enough.
        if not {owner.lower() for owner in owners.get(name, [])} & declared
    }
    assert undeclared == set()
