"""A small feed's schema with one column of every kind, and rows of it as parsers leave them: numbers still text."""

from __future__ import annotations

from datetime import date, datetime

import pandera.polars as pa
import polars as pl

from ingest.schema import column, feed_schema, rows

SCHEMA = feed_schema(
    "bars",
    "symbol",
    "open_at",
    "day",
    "high",
    "low",
    column("trades", "trade_count"),
    column("share", "reporting_share", optional=True, checks=(pa.Check.in_range(0, 1, error="within 0 to 1"),)),
    "channel",
    checks=[rows("high below low", pl.col("high") >= pl.col("low"))],
)
KEY = ("symbol", "open_at")
OPENED = datetime(2026, 2, 1, 12)
GOOD: dict[str, object] = {
    "symbol": "BTCUSDT",
    "open_at": OPENED,
    "day": date(2026, 2, 1),
    "high": "101.5",
    "low": "99.5",
    "trades": "7",
    "share": "0.25",
    "channel": "rest",
}


def frame(*changes: dict[str, object]) -> pl.DataFrame:
    """One row for each of `changes` to the good one, an hour apart unless they say when."""
    listed = [{**GOOD, "open_at": OPENED.replace(hour=hour), **change} for hour, change in enumerate(changes)]
    types = {**dict.fromkeys(GOOD, pl.String), "open_at": pl.Datetime("us"), "day": pl.Date}
    return pl.DataFrame(listed, schema=types)
