"""How much of the usual instruments a day's totals cover: a total over fewer of them is partial, not low.

Weighed by venue, and within a venue by instrument: one whose main contract is missing must not pass because a small
one is there, and a small one that ends must not look like an outage.
"""

from __future__ import annotations

import polars as pl

from regimes.inputs import DailyMarts
from regimes.parameters import Gate, Windows

KEY = ["asset", "day"]
INSTRUMENT = ["asset", "venue", "instrument"]


def instrument_weights(marts: DailyMarts, calendar: pl.DataFrame, windows: Windows, gate: Gate) -> pl.DataFrame:
    """Share (0..1) of the baseline's weight that reported on the day, one column per input made of instruments.

    Returns asset, day, `open_interest_weight_share`, `funding_weight_share` and `liquidations_weight_share`. An
    instrument weighs what its open interest (for liquidations: its liquidations) summed to over the baseline days
    before, until it has been absent for `instrument_ended_days`. A venue counts in whole when more than
    `instrument_weight_share` of its weight reported, else with what did. Null where the baseline knows no instrument.
    """
    open_interest = _known(marts.open_interest_by_venue_daily, "open_interest_usd")
    liquidations = _known(marts.liquidations_by_venue_daily.drop_nulls("counted_as"), "total_usd")
    funding = _known(marts.funding_by_venue_daily.filter("is_complete"), "rate_8h_bp")
    shares = {
        "open_interest": (open_interest, open_interest),
        "funding": (funding, open_interest),
        "liquidations": (liquidations, liquidations),
    }
    frame = calendar
    for name, (reported, weighing) in shares.items():
        share = _share(reported, weighing, calendar, windows, gate)
        frame = frame.join(share.rename({"share": f"{name}_weight_share"}), on=KEY, how="left")
    return frame


def _known(frame: pl.DataFrame, measure: str) -> pl.DataFrame:
    return frame.filter(pl.col(measure).is_not_null()).select(*INSTRUMENT, "day", pl.col(measure).alias("measure"))


def _share(
    reported: pl.DataFrame, weighing: pl.DataFrame, calendar: pl.DataFrame, windows: Windows, gate: Gate
) -> pl.DataFrame:
    """Weight of the venues that stand on the day over that of those seen lately."""
    on = [*INSTRUMENT, "day"]
    present = pl.col("reported").is_not_null()
    seen = present.cast(pl.Int64).rolling_sum_by("day", window_size=f"{gate.instrument_ended_days}d", closed="left")
    weight = pl.col("weight").rolling_sum_by("day", window_size=f"{windows.baseline_days}d", closed="left")
    spine = (
        reported.select(INSTRUMENT)
        .unique()
        .join(calendar, on="asset")
        .join(reported.rename({"measure": "reported"}), on=on, how="left")
        .join(weighing.rename({"measure": "weight"}), on=on, how="left")
        .sort(on)
        .with_columns(weight.over(INSTRUMENT), seen.over(INSTRUMENT).alias("seen"))
        .filter(pl.col("seen") > 0)
    )
    weights = (pl.col("weight").filter(present).sum().alias("present"), pl.col("weight").sum().alias("total"))
    stands = pl.col("present") > gate.instrument_weight_share * pl.col("total")
    venues = spine.group_by(*KEY, "venue").agg(weights)
    shares = (
        venues.with_columns(pl.when(stands).then("total").otherwise("present").alias("present"))
        .group_by(KEY)
        .agg(pl.col("present").sum(), pl.col("total").sum())
    )
    return shares.select(*KEY, pl.when(pl.col("total") > 0).then(pl.col("present") / pl.col("total")).alias("share"))
