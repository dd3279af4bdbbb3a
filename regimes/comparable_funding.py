"""Funding of earlier days over the instruments of a later day.

An instrument that joins or ends must neither move the level that a day is compared with nor leave it without one.
"""

from __future__ import annotations

import polars as pl

from regimes.baselines import known_before
from regimes.marts import DailyMarts
from regimes.parameters import Windows

FUNDING_SET = ["asset", "funding_set"]


def comparable_funding(marts: DailyMarts, windows: Windows) -> pl.DataFrame:
    """Funding of each day's instruments on that day and on the days before it, weighted as in the mart.

    The set of a day is the instruments in its rate that have a baseline, or all of them if none has. Returns asset,
    funding_set, day, `comparable_funding_8h_bp` (bp per 8 hours) and `is_of_day` (whether the set is the set of that
    day), sorted: one row per set and day on which at least one instrument of the set was paid. A rate is a mean and
    not a sum, so an earlier day on which some instruments are missing counts with the others.
    """
    known = pl.col("weight_usd").filter(~pl.col("is_weight_assumed")).sum()
    days_before = known_before(
        pl.col("weight_usd").is_not_null(), windows.baseline_days, ["asset", "member"]
    ).fill_null(0)
    paid = (
        marts.funding_by_venue_daily.drop_nulls(["funding_8h_bp", "weight_usd"])
        .with_columns((pl.col("venue") + ":" + pl.col("instrument")).alias("member"))
        .sort("asset", "member", "day")
        .with_columns(known.over("asset", "day").alias("known_of_day"), days_before.alias("days_before"))
    )
    few = windows.baseline_minimum_days
    counted = (pl.col("days_before") >= few) | (pl.col("days_before").max().over("asset", "day") < few)
    own = paid.filter(counted).group_by("asset", "day").agg(pl.col("member").sort().str.join(", ").alias("funding_set"))
    sets = (
        own.group_by(FUNDING_SET)
        .agg(pl.col("day").min().alias("first_day"), pl.col("day").max().alias("last_day"))
        .with_row_index("set")
    )
    # An assumed weight is a share of the known weights of its day. Of fewer instruments it is that much smaller.
    of_known = pl.when(known > 0).then(known / pl.col("known_of_day")).otherwise(1.0)
    weight = pl.when("is_weight_assumed").then(pl.col("weight_usd") * of_known).otherwise("weight_usd")
    rate = (pl.col("funding_8h_bp") * weight).sum() / weight.sum()
    earliest = pl.col("first_day") - pl.duration(days=windows.percentile_days)
    rates = (
        sets.with_columns(pl.col("funding_set").str.split(", ").alias("member"))
        .drop("funding_set")
        .explode("member")
        .join(paid.drop("venue", "instrument"), on=["asset", "member"])
        .filter(pl.col("day").is_between(earliest, "last_day"))
        .group_by("set", "day")
        # Rounded, because equal rates under other weights differ in their last digit, and a percentile counts ties.
        .agg(rate.round(9).alias("comparable_funding_8h_bp"))
    )
    return (
        sets.join(rates, on="set")
        .join(own.with_columns(pl.lit(True).alias("is_of_day")), on=[*FUNDING_SET, "day"], how="left")
        .select(*FUNDING_SET, "day", "comparable_funding_8h_bp", pl.col("is_of_day").fill_null(False))
        .sort(*FUNDING_SET, "day")
    )
