"""Opening the database of a release so that a query can read it and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.odd_paths import openable

NAME = "published"  # of the release, as DuckDB knows it
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "temp_directory": "",  # nothing is written, not even what does not fit into memory
    "python_enable_replacements": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@contextmanager
def opened(database: Path, memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads `database` during the block: no other file, no network, no change of configuration.

    `memory_limit` is in DuckDB's form, such as 512MB. Raises duckdb.Error and OSError when it cannot be opened.
    """
    with openable(database) as path, duckdb.connect(":memory:", config={**CONFIG, "memory_limit": memory_limit}) as db:
        db.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS {NAME} (READ_ONLY)")
        db.execute(f"USE {NAME}")
        db.execute("SET TimeZone = 'UTC'")
        db.execute("SET enable_external_access = false")
        db.execute("SET lock_configuration = true")
        yield db


def quoted(name: str) -> str:
    """`name` as an SQL identifier, whatever it contains."""
    return '"' + name.replace('"', '""') + '"'
