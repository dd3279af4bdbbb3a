"""What all assets share: owners, the pool that they wait for, partitions, freshness, and the keys of marts."""

from __future__ import annotations

from datetime import date, timedelta

import dagster as dg

OWNERS = ["team:warehouse"]
POOL = "duckdb"  # one writer: every asset that opens the build database waits for this slot
FIRST_PARTITION = date(2020, 1, 1)  # Binance's futures archives begin in this month


def daily_partitions(first_day: date | None) -> dg.DailyPartitionsDefinition:
    """UTC days from the first day of the warehouse; from FIRST_PARTITION while it has no day."""
    return dg.DailyPartitionsDefinition(start_date=(first_day or FIRST_PARTITION).isoformat(), timezone="UTC")


def fresh_daily() -> dg.FreshnessPolicy:
    """Due once a day: a warning when it is half a day late, a failure when it is a day and a half late."""
    return dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=60), warn_window=timedelta(hours=36))


def mart_key(name: str) -> dg.AssetKey:
    """The asset key of a mart, whether dbt or Python makes it."""
    return dg.AssetKey(["marts", name])
