"""Earlier days over the members of a later one: liquidations over its feeds, funding over its instruments. What joins,
or drops out, must neither move the level that a day is held against nor leave it without one."""

from __future__ import annotations

import polars as pl

from regimes.inputs import DailyMarts

FEED_SET = ["asset", "feed_set"]
FUNDING_SET = ["asset", "funding_instruments"]


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


def comparable_funding(marts: DailyMarts, days: int) -> pl.DataFrame:
    """What the instruments of a day's rate were paid together on that day and on the `days` before it.

    Returns asset, funding_instruments (the `instruments` of funding_daily), day and `funding_bp`, sorted; one row per
    set that any day has and day on which one of its instruments was paid. Unlike liquidations a rate is a mean and not
    a sum, so an earlier day on which some of the set were missing stands with those that were there.
    """
    sets = (
        marts.funding_daily.rename({"instruments": "funding_instruments"})
        .drop_nulls("funding_instruments")
        .group_by(FUNDING_SET)
        .agg(pl.col("day").min().alias("first_day"), pl.col("day").max().alias("last_day"))
        .with_row_index("set")
    )
    members = sets.with_columns(pl.col("funding_instruments").str.split(", ").alias("member")).explode("member")
    known = pl.col("weight").filter(~pl.col("is_weight_assumed")).sum()
    paid = marts.funding_by_venue_daily.drop_nulls("weight").select(
        "asset",
        "day",
        (pl.col("venue") + ":" + pl.col("instrument")).alias("member"),
        "rate_8h_bp",
        "weight",
        "is_weight_assumed",
        known.over("asset", "day").alias("known_of_day"),
    )
    # An assumed weight is a part of the known ones of its day: of a part of them it is that much less.
    of_known = pl.when(known > 0).then(known / pl.col("known_of_day")).otherwise(1.0)
    weight = pl.when("is_weight_assumed").then(pl.col("weight") * of_known).otherwise("weight")
    rates = (
        members.drop("funding_instruments")
        .join(paid, on=["asset", "member"])
        .filter(pl.col("day").is_between(pl.col("first_day") - pl.duration(days=days), "last_day"))
        .group_by("set", "day")
        # Rounded, because equal rates under other weights differ in their last digit, and a percentile counts ties.
        .agg(((pl.col("rate_8h_bp") * weight).sum() / weight.sum()).round(9).alias("funding_bp"))
    )
    return sets.join(rates, on="set").select(*FUNDING_SET, "day", "funding_bp").sort(*FUNDING_SET, "day")
