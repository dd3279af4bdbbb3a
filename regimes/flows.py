"""Features of the flows: coins to and from exchanges, money into and out of spot funds.

parameters.toml says from when a flow counts as selling.
"""

from __future__ import annotations

import polars as pl

from regimes.baselines import known_before, robust_z, trailing
from regimes.parameters import Parameters
from regimes.schema import KEY

ASSET = ["asset"]
# A baseline never crosses a change of these, because levels of different pulls are not comparable.
FLOW_BASELINE = ["asset", "flow_feed", "flow_pulled_at"]
SCORES = {"netflow_coin": "netflow_z", "netflow_3d_coin": "netflow_3d_z", "inflow_coin": "gross_inflow_z"}


def with_flows(frame: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """The frame of joined marts, a row per calendar day and asset, with the flow features; sorted by asset and day.

    A day on which no fund reported stays null and is in no baseline.
    """
    windows, rule = parameters.windows, parameters.robust_z
    of_one_pull = pl.col("netflow_coin").rolling_sum_by("day", window_size="3d", min_samples=3)
    known = pl.col("netflow_coin").is_not_null()
    frame = frame.with_columns(
        of_one_pull.over(FLOW_BASELINE).alias("netflow_3d_coin"),
        known_before(known, windows.baseline_days, ASSET).alias("any_netflow_count"),
    )
    of_exchanges = trailing(frame.filter(known), list(SCORES), windows.baseline_days, FLOW_BASELINE)
    of_funds = trailing(frame, ["fund_netflow_usd"], windows.baseline_days, ASSET)
    one_pull = [*KEY, *FLOW_BASELINE[1:]]
    frame = frame.join(of_exchanges, on=one_pull, how="left", maintain_order="left", nulls_equal=True)
    frame = frame.join(of_funds, on=KEY, how="left", maintain_order="left")
    floor = pl.max_horizontal(rule.netflow_floor_coin, rule.netflow_floor_reserve_share * pl.col("reserve_coin"))
    fund_floor = floor * pl.col("close_usd")
    return frame.with_columns(
        *(
            robust_z(column, floor, windows.baseline_minimum_days, rule.clip).alias(name)
            for column, name in SCORES.items()
        ),
        robust_z("fund_netflow_usd", fund_floor, windows.fund_flow_minimum_days, rule.clip).alias("fund_netflow_z"),
        pl.col("netflow_coin_median").alias("median_netflow_coin"),
        pl.col("inflow_coin_median").alias("median_inflow_coin"),
        pl.col("fund_netflow_usd_median").alias("median_fund_netflow_usd"),
    )
