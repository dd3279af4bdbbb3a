"""Daily marts made from a list of simple days: what a test states of a day, as the columns of the marts.

No market data: calm days are drawn from a seeded generator, everything else a test writes itself.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from regimes import DailyMarts, Parameters, classify, daily_features

FIRST_DAY = date(2023, 1, 2)
LONG_AFTER = datetime(2030, 1, 1)
PULLED_AT = datetime(2029, 12, 31)


@dataclass(frozen=True)
class Day:
    """One day of one asset: moves in percent of the previous close, amounts in USD or coins or None."""

    return_pct: float
    low_pct: float
    high_pct: float
    long_usd: float | None
    short_usd: float | None
    open_interest_change_pct: float
    funding_bp: float | None
    inflow: float | None
    outflow: float | None
    addresses: float | None
    reserve: float | None = 2_600_000.0
    fund_netflow: float | None = None
    priced: bool = True
    open_interest_known: bool = True
    worst_24h_pct: float | None = None
    best_24h_pct: float | None = None
    open_interest_fall_24h_pct: float | None = None
    open_interest_fall_24h_hour: int = 18
    flows_offered: bool = True
    feed_set: str = "feed:contract"
    pulled_at: datetime = PULLED_AT

    def mirrored(self) -> Day:
        """Prices turned upside down and the sides swapped; nothing else."""
        return replace(
            self,
            return_pct=-self.return_pct,
            low_pct=-self.high_pct,
            high_pct=-self.low_pct,
            long_usd=self.short_usd,
            short_usd=self.long_usd,
            worst_24h_pct=None if self.best_24h_pct is None else -self.best_24h_pct,
            best_24h_pct=None if self.worst_24h_pct is None else -self.worst_24h_pct,
        )


def calm_days(count: int, seed: int = 7) -> list[Day]:
    """Days without any story: the noise that a baseline is made of."""
    noise = random.Random(seed)
    days = []
    for _ in range(count):
        move = noise.gauss(0.0, 1.6)
        total = 10e6 * math.exp(noise.gauss(0.0, 0.45))
        long_share = min(0.95, max(0.05, 0.5 - 0.08 * move + noise.gauss(0.0, 0.05)))
        inflow = 25_000.0 + noise.gauss(0.0, 3_000.0)
        days.append(
            Day(
                return_pct=move,
                low_pct=min(move, 0.0) - abs(noise.gauss(0.0, 0.7)),
                high_pct=max(move, 0.0) + abs(noise.gauss(0.0, 0.7)),
                long_usd=total * long_share,
                short_usd=total * (1.0 - long_share),
                open_interest_change_pct=noise.gauss(0.0, 1.8),
                funding_bp=0.6 + noise.gauss(0.0, 0.2),
                inflow=inflow,
                outflow=inflow - noise.gauss(-200.0, 1_800.0),
                addresses=650_000.0 * (1.0 + noise.gauss(0.0, 0.03)),
            )
        )
    return days


def settled_days(count: int, seed: int = 7) -> list[Day]:
    """Calm days that end with eight days of hardly any movement, so that no label is half there yet."""
    settled = [
        quiet_day(
            return_pct=0.1 * sign,
            open_interest_change_pct=0.2 * sign,
            inflow=25_000.0 + 300.0 * sign,
            long_usd=5e6 * (1.0 + 0.1 * sign),
        )
        for sign in (1, -1, 1, -1, 1, -1, 1, -1)
    ]
    return [*calm_days(count - len(settled), seed), *settled]


def with_fund_flows(days: list[Day], seed: int = 7) -> list[Day]:
    """The days, the first a Monday, with an ordinary net flow of funds on weekdays that state none."""
    noise = random.Random(seed)
    usual = [50e6 + 5e6 * noise.uniform(-1.0, 1.0) for _ in days]
    return [
        replace(day, fund_netflow=None if position % 7 >= 5 else flow if day.fund_netflow is None else day.fund_netflow)
        for position, (day, flow) in enumerate(zip(days, usual, strict=True))
    ]


def quiet_day(**changes: object) -> Day:
    """The median day of `calm_days`, for a test to change."""
    base = Day(
        return_pct=0.1,
        low_pct=-0.9,
        high_pct=0.9,
        long_usd=5e6,
        short_usd=5e6,
        open_interest_change_pct=0.0,
        funding_bp=0.6,
        inflow=25_000.0,
        outflow=25_200.0,
        addresses=650_000.0,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def marts_of(assets: dict[str, list[Day]], first_day: date = FIRST_DAY) -> DailyMarts:
    """The marts of several assets whose days all begin on `first_day`."""
    frames = [_asset_frame(asset, days, first_day) for asset, days in assets.items()]
    wide = pl.concat(frames)
    venue = [pl.lit("binance").alias("venue"), pl.lit("CONTRACT").alias("instrument")]
    return DailyMarts(
        prices_daily=wide.select(*KEY, *PRICES),
        liquidations_daily=wide.select(*KEY, *LIQUIDATIONS),
        open_interest_daily=wide.select(*KEY, *OPEN_INTEREST),
        funding_daily=wide.select(*KEY, "funding_8h_bp"),
        exchange_flows_daily=wide.select(*KEY, *FLOWS),
        fund_flows_daily=wide.select(*KEY, "fund_netflow_usd"),
        network_activity_daily=wide.select(*KEY, "active_addresses_count", "feed"),
        rolling_24h_daily=wide.select(*KEY, *ROLLING),
        open_interest_by_venue_daily=wide.select(*KEY, *venue, "open_interest_usd"),
        funding_by_venue_daily=wide.select(
            *KEY,
            *venue,
            "funding_8h_bp",
            pl.col("funding_8h_bp").is_not_null().alias("is_complete"),
            pl.when(pl.col("funding_8h_bp").is_not_null()).then(1e9).alias("weight_usd"),
            pl.lit(False).alias("is_weight_assumed"),
        ),
        liquidations_by_venue_daily=wide.select(
            *KEY, *venue, "long_liquidations_usd", "liquidations_usd", pl.col("feed_set").alias("counted_as")
        ),
    )


def last_regimes(
    stories: dict[str, list[Day]], parameters: Parameters, now: datetime = LONG_AFTER
) -> dict[str, dict[str, Any]]:
    """The row of regimes_daily of each story's last day, all told at once: each story is an asset."""
    regimes = classify(daily_features(marts_of(stories), parameters), parameters, now).days
    last = regimes.group_by("asset", maintain_order=True).last()
    return {row["asset"]: row for row in last.iter_rows(named=True)}


KEY = ("asset", "day")
PRICES = (
    "open_usd",
    "high_usd",
    "low_usd",
    "close_usd",
    "return_pct",
    "low_vs_previous_close_pct",
    "high_vs_previous_close_pct",
    "range_pct",
)
LIQUIDATIONS = (
    "long_liquidations_usd",
    "short_liquidations_usd",
    "liquidations_usd",
    "long_share",
    "previous_open_interest_share",
    "feed_set",
    "venues",
)
OPEN_INTEREST = (
    "open_interest_usd",
    "open_interest_coin",
    "linear_open_interest_coin",
    "inverse_open_interest_usd",
    *(f"open_interest{unit}_change_{days}d_pct" for unit in ("", "_usd") for days in (1, 3, 7)),
    "open_interest_share_of_7d_max",
    "instruments",
    "venues",
)
ROLLING = (
    "worst_return_24h_pct",
    "best_return_24h_pct",
    "open_interest_fall_24h_pct",
    "open_interest_fall_24h_ended_at",
)
FLOWS = (
    "inflow_coin", "outflow_coin", "netflow_coin", "reserve_coin", "reserve_usd", "feed", "pulled_at", "is_offered",
)  # fmt: skip


def _asset_frame(asset: str, days: list[Day], first_day: date) -> pl.DataFrame:
    close, contracts, rows = 50_000.0, 90_000.0, []
    for position, day in enumerate(days):
        previous = close
        close = previous * (1.0 + day.return_pct / 100.0)
        contracts *= 1.0 + day.open_interest_change_pct / 100.0
        priced, known = day.priced, day.open_interest_known
        rows.append(
            {
                "asset": asset,
                "day": first_day + timedelta(days=position),
                "open_usd": previous if priced else None,
                "high_usd": previous * (1.0 + day.high_pct / 100.0) if priced else None,
                "low_usd": previous * (1.0 + day.low_pct / 100.0) if priced else None,
                "close_usd": close if priced else None,
                "long_liquidations_usd": day.long_usd,
                "short_liquidations_usd": day.short_usd,
                "feed_set": None if day.long_usd is None and day.short_usd is None else day.feed_set,
                "open_interest_usd": contracts * close if known else None,
                "open_interest_coin": contracts if known else None,
                "funding_8h_bp": day.funding_bp,
                "inflow_coin": day.inflow,
                "outflow_coin": day.outflow,
                "reserve_coin": day.reserve,
                "reserve_usd": None if day.reserve is None else day.reserve * close,
                "is_offered": day.flows_offered,
                "pulled_at": None if day.inflow is None else day.pulled_at,
                "fund_netflow_usd": day.fund_netflow,
                "active_addresses_count": day.addresses,
                # Where a day says nothing of its hours, its worst and best are those of the day itself.
                "worst_return_24h_pct": day.return_pct if day.worst_24h_pct is None else day.worst_24h_pct,
                "best_return_24h_pct": day.return_pct if day.best_24h_pct is None else day.best_24h_pct,
                "open_interest_fall_24h_pct": day.open_interest_fall_24h_pct,
                "open_interest_fall_24h_ended_at": None
                if day.open_interest_fall_24h_pct is None
                else datetime.combine(first_day, datetime.min.time())
                + timedelta(days=position, hours=day.open_interest_fall_24h_hour),
            }
        )
    frame = pl.DataFrame(
        rows,
        schema_overrides={
            "pulled_at": pl.Datetime("us"),
            "open_interest_fall_24h_ended_at": pl.Datetime("us"),
            "feed_set": pl.String,
        },
        infer_schema_length=None,
    )
    return _derived(frame)


def _derived(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that dbt derives, by the definitions of the marts."""
    numbers = [name for name, dtype in frame.schema.items() if dtype == pl.Null]
    previous = pl.col("close_usd").shift(1)
    total = pl.col("long_liquidations_usd") + pl.col("short_liquidations_usd")
    contracts = pl.col("open_interest_coin")
    return frame.with_columns(pl.col(name).cast(pl.Float64) for name in numbers).with_columns(
        (100.0 * (pl.col("close_usd") / previous - 1.0)).alias("return_pct"),
        (100.0 * (pl.col("low_usd") / previous - 1.0)).alias("low_vs_previous_close_pct"),
        (100.0 * (pl.col("high_usd") / previous - 1.0)).alias("high_vs_previous_close_pct"),
        (100.0 * (pl.col("high_usd") - pl.col("low_usd")) / previous).alias("range_pct"),
        total.alias("liquidations_usd"),
        pl.when(total > 0).then(pl.col("long_liquidations_usd") / total).alias("long_share"),
        (total / pl.col("open_interest_usd").shift(1)).alias("previous_open_interest_share"),
        contracts.alias("linear_open_interest_coin"),
        pl.lit(None, pl.Float64).alias("inverse_open_interest_usd"),
        *(
            (100.0 * (contracts / contracts.shift(lag) - 1.0)).alias(f"open_interest_change_{lag}d_pct")
            for lag in (1, 3, 7)
        ),
        *(
            (100.0 * (pl.col("open_interest_usd") / pl.col("open_interest_usd").shift(lag) - 1.0)).alias(
                f"open_interest_usd_change_{lag}d_pct"
            )
            for lag in (1, 3, 7)
        ),
        (contracts / contracts.rolling_max(7, min_samples=1)).alias("open_interest_share_of_7d_max"),
        pl.when(contracts.is_not_null()).then(pl.lit("CONTRACT")).alias("instruments"),
        pl.when(contracts.is_not_null()).then(pl.lit("binance")).alias("venues"),
        (pl.col("inflow_coin") - pl.col("outflow_coin")).alias("netflow_coin"),
        pl.lit("coinmetrics_network").alias("feed"),
    )
