"""The market over all assets: how many were flushed, squeezed, built up or quiet on a day, and totals over all.

It is made from the labels and figures of the assets, day by day; later days change no earlier row.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from regimes.data_quality import UNFINISHED
from regimes.labels import GROUP_OF, Group
from regimes.parameters import MarketRule, Parameters
from regimes.schema import conform
from regimes.words.market import market_sentence

GROUPS = tuple(group for group in Group if group is not Group.WITHOUT_READING)
FELL = (Group.FLUSHED, Group.LONG_SQUEEZED, Group.SOLD_OFF)
ROSE = (Group.SHORT_SQUEEZED, Group.RALLIED)
# What `missing_inputs` says of an asset whose figure does not count, by subject.
FLAWS = {
    "price": ("ohlc", "previous_close", "ohlc_stale"),
    "liquidations": ("long_liquidations", "short_liquidations", "liquidations_zero", "liquidations_partial"),
    "open_interest": (
        "open_interest",
        "open_interest_stale",
        "open_interest_jump",
        "open_interest_partial",
    ),
    "funding": ("funding", "funding_partial"),
}
FIGURES = ("close_usd", "open_interest_usd", "liquidations_usd", "funding_8h_bp")
HOT = ("hot", "overheated")


def market_breadth_daily(days: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """The table market_breadth_daily from the days of all assets, which have the columns of Classification.days.

    The order of the rows does not matter. A total without any asset behind it is null.
    """
    counted = _counted(days.sort("asset", "day"), parameters.market).sort("day", "asset")
    return_known, forced, held = (pl.col(name) for name in ("return_counts", "liquidations_count", "held_counts"))
    changed, funded = pl.col("change_counts"), pl.col("funding_counts")
    weight, change = pl.col("open_interest_before"), pl.col("open_interest_change_1d_pct")
    long, short = pl.col("long_liquidations_usd"), pl.col("short_liquidations_usd")
    frame = counted.group_by("day", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("asset_count"),
        _how_many(pl.col("market_group") != Group.WITHOUT_READING.value).alias("read_count"),
        *(_how_many(pl.col("market_group") == group.value).alias(f"{group}_count") for group in GROUPS),
        _how_many((pl.col("market_group") == Group.WITHOUT_READING.value) & pl.col("active")).alias(
            "without_reading_count"
        ),
        _how_many((pl.col("market_group") == Group.WITHOUT_READING.value) & ~pl.col("active")).alias("inactive_count"),
        pl.col("return_pct").filter(return_known).median().alias("median_asset_return_pct"),
        _how_many(return_known).alias("return_asset_count"),
        long.filter(forced).sum().alias("long_liquidations_usd"),
        short.filter(forced).sum().alias("short_liquidations_usd"),
        pl.col("liquidation_multiple").filter(forced).median().alias("median_asset_liquidation_multiple"),
        _how_many(forced).alias("liquidation_asset_count"),
        pl.col("venues_of_liquidations").filter(forced).explode().drop_nulls().unique().sort().alias("venue_list"),
        pl.col("open_interest_usd").filter(held).sum().alias("open_interest_usd"),
        _how_many(held).alias("open_interest_asset_count"),
        ((change * weight).filter(changed).sum() / weight.filter(changed).sum()).alias("open_interest_change_1d_pct"),
        _how_many(changed).alias("open_interest_change_asset_count"),
        (pl.col("funding_state") == "negative").filter(funded).mean().alias("negative_funding_share"),
        pl.col("funding_state").is_in(HOT).filter(funded).mean().alias("hot_funding_share"),
        _how_many(funded).alias("funding_asset_count"),
        pl.col("is_final").all(),
    )
    nobody_forced = pl.col("liquidation_asset_count") == 0
    return conform(
        frame.with_columns(
            *(
                pl.when(~nobody_forced).then(pl.col(name)).alias(name)
                for name in ("long_liquidations_usd", "short_liquidations_usd")
            ),
            pl.when(pl.col("open_interest_asset_count") > 0).then("open_interest_usd").alias("open_interest_usd"),
            pl.when(pl.col("open_interest_change_asset_count") > 0)
            .then("open_interest_change_1d_pct")
            .alias("open_interest_change_1d_pct"),
            pl.when(pl.col("venue_list").list.len() > 0)
            .then(pl.col("venue_list").list.join(", "))
            .alias("liquidation_venues"),
            pl.lit(parameters.rules_version).alias("rules_version"),
            pl.lit(parameters.parameter_hash).alias("parameter_hash"),
        )
        .with_columns((long + short).alias("liquidations_usd"))
        .with_columns(
            pl.when(pl.col("liquidations_usd") > 0).then(long / pl.col("liquidations_usd")).alias("long_share")
        )
        .sort("day"),
        "market_breadth_daily",
    )


def market_daily(breadth: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """The table market_daily from market_breadth_daily: the label of the market and its sentence."""
    labelled = breadth.with_columns(market_label(parameters.market).alias("market_label"))
    return conform(market_sentence(labelled), "market_daily")


def market_label(rule: MarketRule) -> pl.Expr:
    """The group that most of the assets read are in, else fell, rose or mixed; null with too few assets read."""
    read, active = pl.col("read_count"), pl.col("read_count") + pl.col("without_reading_count")
    enough = read > rule.readings_share * active
    needed = rule.majority_share * read
    by_group = [pl.when(_count(group) > needed).then(pl.lit(group.value)) for group in GROUPS]
    together = [
        pl.when(pl.sum_horizontal(_count(group) for group in groups) > needed).then(pl.lit(name))
        for name, groups in (("fell", FELL), ("rose", ROSE))
    ]
    return pl.when(enough).then(pl.coalesce(*by_group, *together, pl.lit("mixed")))


def _counted(days: pl.DataFrame, rule: MarketRule) -> pl.DataFrame:
    """Each asset and day with its group, and with what of it counts in the totals."""
    group = {label.value: group.value for label, group in GROUP_OF.items()}
    day_before = pl.col("day").shift(1).over("asset") == pl.col("day") - timedelta(days=1)
    before = pl.when(day_before).then(pl.col("open_interest_usd").shift(1).over("asset"))
    any_figure = pl.any_horizontal(pl.col(*FIGURES).is_not_null()).cast(pl.Int8)
    sides = pl.all_horizontal(pl.col("long_liquidations_usd", "short_liquidations_usd").is_not_null())
    return days.with_columns(
        pl.col("event").replace_strict(group, return_dtype=pl.String).alias("market_group"),
        (any_figure.rolling_max_by("day", window_size=f"{rule.active_days}d").over("asset") > 0).alias("active"),
        before.alias("open_interest_before"),
        (pl.col("return_pct").is_not_null() & _sound("price")).alias("return_counts"),
        (sides & _sound("liquidations")).alias("liquidations_count"),
        (pl.col("open_interest_usd").is_not_null() & _sound("open_interest")).alias("held_counts"),
        (pl.col("funding_state").is_not_null() & _sound("funding")).alias("funding_counts"),
        pl.col("liquidation_venues").str.split(", ").alias("venues_of_liquidations"),
    ).with_columns(
        (
            pl.col("held_counts")
            & (pl.col("open_interest_before") > 0).fill_null(value=False)
            & pl.col("open_interest_change_1d_pct").is_not_null()
        ).alias("change_counts")
    )


def _sound(subject: str) -> pl.Expr:
    """True where the asset's own label could rely on its figures of the subject."""
    missing = pl.col("missing_inputs").str.split(",")
    flawed = pl.any_horizontal(missing.list.contains(name) for name in (UNFINISHED, *FLAWS[subject]))
    return ~flawed.fill_null(value=False)


def _how_many(condition: pl.Expr) -> pl.Expr:
    return condition.sum().cast(pl.Int64)


def _count(group: Group) -> pl.Expr:
    return pl.col(f"{group}_count")
