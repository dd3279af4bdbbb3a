"""How the feeds are doing: a row for each pull in `ops.pulls`, and the published table `feed_status` made from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb

from ingest.catalogue import Catalogue
from ingest.feed import Feed
from ingest.feeds import RECORDED
from ingest.pull import Pulled
from tables.published.operations import FEED_STATUS
from warehouse.connection import first_row, naive_utc, transaction
from warehouse.location import Calendar
from warehouse.marts import create_table
from warehouse.raw_coverage import days_with_rows, observed_range
from warehouse.recorded_feeds import RecordedSpan, recorded_days_share, recorded_span


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


def write_feed_status(
    connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, calendar: Calendar, now: datetime
) -> None:
    """Replace `marts.feed_status`: one row per feed of the catalogue, and one per recorded feed in the ledger.

    `now` is the time of the publication, at which days are due.
    """
    fetched = [(feed, _fetched_status(connection, feed, catalogue, calendar, now)) for feed in catalogue.feeds]
    recorded = [
        (feed, _recorded_status(connection, feed, span, calendar))
        for feed in RECORDED
        if (span := recorded_span(connection, feed))
    ]
    rows = [(feed.name, feed.venue, feed.kind, *found, feed.licence) for feed, found in [*fetched, *recorded]]
    placeholders = ", ".join("?" * len(FEED_STATUS.columns))
    with transaction(connection):
        create_table(connection, FEED_STATUS)
        connection.executemany(f"INSERT INTO marts.{FEED_STATUS.name} VALUES ({placeholders})", rows)  # noqa: S608


def _fetched_status(
    connection: duckdb.DuckDBPyConnection, feed: Feed, catalogue: Catalogue, calendar: Calendar, now: datetime
) -> tuple[Any, ...]:
    first, last, rows = observed_range(connection, feed)
    covered = days_with_rows(connection, feed, calendar.first_day, calendar.last_day)
    traded = sum(max(calendar.until(i.last_day).day_count, 0) for i in catalogue.instruments[feed.name])
    share = min(covered / max(traded, 1), 1.0)
    gaps = first_row(
        connection, "SELECT count(*), min(first_answered_at) FROM ops.known_gaps WHERE feed = ?", [feed.name]
    ) or (0, None)
    last_pull = first_row(
        connection,
        "SELECT pulled_at, skipped, notes FROM ops.pulls WHERE feed = ? ORDER BY rowid DESC LIMIT 1",
        [feed.name],
    ) or (None, None, None)
    days = (first and feed.day_of(first), last and feed.day_of(last))
    is_over = catalogue.is_over(feed, calendar.last_day)
    due = None if is_over else feed.due(calendar.first_day, calendar.last_day, now)
    return (*days, due, share, rows, _quarantined(connection, feed), *gaps, *last_pull)


def _recorded_status(
    connection: duckdb.DuckDBPyConnection, feed: Feed, span: RecordedSpan, calendar: Calendar
) -> tuple[Any, ...]:
    _, _, rows = observed_range(connection, feed)
    days = (span.since.date(), span.until and span.until.date())
    share = recorded_days_share(connection, feed, calendar)
    return (*days, calendar.last_day, share, rows, _quarantined(connection, feed), 0, None, span.landed_at, None, None)


def _quarantined(connection: duckdb.DuckDBPyConnection, feed: Feed) -> int:
    (found,) = first_row(connection, "SELECT count(*) FROM raw.quarantine WHERE feed = ?", [feed.name]) or (0,)
    return int(found)
