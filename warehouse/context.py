"""What the models need to know besides raw rows: the calendar, the instruments, and how the last pulls went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb
import polars as pl

from ingest.feed import Feed
from ingest.feeds import RECORDED, Catalogue
from ingest.pull import Pulled
from warehouse.connection import first_row, transaction
from warehouse.location import Calendar
from warehouse.marts import comment_on
from warehouse.raw import days_with_rows, reach
from warehouse.tape import Heard, heard, heard_share

PULLS = """
    CREATE TABLE IF NOT EXISTS ops.pulls (
        feed VARCHAR NOT NULL, run_id VARCHAR NOT NULL, pulled_at TIMESTAMP NOT NULL, row_count BIGINT NOT NULL,
        quarantined BIGINT NOT NULL, segments BIGINT NOT NULL, requests BIGINT NOT NULL, retries BIGINT NOT NULL,
        received_bytes BIGINT NOT NULL, skipped VARCHAR, notes VARCHAR
    )"""


@dataclass(frozen=True)
class Present:
    """The present of one run and the days it speaks about."""

    now: datetime
    calendar: Calendar


def write_context(connection: duckdb.DuckDBPyConnection, present: Present, catalogue: Catalogue) -> None:
    """Replace `ops.calendar_window` and `ops.instruments` by what this run works with."""
    days = present.calendar
    connection.execute(PULLS)
    listed = pl.DataFrame(
        [
            (feed, i.symbol, i.asset, i.venue, i.instrument, i.market, i.margin_type, i.contract_size)
            for feed, instruments in catalogue.instruments.items()
            for i in instruments
        ],
        schema={
            **dict.fromkeys(("feed", "symbol", "asset", "venue", "instrument", "market", "margin_type"), pl.String),
            "contract_size": pl.Float64,
        },
        orient="row",
    )  # fmt: skip
    connection.register("listed_instruments", listed)
    with transaction(connection):
        connection.execute(
            "CREATE OR REPLACE TABLE ops.calendar_window AS"
            " SELECT ?::DATE AS first_day, ?::DATE AS last_day, ?::TIMESTAMP AS now_at",
            [days.first_day, days.last_day, present.now.astimezone(UTC).replace(tzinfo=None)],
        )
        connection.execute("CREATE OR REPLACE TABLE ops.instruments AS SELECT * FROM listed_instruments")
    connection.unregister("listed_instruments")


def record_pull(connection: duckdb.DuckDBPyConnection, pulled: Pulled, run_id: str, now: datetime) -> None:
    """Write down how a pull went, for `status` and for the published `feed_status`."""
    connection.execute(PULLS)
    connection.execute(
        "INSERT INTO ops.pulls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            pulled.feed, run_id, now.astimezone(UTC).replace(tzinfo=None), pulled.rows, pulled.quarantined,
            len(pulled.segments), pulled.traffic.requests, pulled.traffic.retries, pulled.traffic.bytes, pulled.skipped,
            "\n".join(pulled.notes) or None,
        ],
    )  # fmt: skip


STATUS_COLUMNS = {
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
    connection.execute("CREATE SCHEMA IF NOT EXISTS marts")
    columns = ", ".join(f"{name} {sql_type}" for name, (sql_type, _) in STATUS_COLUMNS.items())
    about = "One row per feed: how far it reaches, and how its last pull went."
    with transaction(connection):
        connection.execute(f"CREATE OR REPLACE TABLE marts.feed_status ({columns})")
        connection.executemany(
            f"INSERT INTO marts.feed_status VALUES ({', '.join('?' * len(STATUS_COLUMNS))})", lines  # noqa: S608 - only placeholders
        )  # fmt: skip
        comment_on(connection, "feed_status", about, {name: comment for name, (_, comment) in STATUS_COLUMNS.items()})


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
