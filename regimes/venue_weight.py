"""How much of the usual venues a day's totals cover: a total over fewer venues is partial, not low.

Coverage weighs venues, not instruments: a contract that ends leaves its venue present.
"""

from __future__ import annotations

import polars as pl

from regimes.inputs import DailyMarts
from regimes.parameters import Windows

KEY = ["asset", "day"]


def venue_weights(marts: DailyMarts, calendar: pl.DataFrame, windows: Windows) -> pl.DataFrame:
    """Share (0..1) of the baseline's venue weight that reported on the day, one column per venue-made input.

    Returns asset, day, `open_interest_venue_weight_share`, `funding_venue_weight_share` and
    `liquidations_venue_weight_share`. A venue weighs what its open interest (for liquidations: its
    liquidations) summed to over the baseline days before. Null where the baseline knows no venue.
    """
    open_interest = _per_venue(marts.open_interest_by_venue_daily, "open_interest_usd")
    liquidations = _per_venue(marts.liquidations_by_venue_daily, "total_usd")
    complete = marts.funding_by_venue_daily.filter(pl.col("is_complete") & pl.col("rate_8h_bp").is_not_null())
    funding = _per_venue(complete, "rate_8h_bp").with_columns(pl.lit(1.0).alias("measure"))
    return (
        calendar.join(_share(open_interest, open_interest, calendar, windows, "open_interest"), on=KEY, how="left")
        .join(_share(funding, open_interest, calendar, windows, "funding"), on=KEY, how="left")
        .join(_share(liquidations, liquidations, calendar, windows, "liquidations"), on=KEY, how="left")
    )


def _per_venue(frame: pl.DataFrame, measure: str) -> pl.DataFrame:
    """Known rows per (asset, venue, day) with the sum over the venue's instruments as `measure`."""
    known = frame.filter(pl.col(measure).is_not_null())
    return known.group_by("asset", "venue", "day").agg(pl.col(measure).sum().alias("measure"))


def _share(
    reported: pl.DataFrame, weighing: pl.DataFrame, calendar: pl.DataFrame, windows: Windows, name: str
) -> pl.DataFrame:
    """Weight of the venues that reported on the day over that of the venues seen in the baseline."""
    pairs = reported.select("asset", "venue").unique()
    days = f"{windows.baseline_days}d"
    over = ["asset", "venue"]
    spine = (
        pairs.join(calendar, on="asset")
        .join(reported.rename({"measure": "reported"}), on=["asset", "venue", "day"], how="left")
        .join(weighing.rename({"measure": "weight"}), on=["asset", "venue", "day"], how="left")
        .sort("asset", "venue", "day")
        .with_columns(
            pl.col("weight").rolling_sum_by("day", window_size=days, closed="left").over(over),
            pl.col("reported")
            .is_not_null()
            .cast(pl.Int64)
            .rolling_sum_by("day", window_size=days, closed="left")
            .over(over)
            .alias("seen"),
        )
        .filter(pl.col("seen") > 0)
    )
    shares = spine.group_by("asset", "day").agg(
        pl.col("weight").filter(pl.col("reported").is_not_null()).sum().alias("present"),
        pl.col("weight").sum().alias("total"),
    )
    return shares.select(
        "asset",
        "day",
        pl.when(pl.col("total") > 0).then(pl.col("present") / pl.col("total")).alias(f"{name}_venue_weight_share"),
    )
