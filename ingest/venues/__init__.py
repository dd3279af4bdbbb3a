"""One folder for each venue: catalogue, address, feeds, and a stream if it is recorded. No venue imports another."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parent


def each(module: str) -> Iterator[tuple[str, ModuleType]]:
    """Yield (venue, its module of that name) for every venue that has one, in order of the venues' names."""
    for file in sorted(FOLDER.glob(f"*/{module}.py")):
        yield file.parent.name, import_module(f"{__name__}.{file.parent.name}.{module}")
