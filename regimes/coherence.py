"""Whether labels agree with the moves of their days, and whether they survive a small error in one input.

Counts over classified days; nothing here changes a label. validation.py puts them into its table.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import polars as pl

from regimes.classifier import judged
from regimes.labels import DEFINITIONS, Label
from regimes.parameters import Parameters
from regimes.schema import KEY
from tables.published.regimes import FEATURES_OF, FLOWS, FUNDING, FUNDS, LIQUIDATIONS, OPEN_INTEREST, PRICES, ROLLING

SHOCK_Z = 2.5  # usual deviations: from here on nobody calls a day quiet
QUIET_Z = 1.0
WIDE = 1.5  # times the usual range
ERROR = 0.1
QUIET = (Label.CONSOLIDATION.value, Label.MIXED.value)
# Measurements of one kind have one source, and so one error.
INPUTS: dict[str, tuple[str, ...]] = {
    "prices": (PRICES, ROLLING),
    "liquidations": (LIQUIDATIONS,),
    "open interest": (OPEN_INTEREST,),
    "funding": (FUNDING,),
    "exchange flows": (FLOWS,),
    "fund flows": (FUNDS,),
}
# Levels in the unit of the input, and ranks, which an error in one day's value does not scale.
_LEVELS = ("_usd", "_share", "_percentile", "_state", "_normalised", "_basis", "reach_balance")
_SHARE = "comparable_long_share"


def coherence(days: pl.DataFrame) -> Iterator[tuple[str, str, int, int]]:
    """For all assets together and for each one: subject, measure, how many days agree, of how many days.

    `days` has the columns of regimes_daily. A measure without a day is left out.
    """
    direction = {each.label.value: each.direction for each in DEFINITIONS}
    way = pl.col("event").replace_strict(direction, return_dtype=pl.String)
    of_shocks = [each.label.value for each in DEFINITIONS if each.direction is not None and each.of_shocks_only]
    z = pl.col("return_z")
    moved = pl.when(z < 0).then(pl.lit("down")).otherwise(pl.lit("up"))
    quiet = pl.any_horizontal(pl.col("event", "regime").is_in(QUIET))
    calm = (z.abs() < QUIET_Z) & (pl.col("range_multiple") < 1.0)
    measures = {
        "a shock has a label of its direction": (z.abs() >= SHOCK_Z, way.eq_missing(moved)),
        "a shock is neither mixed nor consolidation, as event or regime": (z.abs() >= SHOCK_Z, ~quiet),
        "a shock is attributed": (z.abs() >= SHOCK_Z, pl.col("family") != "none"),
        "consolidation has an ordinary range": (
            pl.any_horizontal(pl.col("event", "regime") == Label.CONSOLIDATION.value),
            pl.col("range_multiple") < WIDE,
        ),
        "a quiet day has no label of a shock": (calm, ~pl.col("event").is_in(of_shocks)),
    }
    complete = days.filter(pl.col("data_status") != "insufficient")
    parts = [("all assets", complete), *((str(key[0]), part) for key, part in complete.group_by("asset"))]
    for subject, part in sorted(parts, key=lambda pair: (pair[0] != "all assets", pair[0])):
        for measure, (of, agrees) in measures.items():
            found = part.filter(of)
            if found.height:
                yield subject, measure, found.filter(agrees).height, found.height


def survival(features: pl.DataFrame, parameters: Parameters, now: datetime) -> Iterator[tuple[str, int, int]]:
    """For each input: its name, how many days keep their event if the input is a tenth too small and if it is a tenth
    too large, and the number of days with a label. The last row, `any one input`, counts days that keep it through all.

    The error is in the day's own figure: baselines, and the days before, are as they are.
    """
    before = _events(features, parameters, now)
    kept = before.with_columns(pl.lit(value=True).alias("all"))
    for name, marts in INPUTS.items():
        kept = kept.with_columns(pl.lit(value=True).alias("kept"))
        for factor in (1.0 - ERROR, 1.0 + ERROR):
            after = _events(_mismeasured(features, marts, factor), parameters, now).rename({"event": "after"})
            kept = (
                kept.join(after, on=KEY, how="left")
                .with_columns((pl.col("kept") & pl.col("event").eq_missing(pl.col("after"))).alias("kept"))
                .drop("after")
            )
        yield name, int(kept["kept"].sum()), kept.height
        kept = kept.with_columns(pl.col("all") & pl.col("kept"))
    yield "any one input", int(kept["all"].sum()), kept.height


def _events(features: pl.DataFrame, parameters: Parameters, now: datetime) -> pl.DataFrame:
    days = judged(features, parameters, now).days
    return days.filter(pl.col("data_status") != "insufficient").select(*KEY, "event")


def _mismeasured(features: pl.DataFrame, marts: tuple[str, ...], factor: float) -> pl.DataFrame:
    """The features as they are if the day's figures from these marts are `factor` times the true ones.

    Of liquidations, longs alone are measured wrongly, because both sides wrong by the same part change no share.
    """
    names = [name for mart, names in FEATURES_OF if mart in marts for name in names]
    scaled = [
        name
        for name in names
        if features.schema[name] == pl.Float64 and not name.startswith("median_") and not name.endswith(_LEVELS)
    ]
    changed = [(factor * pl.col(name)).alias(name) for name in scaled]
    if _SHARE in names:
        longs, shorts = factor * pl.col(_SHARE), 1.0 - pl.col(_SHARE)
        whole = longs + shorts
        changed = [
            (longs / whole).alias(_SHARE),
            (whole * pl.col("liquidation_multiple")).alias("liquidation_multiple"),
        ]
    return features.with_columns(changed)
