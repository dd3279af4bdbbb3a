"""The daily marts that the features are made from: the columns that are needed, and one calendar for all.

A frame that lacks a column or has two rows for one key is refused. A missing day becomes a row of nulls.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import polars as pl

KEY = ("asset", "day")
VENUE_KEY = ("asset", "venue", "instrument", "day")

NUMBERS: dict[str, tuple[str, ...]] = {
    "prices_daily": (
        "open_usd",
        "high_usd",
        "low_usd",
        "close_usd",
        "return_pct",
        "low_vs_previous_close_pct",
        "high_vs_previous_close_pct",
        "range_pct",
    ),
    "liquidations_daily": (
        "long_liquidations_usd",
        "short_liquidations_usd",
        "liquidations_usd",
        "long_share",
        "previous_open_interest_share",
    ),
    "open_interest_daily": (
        "open_interest_usd",
        "open_interest_coin",
        "linear_open_interest_coin",
        "inverse_open_interest_usd",
        "open_interest_change_1d_pct",
        "open_interest_change_3d_pct",
        "open_interest_change_7d_pct",
        "open_interest_usd_change_1d_pct",
        "open_interest_usd_change_3d_pct",
        "open_interest_usd_change_7d_pct",
        "open_interest_share_of_7d_max",
    ),
    "funding_daily": ("funding_8h_bp",),
    "exchange_flows_daily": ("inflow_coin", "outflow_coin", "netflow_coin", "reserve_coin", "reserve_usd"),
    "fund_flows_daily": ("fund_netflow_usd",),
    "network_activity_daily": ("active_addresses_count",),
    "rolling_24h_daily": (
        "worst_return_24h_pct",
        "best_return_24h_pct",
        "open_interest_fall_24h_pct",
    ),
    "open_interest_by_venue_daily": ("open_interest_usd",),
    "funding_by_venue_daily": ("funding_8h_bp", "weight_usd"),
    "liquidations_by_venue_daily": ("long_liquidations_usd", "liquidations_usd"),
}
# Columns that are not numbers. A baseline compares days with the same feed and pulled_at, or the same feed_set.
OTHERS: dict[str, tuple[str, ...]] = {
    "liquidations_daily": ("feed_set", "venues"),
    "open_interest_daily": ("instruments", "venues"),
    "exchange_flows_daily": ("feed", "pulled_at", "is_offered"),
    "network_activity_daily": ("feed",),
    "rolling_24h_daily": ("open_interest_fall_24h_ended_at",),
    "funding_by_venue_daily": ("is_complete", "is_weight_assumed"),
    "liquidations_by_venue_daily": ("counted_as",),
    "positioning_daily": ("instruments",),
}
BY_VENUE = tuple(name for name in NUMBERS if "_by_venue_" in name)
# Supports labels and decides none, so it is not one of the daily marts and makes no calendar longer.
SUPPORTING_NUMBERS: dict[str, tuple[str, ...]] = {
    "positioning_daily": (
        "long_short_account_ratio",
        "top_trader_long_short_position_ratio",
        "taker_buy_share",
        "perpetual_premium_pct",
    ),
}


class MartError(ValueError):
    """A mart lacks a column or has several rows for one key."""


@dataclass(frozen=True)
class DailyMarts:
    """The marts as in the warehouse. Grain: asset and day; for marts by venue also venue and instrument."""

    prices_daily: pl.DataFrame
    liquidations_daily: pl.DataFrame
    open_interest_daily: pl.DataFrame
    funding_daily: pl.DataFrame
    exchange_flows_daily: pl.DataFrame
    fund_flows_daily: pl.DataFrame
    network_activity_daily: pl.DataFrame
    rolling_24h_daily: pl.DataFrame
    open_interest_by_venue_daily: pl.DataFrame
    funding_by_venue_daily: pl.DataFrame
    liquidations_by_venue_daily: pl.DataFrame

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, checked(field.name, getattr(self, field.name)))


def checked(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that the features need, in fixed types; a number that is not finite is unknown, hence null.

    Raises MartError, naming the mart, for a missing column, a key that is null and duplicate keys.
    """
    key = VENUE_KEY if name in BY_VENUE else KEY
    numbers, others = (NUMBERS | SUPPORTING_NUMBERS)[name], OTHERS.get(name, ())
    absent = [column for column in (*key, *numbers, *others) if column not in frame.columns]
    if absent:
        raise MartError(f"{name} lacks {', '.join(absent)}")
    casts = [pl.col(column).cast(pl.Float64, strict=True) for column in numbers]
    typed = frame.select(*key, *casts, *others).with_columns(pl.col("day").cast(pl.Date))
    if typed.select(pl.any_horizontal(pl.col(*key).is_null()).any()).item():
        raise MartError(f"{name} has a row without {' or '.join(key)}")
    doubled = typed.filter(typed.select(key).is_duplicated()).sort(key)
    if doubled.height:
        first = ", ".join(str(value) for value in doubled.select(key).row(0))
        raise MartError(f"{name} has more than one row for ({first}); its grain is ({', '.join(key)})")
    return typed.with_columns(pl.when(pl.col(column).is_finite()).then(pl.col(column)) for column in numbers)


def daily_calendar(marts: DailyMarts) -> pl.DataFrame:
    """Columns asset, day: every calendar day of an asset from its first to its last row in any daily mart."""
    days = pl.concat(
        [getattr(marts, name).select("asset", "day") for name in NUMBERS if name not in BY_VENUE],
    )
    return (
        days.group_by("asset")
        .agg(pl.date_ranges(pl.col("day").min(), pl.col("day").max()).alias("day").first())
        .explode("day")
        .sort("asset", "day")
    )
