"""Queries for what the raw tables hold of a feed: covered windows, archives, first and last row."""

from __future__ import annotations

from datetime import date, datetime
from itertools import groupby
from operator import itemgetter

import duckdb

from ingest.coverage import Absence, Coverage, Part
from ingest.feed import Feed
from ingest.windows import Window
from warehouse.connection import aware_utc, first_row, identifier, naive_utc

# Where the held windows begin and end. A moment at which one part ends and the next begins drops out, so that years of
# daily parts are a few rows, and only these become Python objects.
EDGES = """
    WITH parts AS (SELECT series, channel, start_at, end_at FROM ops.coverage WHERE feed = ? AND NOT is_absent),
    edges AS (
        SELECT series, channel, start_at AS moment, 1 AS parts FROM parts
        UNION ALL
        SELECT series, channel, end_at, -1 FROM parts
    )
    SELECT series, channel, moment, sum(parts) AS begun
    FROM edges
    GROUP BY series, channel, moment
    HAVING begun <> 0
    ORDER BY series, channel, moment
"""
ABSENCES = """
    SELECT series, channel, start_at, end_at, min(answered_at), max(answered_at)
    FROM ops.coverage WHERE feed = ? AND is_absent
    GROUP BY series, channel, start_at, end_at
"""
ARCHIVES = """
    SELECT part.series, part.start_at, part.end_at, part.row_count, part.url, part.sha256
    FROM ops.coverage AS part JOIN raw.load_ledger AS loaded ON loaded.segment = part.segment
    WHERE part.feed = ? AND part.channel = 'archive' AND part.sha256 IS NOT NULL AND part.end_at > ?
    QUALIFY row_number() OVER (PARTITION BY part.url ORDER BY loaded.ingested_at DESC) = 1
    ORDER BY part.url
"""
INBOX_FILES = "SELECT DISTINCT sha256 FROM ops.coverage WHERE feed = ? AND channel = 'inbox' AND sha256 IS NOT NULL"


def feed_coverage(connection: duckdb.DuckDBPyConnection, feed: str) -> Coverage:
    """The windows that the loaded segments of `feed` cover, the absences, and the user's files that they hold."""
    held = Coverage()
    for (series, channel), edges in groupby(connection.execute(EDGES, [feed]).fetchall(), itemgetter(0, 1)):
        windows, open_parts = [], 0
        for *_, moment, begun in edges:
            if open_parts == 0:
                start = aware_utc(moment)
            open_parts += begun
            if open_parts == 0:
                windows.append(Window(start, aware_utc(moment)))
        held.hold(series, channel, windows)
    for series, channel, *moments in connection.execute(ABSENCES, [feed]).fetchall():
        start, end, first, last = map(aware_utc, moments)
        held.lack(series, channel, Window(start, end), Absence(first, last))
    held.know_content(sha256 for (sha256,) in connection.execute(INBOX_FILES, [feed]).fetchall())
    return held


def loaded_archives(connection: duckdb.DuckDBPyConnection, feed: Feed, since: datetime) -> tuple[Part, ...]:
    """The archives of `feed` whose windows end after `since`, each with the checksum of its newest version."""
    found = connection.execute(ARCHIVES, [feed.name, naive_utc(since)]).fetchall()
    return tuple(
        Part(series, "archive", Window(aware_utc(start), aware_utc(end)), rows, url, sha256)
        for series, start, end, rows, url, sha256 in found
    )


def last_ingested_at(connection: duckdb.DuckDBPyConnection, feed: Feed) -> datetime | None:
    """When the newest loaded segment of `feed` was fetched (UTC), or None."""
    (moment,) = first_row(connection, "SELECT max(ingested_at) FROM raw.load_ledger WHERE feed = ?", [feed.name]) or (
        None,
    )
    return aware_utc(moment) if moment else None


def observed_range(connection: duckdb.DuckDBPyConnection, feed: Feed) -> tuple[datetime | None, datetime | None, int]:
    """First and last observation (UTC, naive) and number of rows of a feed's raw table."""
    observed, table = identifier(feed.observed), f"raw.{identifier(feed.name)}"
    # min and max read the whole table after a load; this reads only the row groups that can have an end.
    ends = (f"(SELECT {observed}::TIMESTAMP FROM {table} ORDER BY {observed} {way} LIMIT 1)" for way in ("ASC", "DESC"))  # noqa: S608
    query = f"SELECT {', '.join(ends)}, (SELECT count(*) FROM {table})"  # noqa: S608
    first, last, rows = first_row(connection, query) or (None, None, 0)
    return first, last, rows


def days_with_rows(connection: duckdb.DuckDBPyConnection, feed: Feed, first: date, last: date) -> int:
    """Days from `first` to `last`, both included, on which a symbol has rows, summed over the symbols of a feed."""
    observed, symbol = identifier(feed.observed), identifier(feed.key[0])
    if feed.stamped_at_end:
        observed = f"{observed} - INTERVAL 1 MICROSECOND"
    (found,) = first_row(
        connection,
        f"SELECT count(DISTINCT ({symbol}, CAST({observed} AS DATE))) FROM raw.{identifier(feed.name)}"  # noqa: S608
        f" WHERE CAST({observed} AS DATE) BETWEEN ? AND ?",
        [first, last],
    ) or (0,)
    return int(found)
