"""The labels with the liquidations of one feed alone: whether feeds that see different parts of them agree.

A measurement only; the rules combine the feeds of a day. validation.py puts it into its table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import polars as pl

from regimes.classifier import judged
from regimes.features import daily_features
from regimes.labels import Label
from regimes.marts import DailyMarts
from regimes.parameters import Parameters
from regimes.schema import KEY

_SIDES = ("long_liquidations_usd", "short_liquidations_usd", "liquidations_usd")


def labels_by_feed(
    marts: DailyMarts, sources: pl.DataFrame, parameters: Parameters, now: datetime
) -> Iterator[tuple[str, pl.DataFrame]]:
    """For each feed of `sources` (liquidation_sources_daily): its name, and asset, day and event of the days that get a
    label from its liquidations alone. Feeds without sides for any day, which can give no label, are left out."""
    known = sources.filter(pl.all_horizontal(pl.col(*_SIDES).is_not_null()))
    for (feed,), of_feed in known.sort("feed").group_by("feed", maintain_order=True):
        alone = replace(
            marts,
            liquidations_by_venue_daily=of_feed.with_columns(pl.col("feed").alias("counted_as")),
            liquidations_daily=_totals(of_feed, marts),
        )
        days = judged(daily_features(alone, parameters), parameters, now).days
        yield str(feed), days.filter(pl.col("event") != Label.INSUFFICIENT_DATA.value).select(*KEY, "event")


def _totals(of_feed: pl.DataFrame, marts: DailyMarts) -> pl.DataFrame:
    """The mart liquidations_daily as it is with these rows alone; days without a row have none."""
    before = marts.open_interest_daily.select(
        "asset", pl.col("day") + pl.duration(days=1), pl.col("open_interest_usd").alias("before_usd")
    )
    total = pl.col("liquidations_usd")
    return (
        of_feed.group_by(KEY)
        .agg(
            pl.col(*_SIDES).sum(),
            pl.col("feed").first().alias("feed_set"),
            pl.col("venue").drop_nulls().unique().sort().str.join(", ").alias("venues"),
        )
        .join(before, on=KEY, how="left")
        .with_columns(
            pl.when(total > 0).then(pl.col("long_liquidations_usd") / total).alias("long_share"),
            (total / pl.col("before_usd")).alias("previous_open_interest_share"),
        )
        .sort(KEY)
    )
