"""Windows of 24 hours for tests: the last day of simple marts, cut at any hour."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta

import polars as pl

from regimes import DailyMarts
from tests.regimes.synthetic_marts import FIRST_DAY, Day, calm_days, marts_of, quiet_day

BEFORE = 120  # calendar days before the windows
NOON = datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(days=BEFORE, hours=12)
WITHIN_THE_DAY = ("prices_daily", "liquidations_daily", "open_interest_daily", "funding_daily", "rolling_24h_daily")
BY_VENUE = tuple(f"{name}_by_venue_daily" for name in ("liquidations", "open_interest", "funding"))
FLUSH = quiet_day(
    return_pct=-6.0, low_pct=-9.0, high_pct=0.2, long_usd=40e6, short_usd=8e6, open_interest_change_pct=-7.0
)
PAST = calm_days(BEFORE)


def calendar_days(*assets: str) -> DailyMarts:
    return marts_of(dict.fromkeys(assets or ("BTC",), PAST))


def window(day: Day, end: datetime = NOON, asset: str = "BTC") -> dict[str, pl.DataFrame]:
    """What is known within the day of 24 hours that were like `day`."""
    marts = marts_of({asset: [*PAST, day]})
    last = pl.col("day") == FIRST_DAY + timedelta(days=BEFORE)
    moment = pl.lit(end, pl.Datetime("us")).alias("window_ended_at")
    names = [field.name for field in fields(DailyMarts) if field.name in (*WITHIN_THE_DAY, *BY_VENUE)]
    return {name: getattr(marts, name).filter(last).drop("day").with_columns(moment) for name in names}


def joined(*several: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return {name: pl.concat([each[name] for each in several]) for name in several[0]}
