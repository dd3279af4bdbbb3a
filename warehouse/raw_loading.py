"""Loading landed segments into the raw tables. The rows of a segment and its ledger row are one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb
import polars as pl

from ingest.coverage import Part
from ingest.errors import IngestError, SegmentDamaged
from ingest.feed import Feed
from ingest.feeds import LANDED
from ingest.landing import QUARANTINE, RECORDS, FileState, Landed, Landing, Segment
from warehouse.connection import identifier, naive_utc, transaction
from warehouse.landing_damage import ALL_FOLDERS, set_aside_segment

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


@dataclass(frozen=True)
class _Read:
    """A segment with its file as it was before reading; `landed` is None when it is damaged."""

    segment: Segment
    file: FileState
    landed: Landed | None


def load_segments(
    connection: duckdb.DuckDBPyConnection,
    landing: Landing,
    feed: Feed | None = None,
    *,
    folders: Collection[str] | None = None,
    since: date = date.min,
) -> int:
    """Load the segments that are not in the ledger yet, oldest first; returns the number of rows loaded.

    With `feed`, only its segments and the quarantined rows, with `folders` only those of these folders; else those of
    every feed, and what was published. Segments whose window ends before the day `since` are left where they are.

    A damaged segment is moved aside and noted. Raises IngestError when one cannot be opened or lacks a column;
    segments loaded before it stay loaded.
    """
    folders = [feed.name, QUARANTINE] if feed else list(ALL_FOLDERS if folders is None else folders)
    ledger = connection.execute("SELECT segment FROM raw.load_ledger WHERE list_contains(?, feed)", [folders])
    loaded = {name for (name,) in ledger.fetchall()}
    new = [segment for segment in landing.segments(folders, loaded) if segment.last_day >= since]
    rows = 0
    for read in _read_ahead(landing, new):
        if read.landed is None:
            set_aside_segment(landing, read.segment, "its rows are left out, and asked for again")
        else:
            rows += _load_segment(connection, read.segment, read.file, read.landed)
    return rows


def _read_ahead(landing: Landing, segments: Iterable[Segment]) -> Iterator[_Read]:
    """Yield the segments as they are read. While one is loaded, the next is read and compared with its hash."""
    with ThreadPoolExecutor(1, thread_name_prefix="segment") as pool:
        begun = (pool.submit(_read, landing, segment) for segment in segments)
        reading = next(begun, None)
        while reading:
            read = reading.result()
            reading = next(begun, None)
            yield read


def _read(landing: Landing, segment: Segment) -> _Read:
    file = landing.file(segment)
    try:
        return _Read(segment, file, landing.read(segment))
    except SegmentDamaged:
        return _Read(segment, file, None)


def _load_segment(connection: duckdb.DuckDBPyConnection, segment: Segment, file: FileState, landed: Landed) -> int:
    if lost := _required_columns(segment.feed) - set(landed.rows.columns):
        raise IngestError(
            f"{segment.name} lacks {', '.join(sorted(lost))}, which its feed now requires;"
            " move it away, and the next run fetches it again"
        )
    existing = {name for name, *_ in connection.execute(f"DESCRIBE raw.{identifier(segment.feed)}").fetchall()}
    columns = ", ".join(identifier(name) for name in landed.rows.columns if name in existing)
    connection.register("landed_rows", landed.rows)
    with transaction(connection):
        connection.execute(
            f"INSERT INTO raw.{identifier(segment.feed)} ({columns}, segment) SELECT {columns}, ? FROM landed_rows",  # noqa: S608
            [segment.name],
        )
        connection.execute(
            "INSERT INTO raw.load_ledger VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                segment.name,
                segment.feed,
                landed.rows.height,
                file.size,
                naive_utc(segment.ingested_at),
                naive_utc(datetime.now(UTC)),
                file.modified_ns,
            ],
        )
        _write_parts(connection, segment, landed.parts)
    connection.unregister("landed_rows")
    return landed.rows.height


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
