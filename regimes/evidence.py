"""Evidence rows: what a day's two best labels rest on, with values, memberships and baselines.

The scores themselves are made in classifier.py; the words about numbers are in wording.py.
"""

from __future__ import annotations

import polars as pl

from regimes.memberships import decider_column, membership_column
from regimes.parameters import LabelRule, Parameters, Ramp
from regimes.schema import FEATURE_COLUMNS
from regimes.wording import basis_points, coins, number, percent, signed_coins, signed_percent, text, usd

KEY = ["asset", "day"]
RANKS = {1: "best", 2: "second"}


def evidence_rows(frame: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """The table regime_evidence from the classified frame (features, memberships, best and second label).

    One row per predicate of the best and of the second label; a mixed day shows the two that came closest.
    Days without enough data have no rows, nor has a label that is no alternative.
    """
    judged = frame.filter(pl.col("data_status") != "insufficient")
    features = deciding_features(parameters)
    baselines = baseline_texts(parameters)
    parts = []
    for rule in parameters.labels:
        for rank, column in RANKS.items():
            near = pl.col(f"{column}_score") >= parameters.scores.alternative_floor
            rows = judged.filter((pl.col(column) == rule.label) & near)
            if rows.height:
                parts.extend(_predicate_rows(rows, rule, rank, features, baselines))
    if not parts:
        return _row_frame(judged.clear(), parameters.labels[0], 1, "", "core", 0.0, [], baselines)
    order = pl.col("position")
    return pl.concat(parts).sort(*KEY, "label_rank", order)


def deciding_features(parameters: Parameters) -> dict[str, list[str]]:
    """For every predicate the features that can decide it, its references followed to the end."""
    features: dict[str, list[str]] = {}
    for predicate in parameters.predicates:
        found: dict[str, None] = {}
        for condition in predicate.conditions:
            names = [condition.feature] if isinstance(condition, Ramp) else features[condition.predicate]
            found.update(dict.fromkeys(names))
        features[predicate.name] = list(found)
    return features


def _predicate_rows(
    rows: pl.DataFrame,
    rule: LabelRule,
    rank: int,
    features: dict[str, list[str]],
    baselines: dict[str, pl.Expr],
) -> list[pl.DataFrame]:
    frames = []
    required = sum(weight for _, weight in (*rule.core, *rule.guards))
    helpful = sum(weight for _, weight in rule.supporting)
    roles = (
        ("core", rule.core, required),
        ("guard", rule.guards, required),
        ("supporting", rule.supporting, helpful),
    )
    for role, members, total in roles:
        for predicate, weight in members:
            share = weight / total
            frames.append(
                _row_frame(rows, rule, rank, predicate, role, share, features[predicate], baselines)
            )
    return [frame.with_columns(pl.lit(position).alias("position")) for position, frame in enumerate(frames)]


def _row_frame(
    rows: pl.DataFrame,
    rule: LabelRule,
    rank: int,
    predicate: str,
    role: str,
    weight: float,
    features: list[str],
    baselines: dict[str, pl.Expr],
) -> pl.DataFrame:
    columns = {column.name: column for column in FEATURE_COLUMNS}
    if features:
        membership, decider = pl.col(membership_column(predicate)), pl.col(decider_column(predicate))
    else:
        membership, decider = pl.lit(None, pl.Float64), pl.lit(None, pl.String)

    def of_decider(choices: dict[str, pl.Expr], dtype: type[pl.DataType]) -> pl.Expr:
        if not choices:
            return pl.lit(None, dtype)
        return pl.coalesce(pl.when(decider == name).then(choice) for name, choice in choices.items())

    return rows.select(
        *KEY,
        pl.lit(rule.label).alias("label"),
        pl.lit(rank, pl.Int64).alias("label_rank"),
        pl.lit(predicate).alias("predicate"),
        pl.lit(role).alias("role"),
        decider.alias("feature"),
        of_decider({name: pl.col(name) for name in features}, pl.Float64).alias("value"),
        of_decider({name: pl.lit(columns[name].unit) for name in features}, pl.String).alias("unit"),
        membership.alias("membership"),
        pl.lit(weight).alias("weight"),
        of_decider({name: baselines[name] for name in features}, pl.String).alias("baseline"),
        of_decider({name: pl.lit(columns[name].source) for name in features}, pl.String).alias("source"),
    )


def baseline_texts(parameters: Parameters) -> dict[str, pl.Expr]:
    """For every feature that a ramp may read: what its value is held against, in words."""
    windows, bounds = parameters.windows, parameters.funding
    before = f"of the {windows.baseline_days} days before"
    year = f"the {windows.percentile_days} days before"
    col = pl.col
    scored = f", scored against the median and spread {before}"
    median_return = text(f"median {before}: ", signed_percent(col("median_return_pct")))
    median_change = text(f"median {before}: ", signed_percent(col("median_open_interest_change_1d_pct")))
    base = pl.lit(f"base: {bounds.base_from_bp} to {bounds.base_to_bp} bp per 8 hours")
    return {
        "return_pct": median_return,
        "return_z": text("return ", signed_percent(col("return_pct")), ", ", median_return),
        "return_3d_z": text("three-day return ", signed_percent(col("return_3d_pct")), scored),
        "return_7d_z": text("seven-day return ", signed_percent(col("return_7d_pct")), scored),
        "drawdown_pct": text("previous close; the day closed at ", signed_percent(col("return_pct"))),
        "drawdown_z": text("low ", signed_percent(col("drawdown_pct")), " from the previous close", scored),
        "run_up_z": text("high ", signed_percent(col("run_up_pct")), " from the previous close", scored),
        "range_multiple": text(
            f"median range of the {windows.range_days} days before: ", percent(col("median_range_pct"))
        ),
        "liquidation_multiple": text(
            f"median of the {windows.liquidation_days} days before: ", usd(col("median_liquidations_usd"))
        ),
        "long_share": pl.lit("balance of longs and shorts: 0.5"),
        "open_interest_change_1d_pct": median_change,
        "open_interest_change_3d_pct": pl.lit("open interest three days before"),
        "open_interest_change_1d_z": text(
            "change ", signed_percent(col("open_interest_change_1d_pct")), ", ", median_change
        ),
        "open_interest_change_3d_z": text(
            "three-day change ", signed_percent(col("open_interest_change_3d_pct")), scored
        ),
        "open_interest_change_7d_z": text(
            "seven-day change ", signed_percent(col("open_interest_change_7d_pct")), scored
        ),
        "funding_bp": base,
        "funding_z": text(f"median {before}: ", basis_points(col("median_funding_bp"))),
        "funding_vs_7d_median_bp": text(
            f"median of the {windows.funding_median_days} days before: ",
            basis_points(col("median_funding_7d_bp")),
        ),
        "funding_vs_3d_mean_bp": text(
            f"mean of the {windows.funding_cooling_days} days before: ",
            basis_points(col("funding_bp") - col("funding_vs_3d_mean_bp")),
        ),
        "funding_max_10d_bp": base,
        "funding_percentile": pl.lit(f"funding of {year}"),
        "leverage_percentile": pl.lit(f"leverage ratio of {year}"),
        "netflow_z": text(
            "netflow ",
            signed_coins(col("netflow_coin")),
            f", median {before}: ",
            signed_coins(col("median_netflow_coin")),
        ),
        "netflow_3d_z": text("three-day netflow ", signed_coins(col("netflow_3d_coin")), scored),
        "gross_inflow_z": text(
            "gross inflow ",
            coins(col("inflow_coin")),
            f", median {before}: ",
            coins(col("median_inflow_coin")),
        ),
        "address_ratio": text(
            f"median of the last {windows.address_weeks} same weekdays: ",
            number(col("active_addresses_count") / col("address_ratio"), 0),
            " addresses",
        ),
    }
