"""Features of the liquidations: each feed against its own past, then the feeds together.

Feeds see different parts of the forced orders: in a sum over feeds the feed that sees most would decide.
"""

from __future__ import annotations

import polars as pl

from regimes.baselines import percentile
from regimes.instrument_weight import trailing_open_interest
from regimes.marts import DailyMarts
from regimes.parameters import Windows
from regimes.schema import KEY

FEED = ["asset", "counted_as"]


def with_liquidations(frame: pl.DataFrame, marts: DailyMarts, calendar: pl.DataFrame, windows: Windows) -> pl.DataFrame:
    """The frame of joined marts with `liquidation_multiple`, `comparable_long_share`, `median_liquidations_usd`,
    `liquidation_percentile` and `liquidation_open_interest_pct`; sorted by asset and day.

    For each feed of the day's `feed_set`, liquidations are divided by the median of the feed's earlier days. The
    multiple is the mean over the feeds, weighted by the open interest of their contracts, and the share of longs counts
    in the same unit, so neither depends on how much a feed sees. A feed without a baseline does not count; neither does
    a feed whose open interest is unknown, unless it is unknown for all feeds.
    """
    combined = _of_the_day(marts, _by_feed(marts, calendar, windows))
    total = pl.col("liquidations_usd")
    return (
        frame.join(combined, on=KEY, how="left", maintain_order="left")
        .with_columns(
            # If a part of the total is unknown, the total is unknown, and so is everything made from it.
            *(
                pl.when(total.is_not_null()).then(pl.col(name)).alias(name)
                for name in ("liquidation_multiple", "comparable_long_share", "liquidation_percentile")
            ),
            (100.0 * pl.col("liquidation_open_interest_share")).alias("liquidation_open_interest_pct"),
        )
        .with_columns(
            pl.col("liquidation_multiple")
            .rolling_max_by("day", window_size=f"{windows.wave_days}d", closed="left")
            .over("asset")
            .alias("liquidation_multiple_max_3d")
        )
    )


def _by_feed(marts: DailyMarts, calendar: pl.DataFrame, windows: Windows) -> pl.DataFrame:
    """Every feed on each of its days: its totals, its usual day and rank, and the open interest of its contracts.

    A day on which a feed saw no liquidation is in no baseline, because the feed was broken.
    """
    liquidations = marts.liquidations_by_venue_daily.drop_nulls("counted_as")
    weights = trailing_open_interest(marts, liquidations, calendar, windows)
    known = pl.when(pl.col("liquidations_usd") > 0).then("liquidations_usd")
    usual = known.rolling_median_by(
        "day", window_size=f"{windows.liquidation_days}d", min_samples=windows.liquidation_minimum_days, closed="left"
    )
    rank = percentile("known_usd", windows.percentile_days, windows.percentile_minimum_days, FEED)
    return (
        liquidations.join(weights, on=["asset", "venue", "instrument", "day"], how="left")
        .sort(*FEED, "day", "venue", "instrument")
        .group_by(*FEED, "day", maintain_order=True)
        .agg(_sum_if_all_known("liquidations_usd"), _sum_if_all_known("long_liquidations_usd"), pl.col("weight").sum())
        .with_columns(known.alias("known_usd"), usual.over(FEED).alias("usual_usd"))
        .with_columns(rank.alias("percentile"))
    )


def _of_the_day(marts: DailyMarts, by_feed: pl.DataFrame) -> pl.DataFrame:
    """The feeds of each day's `feed_set` combined: one row per asset and day with at least one feed with a baseline."""
    total, usual = pl.col("liquidations_usd"), pl.col("usual_usd")
    nobody_known = (pl.col("weight").sum() <= 0.0).over(KEY)
    share = pl.col("weight") / pl.col("weight").sum().over(KEY)
    ranked = pl.col("percentile").is_not_null()
    return (
        marts.liquidations_daily.select(*KEY, "feed_set")
        .drop_nulls()
        .with_columns(pl.col("feed_set").str.split(", ").alias("counted_as"))
        .drop("feed_set")
        .explode("counted_as")
        .join(by_feed, on=[*FEED, "day"])
        .filter(usual.is_not_null() & total.is_not_null())
        .sort(*KEY, "counted_as")
        .with_columns(pl.when(nobody_known).then(1.0).otherwise("weight").alias("weight"))
        .with_columns(share.alias("share"))
        .group_by(KEY, maintain_order=True)
        .agg(
            (pl.col("share") * total / usual).sum().alias("liquidation_multiple"),
            (pl.col("share") * pl.col("long_liquidations_usd") / usual).sum().alias("long_multiple"),
            usual.sum().alias("median_liquidations_usd"),
            ((pl.col("share") * pl.col("percentile")).sum() / pl.col("share").filter(ranked).sum()).alias("mean_rank"),
            ranked.any().alias("is_ranked"),
        )
        .with_columns(
            pl.when(pl.col("liquidation_multiple") > 0)
            .then(pl.col("long_multiple") / pl.col("liquidation_multiple"))
            .alias("comparable_long_share"),
            pl.when("is_ranked").then("mean_rank").alias("liquidation_percentile"),
        )
        .drop("long_multiple", "mean_rank", "is_ranked")
    )


def _sum_if_all_known(column: str) -> pl.Expr:
    return pl.when(pl.col(column).is_not_null().all()).then(pl.col(column).sum()).alias(column)
