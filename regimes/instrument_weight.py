"""How much of the usual instruments a day's totals cover: a total of fewer instruments is partial, not low.

Weights are by venue, and within a venue by instrument: a venue whose main contract is missing must not pass because a
small contract is there, and a small contract that ends must not look like an outage.
"""

from __future__ import annotations

import polars as pl

from regimes.marts import DailyMarts
from regimes.parameters import Gate, Windows
from regimes.schema import KEY

INSTRUMENT = ["asset", "venue", "instrument"]


def instrument_weights(marts: DailyMarts, calendar: pl.DataFrame, windows: Windows, gate: Gate) -> pl.DataFrame:
    """Share (0..1) of the baseline's weight that reported on the day, one column per input made of instruments.

    Returns asset, day, `open_interest_weight_share`, `funding_weight_share` and `liquidations_weight_share`. The
    weight of an instrument is its open interest summed over the baseline days on which it reported, so an instrument
    that ends loses its weight as its days leave the baseline. Liquidations are no weight, because their level says more
    about the feed than about the venue. A venue counts in full if more than `instrument_weight_share` of its weight
    reported, else with the part that reported. Null where the baseline has no instrument.
    """
    open_interest = _known(marts.open_interest_by_venue_daily, "open_interest_usd")
    reported = {
        "open_interest": open_interest,
        "funding": _known(marts.funding_by_venue_daily.filter("is_complete"), "funding_8h_bp"),
        "liquidations": _known(marts.liquidations_by_venue_daily.drop_nulls("counted_as"), "liquidations_usd"),
    }
    frame = calendar
    for name, of_input in reported.items():
        share = _share(of_input, open_interest, calendar, windows, gate)
        frame = frame.join(share.rename({"share": f"{name}_weight_share"}), on=KEY, how="left")
    return frame


def trailing_open_interest(
    marts: DailyMarts, instruments: pl.DataFrame, calendar: pl.DataFrame, windows: Windows
) -> pl.DataFrame:
    """`weight`: the open interest in USD of each instrument, summed over the baseline days before.

    Returns asset, venue, instrument, day and the weight, on every day of the calendar; null where nothing is known.
    """
    weighing = _known(marts.open_interest_by_venue_daily, "open_interest_usd").rename({"measure": "weight"})
    return _spine(instruments, calendar, weighing).with_columns(_sum_before("weight", windows))


def _known(frame: pl.DataFrame, measure: str) -> pl.DataFrame:
    return frame.filter(pl.col(measure).is_not_null()).select(*INSTRUMENT, "day", pl.col(measure).alias("measure"))


def _spine(instruments: pl.DataFrame, calendar: pl.DataFrame, *measured: pl.DataFrame) -> pl.DataFrame:
    """Every calendar day of every instrument with its measurements, sorted."""
    frame = instruments.select(INSTRUMENT).unique().join(calendar, on="asset")
    for each in measured:
        frame = frame.join(each, on=[*INSTRUMENT, "day"], how="left")
    return frame.sort(*INSTRUMENT, "day")


def _sum_before(column: str, windows: Windows) -> pl.Expr:
    before = pl.col(column).rolling_sum_by("day", window_size=f"{windows.baseline_days}d", closed="left")
    return before.over(INSTRUMENT)


def _share(
    reported: pl.DataFrame, weighing: pl.DataFrame, calendar: pl.DataFrame, windows: Windows, gate: Gate
) -> pl.DataFrame:
    """Weight of the venues that reported on the day over the weight of all in the baseline."""
    present = pl.col("reported").is_not_null()
    weighed = (reported.rename({"measure": "reported"}), weighing.rename({"measure": "weight"}))
    spine = _spine(reported, calendar, *weighed).with_columns(pl.when(present).then("weight").alias("weight"))
    spine = spine.with_columns(_sum_before("weight", windows))
    weights = (pl.col("weight").filter(present).sum().alias("present"), pl.col("weight").sum().alias("total"))
    is_enough = pl.col("present") > gate.instrument_weight_share * pl.col("total")
    venues = spine.group_by(*KEY, "venue").agg(weights)
    shares = (
        venues.with_columns(pl.when(is_enough).then("total").otherwise("present").alias("present"))
        .group_by(KEY)
        .agg(pl.col("present").sum(), pl.col("total").sum())
    )
    return shares.select(*KEY, pl.when(pl.col("total") > 0).then(pl.col("present") / pl.col("total")).alias("share"))
