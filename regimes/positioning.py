"""Features of positioning: takers, accounts and premium of perpetuals. They support a label and decide none.

positioning_evidence.py judges them. The classifier drops them before it makes a score.
"""

from __future__ import annotations

import polars as pl

from regimes.baselines import robust_z, trailing
from regimes.marts import checked
from regimes.parameters import Parameters
from regimes.schema import KEY, dtypes
from tables.published.regimes import SUPPORTING, SUPPORTING_MART

# A baseline never crosses a change of these: with other contracts the same market has other shares.
BASELINE = ["asset", "instruments"]


def with_positioning(frame: pl.DataFrame, positioning: pl.DataFrame | None, parameters: Parameters) -> pl.DataFrame:
    """The frame of features, a row per calendar day and asset, with those of positioning; null where unknown.

    `positioning` has the columns of positioning_daily; None if nothing is known of it. It adds no row. Raises MartError
    as for the other marts.
    """
    if positioning is None:
        unknown = (pl.lit(None, dtype).alias(name) for name, dtype in dtypes(SUPPORTING).items())
        return frame.with_columns(unknown)
    rule, windows = parameters.positioning, parameters.windows
    known = checked(SUPPORTING_MART, positioning).filter(pl.col("instruments").is_not_null())
    known = known.with_columns(
        _share("long_short_account_ratio").alias("long_account_share"),
        _share("top_trader_long_short_position_ratio").alias("top_trader_long_share"),
    )
    floors = {
        "taker_buy_share": rule.taker_buy_share_floor,
        "perpetual_premium_pct": rule.premium_floor_pct,
        "long_account_share": rule.long_share_floor,
        "top_trader_long_share": rule.long_share_floor,
    }
    days, few, clip = windows.baseline_days, windows.baseline_minimum_days, parameters.robust_z.clip
    scored = known.join(trailing(known, list(floors), days, BASELINE), on=[*BASELINE, "day"], how="left")
    scored = scored.with_columns(
        *(pl.col(f"{name}_median").alias(f"median_{name}") for name in floors),
        *(robust_z(name, floor, few, clip).alias(f"{name.removesuffix('_pct')}_z") for name, floor in floors.items()),
    )
    return frame.join(scored.select(*KEY, *SUPPORTING), on=KEY, how="left", maintain_order="left")


def _share(ratio: str) -> pl.Expr:
    """Longs per short as the part of longs. A share and its mirror add up to 1, so both directions score alike.

    Null for a ratio that is not positive: it is an outage, as in int_positioning__long_short_ratios.
    """
    return pl.when(pl.col(ratio) > 0).then(pl.col(ratio) / (1.0 + pl.col(ratio)))
