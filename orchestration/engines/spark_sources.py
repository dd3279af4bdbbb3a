"""The sources of the dbt project in a Spark session: external tables over landing, with the rows of the raw tables.

A raw table is a table over the Parquet files of its feed, with the columns of the feed's schema, joined with the
segments in the ledger of the build database. These were compared with their hashes when they were loaded. Segments that
land during a build are not in the ledger, so the build does not see them.

The rows of a segment have its time as `ingested_at`, and no other segment of the feed has the same time
(`ingest/landing.py`). So the join finds the segment of a row also on engines that do not know the file of a row.

Where the files would give other rows than the build database has, its rows are exported instead: when a segment is gone
or has a column in an older type, or when another file lies among the segments.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from ingest.feeds import LANDED
from ingest.landing import INGESTED_AT, NAME, Landing
from warehouse.connection import identifier, literal

TYPES = {
    "VARCHAR": "string",
    "DOUBLE": "double",
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
}
LANDED_AS: dict[str, pl.DataType] = {
    "VARCHAR": pl.String(),
    "DOUBLE": pl.Float64(),
    "BIGINT": pl.Int64(),
    "BOOLEAN": pl.Boolean(),
    "DATE": pl.Date(),
    "TIMESTAMP": pl.Datetime("us"),
}
CONTEXT = ("calendar_window", "instruments", "contract_terms")  # of the schema ops
FILES = "landing"  # the schema of the external tables
SEGMENTS = "loaded_segments"
LOADED = f"SELECT feed, {INGESTED_AT}, segment FROM raw.load_ledger WHERE row_count > 0"  # noqa: S608
SEGMENT = "segment"


def declare_sources(session: Any, connection: duckdb.DuckDBPyConnection, landing: Landing, folder: Path) -> None:  # noqa: ANN401
    """Declare `raw.<feed>` for each feed and `ops.<table>` for the context of the run; exports go below `folder`."""
    for schema in (FILES, "raw", "ops"):
        session.sql(f"create database if not exists {schema}")
    _export(session, connection, LOADED, folder / SEGMENTS, SEGMENTS)
    for name in CONTEXT:
        _export(session, connection, f"SELECT * FROM ops.{name}", folder / name, name)  # noqa: S608
        session.sql(f"create or replace view ops.{name} as select * from {FILES}.{name}")  # noqa: S608
    loaded = _loaded_segments(connection)
    for feed in LANDED:
        everything = f"SELECT * FROM raw.{identifier(feed.name)}"  # noqa: S608 - quoted
        of_rows = {name: kind for name, kind in _columns(connection, everything).items() if name != SEGMENT}
        if _holds_what_is_loaded(landing.directory / feed.name, of_rows, loaded.get(feed.name, set())):
            _external_table(session, feed.name, of_rows, landing.directory / feed.name)
            same_time = f"loaded.feed = '{feed.name}' and landed.{INGESTED_AT} = loaded.{INGESTED_AT}"
            joined = f"{FILES}.{feed.name} as landed inner join {FILES}.{SEGMENTS} as loaded on {same_time}"
            query = f"select landed.*, loaded.{SEGMENT} from {joined}"  # noqa: S608
        else:
            _export(session, connection, everything, folder / feed.name, feed.name)
            query = f"select * from {FILES}.{feed.name}"  # noqa: S608
        session.sql(f"create or replace view raw.{feed.name} as {query}")


def _loaded_segments(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """The names of the files with rows, by feed."""
    found: dict[str, set[str]] = {}
    for feed, _, segment in connection.execute(LOADED).fetchall():
        found.setdefault(feed, set()).add(segment.partition("/")[2])
    return found


def _columns(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, str]:
    """Name and SQL type of each column of a query."""
    return {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE {query}").fetchall()}


def _holds_what_is_loaded(folder: Path, columns: dict[str, str], loaded: set[str]) -> bool:
    """Whether an engine finds the loaded rows in the files of a folder, and no file that it cannot read.

    Columns that a segment lacks are null in both.
    """
    visible = {file for file in os.listdir(folder) if file[0] not in "._"} if folder.is_dir() else set()
    named = [NAME.fullmatch(file) for file in visible]
    moments = {found["stamp"] for found in named if found}
    if not loaded or not loaded <= visible or len(moments) != len(visible):
        return False
    expected = {name: LANDED_AS[kind] for name, kind in columns.items()}
    return all(
        expected.get(name, kind) == kind
        for file in sorted(visible)
        for name, kind in pl.read_parquet_schema(folder / file).items()
    )


def _export(session: Any, connection: duckdb.DuckDBPyConnection, query: str, folder: Path, name: str) -> None:  # noqa: ANN401
    """Write the rows of a query over the build database to `folder`, and declare them as an external table."""
    folder.mkdir(parents=True)
    connection.execute(f"COPY ({query}) TO {literal(str(folder / '0.parquet'))} (FORMAT parquet)")
    _external_table(session, name, _columns(connection, query), folder)


def _external_table(session: Any, name: str, columns: dict[str, str], folder: Path) -> None:  # noqa: ANN401
    typed = ", ".join(f"`{column}` {TYPES[kind]}" for column, kind in columns.items())
    session.sql(f"drop table if exists {FILES}.{name}")  # of an earlier session on the same server
    session.sql(f"create table {FILES}.{name} ({typed}) using parquet location {_location(folder)}")


def _location(folder: Path) -> str:
    """The address of a folder as a literal of Spark's SQL. Spark itself encodes what an address may not have."""
    escaped = str(folder.absolute()).replace("\\", r"\\").replace("'", r"\'")
    return f"'file://{escaped}'"
