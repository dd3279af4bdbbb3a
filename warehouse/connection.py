"""Opening the databases: the build database for the one writer, the published one for everybody, read-only."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from warehouse.errors import WarehouseError, WarehouseLocked

MEMORY_LIMIT = "600MB"  # a full rebuild stays under 1 GB with Python, Polars and Dagster beside it
REBUILT = "if it is damaged, delete it, and the next run rebuilds it from landing/"
PATIENCE = 10.0  # seconds for a dying process to let go of the file


@contextmanager
def build_database(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build database, read and write, closed with the block. Raises WarehouseLocked while another has it open."""
    connection = _open_build(path)
    try:
        yield connection
    finally:
        connection.close()


def _open_build(path: Path) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection = duckdb.connect(path, config={"memory_limit": MEMORY_LIMIT})
            connection.execute("SET TimeZone = 'UTC'")
            return connection
        except duckdb.IOException as error:
            if "could not set lock" not in str(error).lower():
                raise WarehouseError(f"cannot open {path}: {_first_line(error)}; {REBUILT}") from error
            if time.monotonic() >= deadline:
                raise WarehouseLocked(
                    f"another process has {path} open; only the pipeline may, others read published/"
                ) from error
            time.sleep(0.1)
        except duckdb.Error as error:
            raise WarehouseError(f"cannot open {path}: {_first_line(error)}; {REBUILT}") from error


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of the block or nothing of it."""
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


@contextmanager
def published_database(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database of one release, read-only. Raises WarehouseError when it cannot be opened."""
    try:
        connection = duckdb.connect(path, read_only=True)
    except duckdb.Error as error:
        raise WarehouseError(f"cannot open {path}: {_first_line(error)}; run: leverage run") from error
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_external_access = false")  # a query reads this file and touches no other
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


def first_row(connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    """The first row of a query, None without one. Reads to the end: DuckDB keeps a half-read connection busy."""
    rows = connection.execute(query, list(values)).fetchall()
    return rows[0] if rows else None


def identifier(name: str) -> str:
    """`name` quoted for SQL, whatever it contains."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as an SQL string, for the statements that take no parameters (COMMENT, ATTACH, COPY)."""
    return "'" + text.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
