"""Levels of each day from prices alone: the floor, the noise around it, and the high before it.

scenarios.py decides which of them is in force, and what the day did to it.
"""

from __future__ import annotations

import polars as pl

from regimes.parameters import SupportRule


def with_levels(frame: pl.DataFrame, rule: SupportRule) -> pl.DataFrame:
    """The frame (one row per calendar day and asset, sorted) with four levels in USD.

    `floor_usd`: lowest close of the `floor_days` before. `next_floor_usd`: the same including the day itself, which
    is the floor of the next day. `band_usd`: the larger of `band_pct` of the close and `band_atr_share` of the average
    true range (J. W. Wilder, New Concepts in Technical Trading Systems, 1978; here a plain mean). `resistance_usd`:
    highest high of the `resistance_days` that end with the day. Null without enough known days.
    """
    close, previous = pl.col("close_usd"), pl.col("close_usd").shift(1).over("asset")
    true_range = pl.max_horizontal("high_usd", previous) - pl.min_horizontal("low_usd", previous)
    window, few = f"{rule.floor_days}d", rule.floor_minimum_days
    return (
        frame.with_columns(
            close.rolling_min_by("day", window_size=window, min_samples=few, closed="left")
            .over("asset")
            .alias("floor_usd"),
            close.rolling_min_by("day", window_size=window, min_samples=few).over("asset").alias("next_floor_usd"),
            pl.when(previous.is_not_null()).then(true_range).alias("true_range"),
            pl.col("high_usd")
            .rolling_max_by("day", window_size=f"{rule.resistance_days}d")
            .over("asset")
            .alias("resistance_usd"),
        )
        .with_columns(
            pl.col("true_range")
            .rolling_mean_by("day", window_size=f"{rule.atr_days}d", min_samples=rule.atr_minimum_days)
            .over("asset")
            .alias("atr_usd")
        )
        .with_columns(
            pl.max_horizontal(rule.band_pct / 100.0 * close, rule.band_atr_share * pl.col("atr_usd")).alias("band_usd")
        )
        .drop("true_range")
    )
