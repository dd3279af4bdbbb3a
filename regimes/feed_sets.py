"""Liquidations of earlier days over the feeds of a later one: a feed that joins, or drops out for a day, must neither
move the level that a day is held against nor leave it without one."""

from __future__ import annotations

import polars as pl

from regimes.inputs import DailyMarts

FEED_SET = ["asset", "feed_set"]


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
