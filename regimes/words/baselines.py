"""What the value of a feature is compared with, in words: the column `baseline` of the evidence."""

from __future__ import annotations

import polars as pl

from regimes.parameters import Parameters
from regimes.words.features import NUMERIC, meaning
from regimes.words.numbers import (
    basis_points,
    coins,
    number,
    percent,
    signed_coins,
    signed_percent,
    signed_usd,
    text,
    usd,
)


def baseline_texts(parameters: Parameters) -> dict[str, pl.Expr]:
    """For every numeric feature: what its value is compared with, or else what it measures."""
    return {feature: pl.lit(meaning(feature, parameters.numbers)) for feature in NUMERIC} | _own_words(parameters)


def positioning_texts(parameters: Parameters) -> dict[str, pl.Expr]:
    """For the features of positioning that a predicate of positioning reads: what the value is compared with."""
    usual = f", median of the {parameters.windows.baseline_days} days before with the same contracts: "
    col = pl.col

    def share(what: str, name: str) -> pl.Expr:
        return text(f"{what} ", percent(100.0 * col(name)), usual, percent(100.0 * col(f"median_{name}")))

    def premium(name: str) -> pl.Expr:
        return text(number(col(name), 3), " %")

    return {
        "taker_buy_share_z": share("takers bought", "taker_buy_share"),
        "perpetual_premium_pct": pl.lit("spot close of the day"),
        "perpetual_premium_z": text(
            "premium ", premium("perpetual_premium_pct"), usual, premium("median_perpetual_premium_pct")
        ),
        "long_account_share_z": share("long accounts", "long_account_share"),
        "top_trader_long_share_z": share("long positions of top traders", "top_trader_long_share"),
    }


def _own_words(parameters: Parameters) -> dict[str, pl.Expr]:
    """The baselines that say more than a description, because they have a figure of the day in them."""
    windows, bounds = parameters.windows, parameters.funding
    before = f"of the {windows.baseline_days} days before"
    year = f"the {windows.percentile_days} days before"
    col = pl.col
    scored = f", scored against the median and usual deviation {before}"
    spread = f", in usual deviations {before}"
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
            ", of which not attributable to liquidation waves ",
            signed_percent(col("open_interest_bleed_3d_pct")),
            spread,
        ),
        "open_interest_bleed_7d_sigma": text(
            "seven-day change ",
            signed_percent(col("open_interest_change_7d_pct")),
            ", of which not attributable to liquidation waves ",
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
