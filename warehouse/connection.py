"""Opening the databases, read-write for the pipeline and read-only for everybody else, and helpers for their SQL."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse.duckdb_paths import openable
from warehouse.errors import WarehouseError, WarehouseLocked

MEMORY_LIMIT = "600MB"  # a full rebuild stays under 1 GB together with Python, Polars and Dagster; also in profiles.yml
REBUILD_ADVICE = "if it is damaged, delete it, and the next run rebuilds it from landing/"
LOCK_PATIENCE_SECONDS = 10.0  # a process that is being killed releases the file within this time


@contextmanager
def build_database(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build database, open for reading and writing during the block.

    Raises WarehouseLocked while another process has it open, WarehouseError when it cannot be opened.
    """
    connection = _open_build(path)
    try:
        yield connection
    finally:
        connection.close()


def _open_build(path: Path) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    while True:
        try:
            connection = duckdb.connect(path, config={"memory_limit": MEMORY_LIMIT})
            connection.execute("SET TimeZone = 'UTC'")
            return connection
        except duckdb.IOException as error:
            if "could not set lock" not in str(error).lower():
                raise WarehouseError(f"cannot open {path}: {_first_line(error)}; {REBUILD_ADVICE}") from error
            if time.monotonic() >= deadline:
                raise WarehouseLocked(
                    f"another process has {path} open; only the pipeline may open it, others read published/"
                ) from error
            time.sleep(0.1)
        except duckdb.Error as error:
            raise WarehouseError(f"cannot open {path}: {_first_line(error)}; {REBUILD_ADVICE}") from error


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run the block in one transaction: commit at its end, roll back when it raises."""
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
    with openable(path) as opened:
        try:
            connection = duckdb.connect(opened, read_only=True)
        except duckdb.Error as error:
            raise WarehouseError(f"cannot open {path}: {_first_line(error)}; run: leverage run") from error
        try:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET enable_external_access = false")  # a query can read this file and no other
            connection.execute("SET lock_configuration = true")
            yield connection
        finally:
            connection.close()


def first_row(connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    """The first row of a query, or None. Fetches all rows, because DuckDB keeps a half-read connection busy."""
    rows = connection.execute(query, list(values)).fetchall()
    return rows[0] if rows else None


def identifier(name: str) -> str:
    """`name` quoted as an SQL identifier, whatever it contains."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` quoted as an SQL string, for statements that take no parameters (COMMENT, ATTACH, COPY)."""
    return "'" + text.replace("'", "''") + "'"


def naive_utc(moment: datetime) -> datetime:
    """A time with a time zone as the TIMESTAMP that is stored: in UTC, without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def aware_utc(stored: datetime) -> datetime:
    """A stored TIMESTAMP as a time in UTC with its time zone."""
    return stored.replace(tzinfo=UTC)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
