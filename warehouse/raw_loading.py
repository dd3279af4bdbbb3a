"""Loading landed segments into the raw tables. The rows of a segment and its ledger row are one transaction."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import BinaryIO

import duckdb
import polars as pl

from ingest.coverage import Part
from ingest.errors import IngestError
from ingest.feed import Feed
from ingest.feeds import LANDED
from ingest.landing import QUARANTINE, RECORDS, Landing, Segment
from warehouse.connection import first_row, identifier, naive_utc, transaction

PARTS_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "feed": pl.String,
    "series": pl.String,
    "channel": pl.String,
    "start_at": pl.Datetime("us"),
    "end_at": pl.Datetime("us"),
    "row_count": pl.Int64,
    "url": pl.String,
    "sha256": pl.String,
    "is_absent": pl.Boolean,
    "answered_at": pl.Datetime("us"),
    "segment": pl.String,
}


def load_segments(connection: duckdb.DuckDBPyConnection, landing: Landing, feed: Feed | None = None) -> int:
    """Load the segments that are not in the ledger yet, oldest first; returns the number of rows loaded.

    With `feed`, only its segments and the quarantined rows; else those of every feed, and the published revisions.

    Raises IngestError when a segment cannot be read. Segments loaded before it stay loaded.
    """
    folders = [feed.name, QUARANTINE] if feed else [*(f.name for f in LANDED), *RECORDS]
    ledger = connection.execute("SELECT segment FROM raw.load_ledger WHERE list_contains(?, feed)", [folders])
    loaded = {name for (name,) in ledger.fetchall()}
    return sum(_load_segment(connection, landing, segment) for segment in landing.segments(folders, loaded))


def _load_segment(connection: duckdb.DuckDBPyConnection, landing: Landing, segment: Segment) -> int:
    path, parts = landing.path(segment), landing.parts(segment)
    try:
        with path.open("rb") as file:
            return _load_rows(connection, segment, file, parts)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise IngestError(
            f"{segment.name} is not readable: {error}; restore it from a backup, or move it away"
        ) from error


def _load_rows(connection: duckdb.DuckDBPyConnection, segment: Segment, file: BinaryIO, parts: Iterable[Part]) -> int:
    landed = pl.read_parquet_schema(file)
    # By its descriptor: in a path, [, * and ? stand for other files.
    opened = f"/proc/self/fd/{file.fileno()}"
    if lost := _required_columns(segment.feed) - set(landed):
        raise IngestError(
            f"{segment.name} lacks {', '.join(sorted(lost))}, which its feed now requires;"
            " move it away, and the next run fetches it again"
        )
    existing = {name for name, *_ in connection.execute(f"DESCRIBE raw.{identifier(segment.feed)}").fetchall()}
    columns = ", ".join(identifier(name) for name in landed if name in existing)
    with transaction(connection):
        connection.execute(
            f"INSERT INTO raw.{identifier(segment.feed)} ({columns}, segment) SELECT {columns}, ? FROM read_parquet(?)",  # noqa: S608
            [segment.name, opened],
        )
        (count,) = first_row(connection, "SELECT count(*) FROM read_parquet(?)", [opened]) or (0,)
        connection.execute(
            "INSERT INTO raw.load_ledger VALUES (?, ?, ?, ?, ?, ?)",
            [
                segment.name,
                segment.feed,
                count,
                os.fstat(file.fileno()).st_size,
                naive_utc(segment.ingested_at),
                naive_utc(datetime.now(UTC)),
            ],
        )
        _write_parts(connection, segment, parts)
    return int(count)


def _required_columns(feed: str) -> set[str]:
    """The columns that a segment must have. Nullable ones may have been added after old segments were landed."""
    if feed in RECORDS:
        return set()
    (found,) = (one for one in LANDED if one.name == feed)
    return {name for name, column in found.schema.columns.items() if not column.nullable}


def _write_parts(connection: duckdb.DuckDBPyConnection, segment: Segment, parts: Iterable[Part]) -> None:
    rows = [
        (
            segment.feed,
            part.series,
            part.channel,
            naive_utc(part.window.start),
            naive_utc(part.window.end),
            part.rows,
            part.url,
            part.sha256,
            part.absent,
            naive_utc(part.answered_at) if part.answered_at else None,
            segment.name,
        )
        for part in parts
    ]
    connection.register("parts_of_segment", pl.DataFrame(rows, schema=PARTS_SCHEMA, orient="row"))
    connection.execute("INSERT INTO ops.coverage BY NAME SELECT * FROM parts_of_segment")
    connection.unregister("parts_of_segment")
