"""The support of each day and the outcomes of each scenario, with how often earlier ones ended the same way.

Base rates of a day count only earlier days whose following days were known by then.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from regimes.parameters import ScenarioRule
from regimes.scenarios import Scenario
from regimes.schema import KEY, TABLES, conform, dtypes
from regimes.words.scenarios import conditions
from tables.published.regimes import SUPPORT_DAILY

EVERYTHING = "36500d"  # a century: the median of all days so far
# What the rates of a day are made from and shown beside: a sort or a join of the classified frame moves 300 columns.
OF_THE_DAY = [name for name in SUPPORT_DAILY.columns if not name.startswith("earlier_")]


def with_forward(frame: pl.DataFrame, rule: ScenarioRule) -> pl.DataFrame:
    """The frame with `forward_low_usd`, lowest of the next `hold_days` closes, and `forward_return_pct` over
    `forward_days`; null unless all of them are known. For measurements only; no rule reads them."""
    closes = [pl.col("close_usd").shift(-step).over("asset") for step in range(1, rule.hold_days + 1)]
    known = pl.all_horizontal(close.is_not_null() for close in closes)
    later = pl.col("close_usd").shift(-rule.forward_days).over("asset")
    return frame.with_columns(
        pl.when(known).then(pl.min_horizontal(closes)).alias("forward_low_usd"),
        (100.0 * (later / pl.col("close_usd") - 1.0)).alias("forward_return_pct"),
    )


def support_daily(frame: pl.DataFrame, rule: ScenarioRule) -> pl.DataFrame:
    """The table support_daily, with the base rates of each day's status as known on the day."""
    frame = with_forward(frame.select(OF_THE_DAY), rule)
    measured = frame.filter(pl.col("support_status").is_not_null() & pl.col("forward_return_pct").is_not_null())
    measured = measured.select(
        "asset",
        "support_status",
        "day",
        (pl.col("forward_low_usd") >= pl.col("support_usd")).cast(pl.Float64).alias("held"),
        "forward_return_pct",
    )
    group = ["asset", "support_status"]
    rates = measured.sort("day").select(
        *group,
        # What followed a day is known `forward_days` later; from then on the row counts all days up to this one.
        (pl.col("day") + pl.duration(days=rule.forward_days)).alias("day"),
        pl.int_range(1, pl.len() + 1).over(group).cast(pl.Int64).alias("earlier_count"),
        (pl.col("held").cum_sum() / pl.int_range(1, pl.len() + 1)).over(group).alias("earlier_held_share"),
        pl.col("forward_return_pct")
        .rolling_median_by("day", window_size=EVERYTHING)
        .over(group)
        .alias("earlier_median_return_7d_pct"),
    )
    known = frame.sort("day").join_asof(rates.sort("day"), on="day", by=group, check_sortedness=False)
    return conform(known.with_columns(pl.col("earlier_count").fill_null(0)).sort("asset", "day"), "support_daily")


def scenario_table(scenarios: Sequence[Scenario], frame: pl.DataFrame, rule: ScenarioRule) -> pl.DataFrame:
    """The table scenarios: a row for every scenario and outcome."""
    resolved: dict[str, list[Scenario]] = {}
    for each in scenarios:
        if each.resolved_on is not None:
            resolved.setdefault(each.asset, []).append(each)
    columns = with_forward(frame.select(*KEY, "close_usd"), rule).select(*KEY, "forward_return_pct")
    ends = pl.DataFrame(
        [(each.asset, each.resolved_on) for several in resolved.values() for each in several],
        schema={name: columns.schema[name] for name in ("asset", "day")},
        orient="row",
    )
    after = {(asset, day): value for asset, day, value in columns.join(ends, on=["asset", "day"], how="semi").rows()}
    rows, outcomes = [], conditions(rule)
    for scenario in scenarios:
        # A forward return is known `forward_days` later; the share of outcomes counts the same scenarios.
        earlier = [
            each
            for each in resolved.get(scenario.asset, [])
            if each.resolved_on is not None and (scenario.opened_on - each.resolved_on).days >= rule.forward_days
        ]
        for outcome, condition in outcomes.items():
            alike = [each for each in earlier if each.resolution is outcome]
            returns = pl.Series([after[(each.asset, each.resolved_on)] for each in alike], dtype=pl.Float64)
            reached = "resolved" if scenario.resolution is outcome else "not_met"
            rows.append(
                {
                    "asset": scenario.asset,
                    "opened_on": scenario.opened_on,
                    "outcome": outcome.value,
                    "event": scenario.event,
                    "support_usd": scenario.support,
                    "support_band_usd": scenario.band,
                    "resistance_usd": scenario.resistance,
                    "condition": condition,
                    "status": "open" if scenario.resolution is None else reached,
                    "resolved_on": scenario.resolved_on,
                    "earlier_count": len(earlier),
                    "earlier_share": len(alike) / len(earlier) if earlier else None,
                    "earlier_median_return_7d_pct": returns.median(),
                }
            )
    return conform(
        pl.DataFrame(rows, schema=dtypes(TABLES["scenarios"].columns), orient="row"),
        "scenarios",
    )
