"""How far recorded feeds reach, according to the recorder's own ledger: a venue without liquidations is not late.

`ingest.tape` says what the entries of the ledger mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from ingest.feed import Feed
from ingest.tape import LEDGER
from warehouse.connection import first_row, identifier
from warehouse.location import Calendar

ENTRIES = "raw.tape_coverage WHERE (venue = ? OR ?)"  # the entries of one venue, or all of them for the ledger itself


@dataclass(frozen=True)
class RecordedSpan:
    """First ledger entry about a feed, end of the last recorded stretch, and landing of the last entry (UTC, naive)."""

    since: datetime
    until: datetime | None
    landed_at: datetime


def recorded_span(connection: duckdb.DuckDBPyConnection, feed: Feed) -> RecordedSpan | None:
    """What the loaded ledger says about a recorded feed, None if it was never recorded."""
    since, until, landed_at = first_row(
        connection,
        f"SELECT min(start_at), max(end_at) FILTER (kind = 'recorded'), max(ingested_at) FROM {ENTRIES}",  # noqa: S608
        _entry_filter(feed),
    ) or (None, None, None)
    return None if since is None or landed_at is None else RecordedSpan(since, until, landed_at)


def recorded_days_share(connection: duckdb.DuckDBPyConnection, feed: Feed, calendar: Calendar) -> float:
    """Share (0..1) of the calendar's days times the feed's streams of which at least a part was recorded."""
    found = first_row(
        connection,
        "SELECT count(DISTINCT (stream, CAST(start_at AS DATE)))"  # noqa: S608
        "         FILTER (kind = 'recorded' AND CAST(start_at AS DATE) BETWEEN ? AND ?),"
        f" count(DISTINCT stream) FROM {ENTRIES} AND venue <> 'recorder'",
        [calendar.first_day, calendar.last_day, *_entry_filter(feed)],
    )
    days, streams = found or (0, 0)
    return float(days / (streams * calendar.day_count)) if streams else 0.0


def landed_on_last_day(connection: duckdb.DuckDBPyConnection, feed: Feed, span: RecordedSpan) -> tuple[int, int]:
    """Rows, and quarantined rows, of a recorded feed that landed in the 24 hours up to its last landing."""
    since = span.landed_at - timedelta(days=1)
    rows, quarantined = first_row(
        connection,
        f"SELECT (SELECT count(*) FROM raw.{identifier(feed.name)} WHERE ingested_at > ?),"  # noqa: S608
        " (SELECT count(*) FROM raw.quarantine WHERE feed = ? AND ingested_at > ?)",
        [since, feed.name, since],
    ) or (0, 0)
    return int(rows), int(quarantined)


def _entry_filter(feed: Feed) -> list[object]:
    return [feed.venue, feed is LEDGER]
