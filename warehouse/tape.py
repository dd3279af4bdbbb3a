"""How far recorded feeds reach, by the recorder's own ledger: a venue without an order for hours is not late.

What the ledger's entries mean is `ingest.tape`'s; what share of a day was heard is for the models to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from ingest.feed import Feed
from ingest.tape import LEDGER
from warehouse.connection import first_row, identifier
from warehouse.location import Calendar

ENTRIES = "raw.tape_coverage WHERE (venue = ? OR ?)"  # of a venue's tape, or with the ledger itself all of them


@dataclass(frozen=True)
class Heard:
    """When the recorder first said anything of a feed, until when it claims to have recorded it, and when its last
    entry about it landed (UTC)."""

    since: datetime
    until: datetime | None
    landed_at: datetime


def heard(connection: duckdb.DuckDBPyConnection, feed: Feed) -> Heard | None:
    """What the loaded ledger says of a recorded feed, None where it has never been recorded."""
    since, until, landed_at = first_row(
        connection,
        f"SELECT min(start_at), max(end_at) FILTER (kind = 'recorded'), max(ingested_at) FROM {ENTRIES}",  # noqa: S608
        _of(feed),
    ) or (None, None, None)
    return None if since is None or landed_at is None else Heard(since, until, landed_at)


def heard_share(connection: duckdb.DuckDBPyConnection, feed: Feed, calendar: Calendar) -> float:
    """Share of the calendar's days, and of the feed's subscriptions, of which at least a part was recorded (0..1)."""
    found = first_row(
        connection,
        "SELECT count(DISTINCT (stream, CAST(start_at AS DATE)))"  # noqa: S608
        "         FILTER (kind = 'recorded' AND CAST(start_at AS DATE) BETWEEN ? AND ?),"
        f" count(DISTINCT stream) FROM {ENTRIES} AND venue <> 'recorder'",
        [calendar.first_day, calendar.last_day, *_of(feed)],
    )
    days, streams = found or (0, 0)
    return float(days / (streams * ((calendar.last_day - calendar.first_day).days + 1))) if streams else 0.0


def landed_lately(connection: duckdb.DuckDBPyConnection, feed: Feed, lately: Heard) -> tuple[int, int]:
    """Rows and quarantined rows of a recorded feed that landed in the day before its last landing."""
    since = lately.landed_at - timedelta(days=1)
    rows, quarantined = first_row(
        connection,
        f"SELECT (SELECT count(*) FROM raw.{identifier(feed.name)} WHERE ingested_at > ?),"  # noqa: S608
        " (SELECT count(*) FROM raw.quarantine WHERE feed = ? AND ingested_at > ?)",
        [since, feed.name, since],
    ) or (0, 0)
    return int(rows), int(quarantined)


def _of(feed: Feed) -> list[object]:
    return [feed.venue, feed is LEDGER]
