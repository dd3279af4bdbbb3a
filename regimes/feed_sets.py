"""Earlier days over the members of a later one: liquidations over its feeds, funding over its instruments. What joins,
or drops out, must neither move the level that a day is held against nor leave it without one."""

from __future__ import annotations

import polars as pl

from regimes.baselines import known_before
from regimes.inputs import DailyMarts
from regimes.parameters import Windows

FEED_SET = ["asset", "feed_set"]
FUNDING_SET = ["asset", "funding_set"]


def comparable_liquidations(marts: DailyMarts) -> pl.DataFrame:
    """What the feeds of a set said together on each day that all of them have, whatever else was there.

    Returns asset, feed_set, day and `known_liquidations_usd`, sorted; one row per set that any day has and day that has
    at least the feeds of that set. Null where one of them has no value in USD, and where nobody was liquidated: that is
    a broken day.
    """
    sets = marts.liquidations_daily.select(FEED_SET).drop_nulls().unique()
    members = sets.with_columns(pl.col("feed_set").str.split(", ").alias("counted_as")).with_columns(
        pl.col("counted_as").list.len().alias("feeds")
    )
    total = pl.when(pl.col("total_usd").is_not_null().all()).then(pl.col("total_usd").sum())
    said = (
        marts.liquidations_by_venue_daily.drop_nulls("counted_as")
        .group_by("asset", "counted_as", "day")
        .agg(total.alias("total_usd"))
    )
    return (
        members.explode("counted_as")
        .join(said, on=["asset", "counted_as"])
        .group_by(*FEED_SET, "day", "feeds")
        .agg(total.alias("total_usd"), pl.len().alias("present"))
        .filter(pl.col("present") == pl.col("feeds"))
        .select(*FEED_SET, "day", pl.when(pl.col("total_usd") > 0).then("total_usd").alias("known_liquidations_usd"))
        .sort(*FEED_SET, "day")
    )


def comparable_funding(marts: DailyMarts, windows: Windows) -> pl.DataFrame:
    """What the instruments of a day were paid together on that day and on the days before it, weighted as in the mart.

    The set of a day is the instruments in its rate that have a baseline; where none has, all of them. Returns asset,
    funding_set, day, `comparable_funding_bp` and whether the set `is_of_day`, sorted; one row per set that any day has
    and day on which one of it was paid. Unlike liquidations a rate is a mean and not a sum, so an earlier day on which
    some of the set were missing stands with those that were there.
    """
    known = pl.col("weight").filter(~pl.col("is_weight_assumed")).sum()
    days_before = known_before(pl.col("weight").is_not_null(), windows.baseline_days, ["asset", "member"]).fill_null(0)
    paid = (
        marts.funding_by_venue_daily.drop_nulls(["rate_8h_bp", "weight"])
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
    # An assumed weight is a part of the known ones of its day: of a part of them it is that much less.
    of_known = pl.when(known > 0).then(known / pl.col("known_of_day")).otherwise(1.0)
    weight = pl.when("is_weight_assumed").then(pl.col("weight") * of_known).otherwise("weight")
    rate = (pl.col("rate_8h_bp") * weight).sum() / weight.sum()
    earliest = pl.col("first_day") - pl.duration(days=windows.percentile_days)
    rates = (
        sets.with_columns(pl.col("funding_set").str.split(", ").alias("member"))
        .drop("funding_set")
        .explode("member")
        .join(paid.drop("venue", "instrument"), on=["asset", "member"])
        .filter(pl.col("day").is_between(earliest, "last_day"))
        .group_by("set", "day")
        # Rounded, because equal rates under other weights differ in their last digit, and a percentile counts ties.
        .agg(rate.round(9).alias("comparable_funding_bp"))
    )
    return (
        sets.join(rates, on="set")
        .join(own.with_columns(pl.lit(True).alias("is_of_day")), on=[*FUNDING_SET, "day"], how="left")
        .select(*FUNDING_SET, "day", "comparable_funding_bp", pl.col("is_of_day").fill_null(False))
        .sort(*FUNDING_SET, "day")
    )
