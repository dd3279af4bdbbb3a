"""Evidence rows: what a day's two best labels rest on, with values, memberships and baselines.

The scores themselves are made in classifier.py; the words about numbers are in wording.py.
"""

from __future__ import annotations

import polars as pl

from regimes.columns import KEY
from regimes.feature_schema import FEATURE_COLUMNS
from regimes.memberships import decider_column, membership_column
from regimes.parameters import LabelRule, Parameters, Ramp
from regimes.wording import basis_points, coins, number, percent, signed_coins, signed_percent, signed_usd, text, usd


def evidence_rows(frame: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """The table regime_evidence from the classified frame (features, memberships, best and second label).

    One row per predicate of the best and of the second label; a mixed day shows the two that came closest.
    Days without enough data have no rows, nor has a label that is no alternative.
    """
    judged = frame.lazy().filter(pl.col("data_status") != "insufficient")
    features = deciding_features(parameters)
    baselines = baseline_texts(parameters)
    near = parameters.scores.alternative_floor
    parts = []
    for rule in parameters.labels:
        best = (pl.col("best") == rule.label) & (pl.col("best_score") >= near)
        second = (pl.col("second") == rule.label) & (pl.col("second_score") >= near)
        rank = pl.when(best).then(pl.lit(1, pl.Int64)).when(second).then(pl.lit(2, pl.Int64))
        days = judged.with_columns(rank.alias("label_rank")).filter(pl.col("label_rank").is_not_null())
        parts.extend(_predicate_rows(days, rule, features, baselines))
    dictionary = pl.LazyFrame(
        [(column.name, column.unit, column.source) for column in FEATURE_COLUMNS],
        schema=["feature", "unit", "mart"],
        orient="row",
    )
    rows = pl.concat(parts).join(dictionary, on="feature", how="left")
    return rows.sort(*KEY, "label_rank", "position").collect()


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
    days: pl.LazyFrame,
    rule: LabelRule,
    features: dict[str, list[str]],
    baselines: dict[str, pl.Expr],
) -> list[pl.LazyFrame]:
    """The days, once per predicate of the rule, with the feature that decided it on each."""
    required = sum(weight for _, weight in (*rule.core, *rule.guards))
    helpful = sum(weight for _, weight in rule.supporting)
    members = [
        *(("core", predicate, weight / required) for predicate, weight in rule.core),
        *(("guard", predicate, weight / required) for predicate, weight in rule.guards),
        *(("supporting", predicate, weight / helpful) for predicate, weight in rule.supporting),
    ]
    frames = []
    for position, (role, predicate, weight) in enumerate(members):
        names = features[predicate]
        frames.append(
            days.select(
                *KEY,
                pl.lit(rule.label).alias("label"),
                "label_rank",
                pl.lit(position).alias("position"),
                pl.lit(predicate).alias("predicate"),
                pl.lit(role).alias("role"),
                pl.col(decider_column(predicate)).alias("feature"),
                _decided(predicate, {name: pl.col(name) for name in names}).alias("value"),
                pl.col(membership_column(predicate)).alias("membership"),
                pl.lit(weight).alias("weight"),
                _decided(predicate, {name: baselines[name] for name in names}).alias("baseline"),
            )
        )
    return frames


def _decided(predicate: str, choices: dict[str, pl.Expr]) -> pl.Expr:
    """Of the choices, keyed by feature, the one of the feature that decided the predicate."""
    decider = pl.col(decider_column(predicate))
    return pl.coalesce(pl.when(decider == name).then(choice) for name, choice in choices.items())


def baseline_texts(parameters: Parameters) -> dict[str, pl.Expr]:
    """For every feature that a ramp may read: what its value is held against, in words."""
    windows, bounds = parameters.windows, parameters.funding
    before = f"of the {windows.baseline_days} days before"
    year = f"the {windows.percentile_days} days before"
    col = pl.col
    scored = f", scored against the median and spread {before}"
    spread = f", in the spread {before}"
    median_return = text(f"median {before}: ", signed_percent(col("median_return_pct")))
    median_change = text(f"median {before}: ", signed_percent(col("median_open_interest_change_1d_pct")))
    base = pl.lit(f"base: {bounds.base_from_bp} to {bounds.base_to_bp} bp per 8 hours")
    return {
        "return_pct": median_return,
        "return_z": text("return ", signed_percent(col("return_pct")), ", ", median_return),
        "return_3d_z": text("three-day return ", signed_percent(col("return_3d_pct")), scored),
        "return_7d_z": text("seven-day return ", signed_percent(col("return_7d_pct")), scored),
        "low_vs_previous_close_pct": text("previous close; the day closed at ", signed_percent(col("return_pct"))),
        "low_vs_previous_close_z": text(
            "low ", signed_percent(col("low_vs_previous_close_pct")), " from the previous close", scored
        ),
        "high_vs_previous_close_z": text(
            "high ", signed_percent(col("high_vs_previous_close_pct")), " from the previous close", scored
        ),
        "worst_return_24h_z": text("worst 24 hours ", signed_percent(col("worst_return_24h_pct")), scored),
        "best_return_24h_z": text("best 24 hours ", signed_percent(col("best_return_24h_pct")), scored),
        "reach_balance": text(
            "low ",
            signed_percent(col("low_vs_previous_close_pct")),
            ", high ",
            signed_percent(col("high_vs_previous_close_pct")),
            " on the day",
        ),
        "range_multiple": text(
            f"median range of the {windows.range_days} days before: ", percent(col("median_range_pct"))
        ),
        "liquidation_multiple": text(
            f"median of the {windows.liquidation_days} days before: ", usd(col("median_liquidations_usd"))
        ),
        "liquidation_multiple_max_3d": pl.lit(f"multiples of the {windows.wave_days} days before"),
        "comparable_long_share": pl.lit("balance of longs and shorts: 0.5"),
        "open_interest_change_1d_pct": median_change,
        "open_interest_change_3d_pct": pl.lit("open interest three days before"),
        "open_interest_fall_24h_pct": pl.lit("open interest 24 hours before"),
        "open_interest_fall_24h_day_share": text(
            "largest fall within 24 hours: ", signed_percent(col("open_interest_fall_24h_pct"))
        ),
        "open_interest_change_1d_sigma": text("change ", signed_percent(col("open_interest_change_1d_pct")), spread),
        "open_interest_change_3d_sigma": text(
            "three-day change ", signed_percent(col("open_interest_change_3d_pct")), spread
        ),
        "open_interest_change_7d_sigma": text(
            "seven-day change ", signed_percent(col("open_interest_change_7d_pct")), spread
        ),
        "open_interest_bleed_3d_sigma": text(
            "three-day change ",
            signed_percent(col("open_interest_change_3d_pct")),
            ", of which no wave of liquidations brought ",
            signed_percent(col("open_interest_bleed_3d_pct")),
            spread,
        ),
        "open_interest_bleed_7d_sigma": text(
            "seven-day change ",
            signed_percent(col("open_interest_change_7d_pct")),
            ", of which no wave of liquidations brought ",
            signed_percent(col("open_interest_bleed_7d_pct")),
            spread,
        ),
        "funding_8h_bp": base,
        "funding_z": text(f"median {before}: ", basis_points(col("median_funding_bp"))),
        "funding_vs_7d_median_sigma": text(
            f"median of the {windows.funding_median_days} days before: ",
            basis_points(col("median_funding_7d_bp")),
            spread,
        ),
        "funding_vs_3d_mean_bp": text(
            f"mean of the {windows.funding_cooling_days} days before: ",
            basis_points(col("comparable_funding_8h_bp") - col("funding_vs_3d_mean_bp")),
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
        "fund_netflow_z": text(
            "fund netflow ",
            signed_usd(col("fund_netflow_usd")),
            f", median {before}: ",
            signed_usd(col("median_fund_netflow_usd")),
        ),
        "address_ratio": text(
            f"median of the last {windows.address_weeks} same weekdays: ",
            number(col("active_addresses_count") / col("address_ratio"), 0),
            " addresses",
        ),
    }
