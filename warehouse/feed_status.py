"""How the feeds are doing: a row for each pull in `ops.pulls`, and the published table `feed_status` made from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb

from ingest.catalogue import Catalogue
from ingest.feed import Feed
from ingest.feeds import RECORDED
from ingest.pull import Pulled
from warehouse.connection import first_row, naive_utc, transaction
from warehouse.location import Calendar
from warehouse.marts import create_mart
from warehouse.raw_coverage import days_with_rows, observed_range
from warehouse.recorded_feeds import RecordedSpan, recorded_days_share, recorded_span

FEED_STATUS = "feed_status"  # written right before a release: if it exists, so do the other marts
DESCRIPTION = "One row per feed: how far it reaches, and how its last pull went."
COLUMNS = {
    "feed": ("VARCHAR", "Feed, and name of its raw table"),
    "venue": ("VARCHAR", "Who publishes it"),
    "series": ("VARCHAR", "What it measures"),
    "first_day": ("DATE", "Day of the oldest row; of a recorded feed the first that was listened to"),
    "last_day": ("DATE", "Day of the newest row; of a recorded feed the last of which a part was recorded"),
    "coverage_share": (
        "DOUBLE",
        "Share of the days of the warehouse, and of the symbols asked for, of which there are rows; of a recorded"
        " feed of the days, and of its subscriptions, of which at least a part was recorded (0..1)",
    ),
    "row_count": ("BIGINT", "Rows in the raw table, restated and repeated ones included [count]"),
    "quarantined_count": ("BIGINT", "Rows that broke the schema [count]"),
    "gap_count": ("BIGINT", "Archives that the venue does not have [count]"),
    "pulled_at": ("TIMESTAMP", "When it was last asked, of a recorded feed when it last landed (UTC)"),
    "skipped": ("VARCHAR", "Why it could not be had then, null when it could"),
    "notes": ("VARCHAR", "What else was to be said of the last pull"),
    "licence": ("VARCHAR", "Terms under which the vendor gives the data"),
}


def record_pull(connection: duckdb.DuckDBPyConnection, pulled: Pulled, run_id: str, now: datetime) -> None:
    """Write down how a pull went."""
    connection.execute(
        "INSERT INTO ops.pulls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            pulled.feed,
            run_id,
            naive_utc(now),
            pulled.rows,
            pulled.quarantined,
            len(pulled.segments),
            pulled.traffic.requests,
            pulled.traffic.retries,
            pulled.traffic.bytes,
            pulled.skipped,
            "\n".join(pulled.notes) or None,
        ],
    )


def write_feed_status(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, calendar: Calendar) -> None:
    """Replace `marts.feed_status`: one row per feed of the catalogue, and one per recorded feed in the ledger."""
    fetched = [
        (feed, _fetched_status(connection, feed, len(catalogue.instruments[feed.name]), calendar))
        for feed in catalogue.feeds
    ]
    recorded = [
        (feed, _recorded_status(connection, feed, span, calendar))
        for feed in RECORDED
        if (span := recorded_span(connection, feed))
    ]
    rows = [(feed.name, feed.venue, feed.kind, *found, feed.licence) for feed, found in [*fetched, *recorded]]
    placeholders = ", ".join("?" * len(COLUMNS))
    with transaction(connection):
        create_mart(connection, FEED_STATUS, DESCRIPTION, COLUMNS)
        connection.executemany(f"INSERT INTO marts.{FEED_STATUS} VALUES ({placeholders})", rows)  # noqa: S608


def _fetched_status(
    connection: duckdb.DuckDBPyConnection, feed: Feed, symbols: int, calendar: Calendar
) -> tuple[Any, ...]:
    first, last, rows = observed_range(connection, feed)
    covered = days_with_rows(connection, feed, calendar.first_day, calendar.last_day)
    share = min(covered / (symbols * calendar.day_count), 1.0)
    (gaps,) = first_row(connection, "SELECT count(*) FROM ops.known_gaps WHERE feed = ?", [feed.name]) or (0,)
    last_pull = first_row(
        connection,
        "SELECT pulled_at, skipped, notes FROM ops.pulls WHERE feed = ? ORDER BY rowid DESC LIMIT 1",
        [feed.name],
    ) or (None, None, None)
    days = (first and feed.day_of(first), last and feed.day_of(last))
    return (*days, share, rows, _quarantined(connection, feed), gaps, *last_pull)


def _recorded_status(
    connection: duckdb.DuckDBPyConnection, feed: Feed, span: RecordedSpan, calendar: Calendar
) -> tuple[Any, ...]:
    _, _, rows = observed_range(connection, feed)
    days = (span.since.date(), span.until and span.until.date())
    share = recorded_days_share(connection, feed, calendar)
    return (*days, share, rows, _quarantined(connection, feed), 0, span.landed_at, None, None)


def _quarantined(connection: duckdb.DuckDBPyConnection, feed: Feed) -> int:
    (found,) = first_row(connection, "SELECT count(*) FROM raw.quarantine WHERE feed = ?", [feed.name]) or (0,)
    return int(found)
