"""The published `feed_status`: how far each feed reaches, and how its last pull went."""

from __future__ import annotations

from typing import Any

import duckdb

from ingest.feed import Feed
from ingest.feeds import RECORDED, Catalogue
from warehouse.connection import first_row, transaction
from warehouse.location import Calendar
from warehouse.marts import make_mart
from warehouse.raw import days_with_rows, reach
from warehouse.tape import Heard, heard, heard_share

FEED_STATUS = "feed_status"  # written right before a release: where it stands, the other marts do
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


def write_feed_status(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, calendar: Calendar) -> None:
    """Replace `marts.feed_status`: one row per feed of the catalogue, with its reach and how its last pull went, and
    one per recorded feed of which the recorder has ever said anything."""
    asked = [
        (feed, _asked(connection, feed, len(catalogue.instruments[feed.name]), calendar)) for feed in catalogue.feeds
    ]
    recorded = [(f, _recorded(connection, f, known, calendar)) for f in RECORDED if (known := heard(connection, f))]
    lines = [(feed.name, feed.venue, feed.series, *found, feed.licence) for feed, found in [*asked, *recorded]]
    with transaction(connection):
        make_mart(connection, FEED_STATUS, DESCRIPTION, COLUMNS)
        connection.executemany(
            f"INSERT INTO marts.{FEED_STATUS} VALUES ({', '.join('?' * len(COLUMNS))})", lines  # noqa: S608 - only placeholders
        )  # fmt: skip


def _asked(connection: duckdb.DuckDBPyConnection, feed: Feed, symbols: int, calendar: Calendar) -> tuple[Any, ...]:
    first, last, rows = reach(connection, feed)
    days = (first and feed.day_of(first), last and feed.day_of(last))
    covered = days_with_rows(connection, feed, calendar.first_day, calendar.last_day)
    share = covered / (symbols * ((calendar.last_day - calendar.first_day).days + 1))
    gaps = first_row(connection, "SELECT count(*) FROM ops.known_gaps WHERE feed = ?", [feed.name])
    pulled = first_row(
        connection,
        "SELECT pulled_at, skipped, notes FROM ops.pulls WHERE feed = ? ORDER BY rowid DESC LIMIT 1",
        [feed.name],
    )
    return (
        *days, min(share, 1.0), rows, _quarantined(connection, feed), *(gaps or (0,)), *(pulled or (None, None, None)),
    )  # fmt: skip


def _recorded(connection: duckdb.DuckDBPyConnection, feed: Feed, known: Heard, calendar: Calendar) -> tuple[Any, ...]:
    _, _, rows = reach(connection, feed)
    days = (known.since.date(), known.until and known.until.date())
    share = heard_share(connection, feed, calendar)
    return (*days, share, rows, _quarantined(connection, feed), 0, known.landed_at, None, None)


def _quarantined(connection: duckdb.DuckDBPyConnection, feed: Feed) -> int:
    (found,) = first_row(connection, "SELECT count(*) FROM raw.quarantine WHERE feed = ?", [feed.name]) or (0,)
    return int(found)
