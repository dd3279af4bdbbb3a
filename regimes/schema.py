"""The columns that the regimes publish, with type, unit, description and the mart each was made from.

The one place for them: the warehouse makes comments of them, and a frame is checked before it leaves.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

PRICES = "prices_daily"
LIQUIDATIONS = "liquidations_daily"
OPEN_INTEREST = "open_interest_daily"
FUNDING = "funding_daily"
FLOWS = "exchange_flows_daily"
NETWORK = "network_activity_daily"
ROLLING = "rolling_24h_daily"


class SchemaMismatchError(ValueError):
    """A frame does not have the columns that it is published with."""


@dataclass(frozen=True)
class Column:
    """One published column. `unit` is empty for texts; `source` is the mart the value was made from."""

    name: str
    dtype: pl.DataType
    unit: str
    description: str
    source: str = ""


def _number(name: str, unit: str, source: str, description: str) -> Column:
    return Column(name, pl.Float64(), unit, description, source)


def _text(name: str, description: str, source: str = "") -> Column:
    return Column(name, pl.String(), "", description, source)


KEY_COLUMNS = (
    _text("asset", "Base asset, for example BTC."),
    Column("day", pl.Date(), "UTC day", "Calendar day in UTC, [00:00, 24:00)."),
)

_Z = "robust standard deviations"
_OVER_90 = "against the median and MAD of the 90 days before, clipped at 10"

PRICE_FEATURES = (
    _number("close_usd", "USD", PRICES, "Last price of the day."),
    _number("return_pct", "%", PRICES, "Close against the previous close."),
    _number("return_3d_pct", "%", PRICES, "Close against the close three days before."),
    _number("return_7d_pct", "%", PRICES, "Close against the close seven days before."),
    _number("drawdown_pct", "%", PRICES, "Low against the previous close."),
    _number("run_up_pct", "%", PRICES, "High against the previous close."),
    _number("range_pct", "%", PRICES, "High less low against the previous close."),
    _number(
        "reach_balance",
        "ratio -1..1",
        PRICES,
        "Run-up plus drawdown over the range: above 0 it went further up than down.",
    ),
    _number("median_range_pct", "%", PRICES, "Median range of the 30 days before."),
    _number("range_multiple", "ratio", PRICES, "Range against the median of the 30 days before."),
    _number("median_return_pct", "%", PRICES, "Median daily return of the 90 days before."),
    _number("return_z", _Z, PRICES, f"Return {_OVER_90}."),
    _number("return_3d_z", _Z, PRICES, f"Three-day return {_OVER_90}."),
    _number("return_7d_z", _Z, PRICES, f"Seven-day return {_OVER_90}."),
    _number("drawdown_z", _Z, PRICES, f"Drawdown {_OVER_90}."),
    _number("run_up_z", _Z, PRICES, f"Run-up {_OVER_90}."),
    _number("worst_return_24h_pct", "%", ROLLING, "Worst rolling 24-hour return that ends in the day."),
    _number("worst_return_24h_z", _Z, ROLLING, f"Worst rolling 24-hour return {_OVER_90}."),
    _number("best_return_24h_pct", "%", ROLLING, "Best rolling 24-hour return that ends in the day."),
    _number("best_return_24h_z", _Z, ROLLING, f"Best rolling 24-hour return {_OVER_90}."),
)

LIQUIDATION_FEATURES = (
    _number("long_liquidations_usd", "USD", LIQUIDATIONS, "Long positions closed by force."),
    _number("short_liquidations_usd", "USD", LIQUIDATIONS, "Short positions closed by force."),
    _number("liquidations_usd", "USD", LIQUIDATIONS, "Positions closed by force, both sides."),
    _number("long_share", "share 0..1", LIQUIDATIONS, "Longs among the liquidations."),
    _number("median_liquidations_usd", "USD", LIQUIDATIONS, "Median day of the 30 before, same set of feeds only."),
    _number(
        "liquidation_multiple",
        "ratio",
        LIQUIDATIONS,
        "Liquidations against the median of the 30 days before within the same set of feeds.",
    ),
    _number(
        "liquidation_percentile",
        "percentile 0..100",
        LIQUIDATIONS,
        "Rank among the 365 days before within the same set of feeds.",
    ),
    _number(
        "liquidation_open_interest_pct",
        "%",
        LIQUIDATIONS,
        "Liquidations against the open interest of the day before; no label reads it: levels differ by feed.",
    ),
)

OPEN_INTEREST_FEATURES = (
    _number("open_interest_usd", "USD", OPEN_INTEREST, "Open interest at the end of the day, one-sided."),
    _number("open_interest_change_1d_pct", "%", OPEN_INTEREST, "Change over one day in contract units."),
    _number("open_interest_change_3d_pct", "%", OPEN_INTEREST, "Change over three days in contract units."),
    _number("open_interest_change_7d_pct", "%", OPEN_INTEREST, "Change over seven days in contract units."),
    _text(
        "open_interest_change_basis",
        "contracts, or usd_adjusted where a change was made from USD less 0.85 x return; else null.",
        OPEN_INTEREST,
    ),
    _number(
        "open_interest_fall_24h_pct",
        "%",
        ROLLING,
        "Largest fall within 24 hours that end in the day, in contract units.",
    ),
    _number(
        "open_interest_fall_24h_day_share",
        "share 0..1",
        ROLLING,
        "Part of those 24 hours that lies in the day; the rest lies in the day before.",
    ),
    _number(
        "open_interest_from_7d_max_pct",
        "%",
        OPEN_INTEREST,
        "Contract-unit open interest against its maximum of the seven days that end today; 0 at the maximum.",
    ),
    _number("median_open_interest_change_1d_pct", "%", OPEN_INTEREST, "Median daily change of the 90 days before."),
    _number("open_interest_change_1d_z", _Z, OPEN_INTEREST, f"One-day change {_OVER_90}."),
    _number("open_interest_change_3d_z", _Z, OPEN_INTEREST, f"Three-day change {_OVER_90}."),
    _number("open_interest_change_7d_z", _Z, OPEN_INTEREST, f"Seven-day change {_OVER_90}."),
)

FUNDING_FEATURES = (
    _number("funding_bp", "bp per 8 h", FUNDING, "Funding rate of the day, weighted by open interest."),
    _number("median_funding_7d_bp", "bp per 8 h", FUNDING, "Median funding of the seven days before."),
    _number("median_funding_bp", "bp per 8 h", FUNDING, "Median funding of the 90 days before."),
    _number("funding_vs_7d_median_bp", "bp per 8 h", FUNDING, "Funding less the median of the seven days before."),
    _number("funding_vs_3d_mean_bp", "bp per 8 h", FUNDING, "Funding less the mean of the three days before."),
    _number("funding_max_10d_bp", "bp per 8 h", FUNDING, "Highest funding of the ten days before."),
    _number("funding_z", _Z, FUNDING, f"Funding {_OVER_90}."),
    _number("funding_percentile", "percentile 0..100", FUNDING, "Rank of funding among the 365 days before."),
    _text("funding_state", "negative, low, base, elevated, hot or overheated.", FUNDING),
    Column(
        "funding_normalised",
        pl.Boolean(),
        "",
        "True when funding is at base or lower after it was elevated within ten days or 0.3 bp higher on the "
        "mean of the three days before.",
        FUNDING,
    ),
)

FLOW_FEATURES = (
    _number("netflow_coin", "coins", FLOWS, "Coins sent to exchanges less coins withdrawn."),
    _number("netflow_3d_coin", "coins", FLOWS, "Netflow of the three days that end today."),
    _number("inflow_coin", "coins", FLOWS, "Coins sent to exchanges, gross."),
    _number("median_netflow_coin", "coins", FLOWS, "Median netflow of the 90 days before, same pull."),
    _number("median_inflow_coin", "coins", FLOWS, "Median gross inflow of the 90 days before, same pull."),
    _number("netflow_z", _Z, FLOWS, f"Netflow {_OVER_90}, within one pull of the vendor."),
    _number("netflow_3d_z", _Z, FLOWS, f"Three-day netflow {_OVER_90}, within one pull of the vendor."),
    _number("gross_inflow_z", _Z, FLOWS, f"Gross inflow {_OVER_90}, within one pull of the vendor."),
)

ACTIVITY_FEATURES = (
    _number("active_addresses_count", "addresses", NETWORK, "Addresses active on the day."),
    _number(
        "address_ratio",
        "ratio",
        NETWORK,
        "Active addresses against the median of the last eight same weekdays.",
    ),
)

LEVERAGE_FEATURES = (
    _number(
        "leverage_ratio",
        "ratio",
        f"{OPEN_INTEREST}, {FLOWS}",
        "Open interest against the reserve on exchanges.",
    ),
    _number(
        "leverage_percentile",
        "percentile 0..100",
        f"{OPEN_INTEREST}, {FLOWS}",
        "Rank of the leverage ratio among the 365 days before, chained over changes of the instruments.",
    ),
)

GATE_COLUMNS = (
    _text("feed_set", "Feeds behind the liquidations; a baseline never crosses a change of it.", LIQUIDATIONS),
    _text("venues", "Venues behind the open interest.", OPEN_INTEREST),
    _number("coverage", "share 0..1", "", "Share of the inputs, required and optional alike, that are known."),
    _text(
        "missing_inputs",
        "Required inputs that are missing, stale, partial or absurd, comma-separated; else null.",
    ),
    _text("missing_optional_inputs", "Optional inputs that are missing, comma-separated; null when none is."),
)

FEATURE_COLUMNS = (
    *KEY_COLUMNS,
    *PRICE_FEATURES,
    *LIQUIDATION_FEATURES,
    *OPEN_INTEREST_FEATURES,
    *FUNDING_FEATURES,
    *FLOW_FEATURES,
    *ACTIVITY_FEATURES,
    *LEVERAGE_FEATURES,
    *GATE_COLUMNS,
)

REGIME_COLUMNS = (
    *KEY_COLUMNS,
    _text("event", "Label of what happened on the day."),
    _text("regime", "State that the day belongs to."),
    _text("family", "Family of the event: mechanical, spot_down, squeeze, build, spot_up, quiet or none."),
    _text("runner_up", "Label with the second highest score; null without enough data."),
    _number("score", "0..1", "", "How well the day fits its event; for mixed, how far it is from every label."),
    _number("runner_up_score", "0..1", "", "How well the day fits the runner-up."),
    _number(
        "confidence",
        "0..1",
        "",
        "Strength of the event, its lead over the runner-up and coverage in one figure; not a probability.",
    ),
    _number("coverage", "share 0..1", "", "Share of the inputs, required and optional alike, that are known."),
    _text(
        "missing_inputs",
        "Required inputs that are missing, stale, partial or absurd, comma-separated; else null.",
    ),
    _text("missing_optional_inputs", "Optional inputs that are missing, comma-separated; null when none is."),
    _text("data_status", "complete, provisional (flows may still come or change) or insufficient."),
    Column("is_final", pl.Boolean(), "", "False while inputs of the day may still arrive."),
    _text("flags", "Comma-separated: spot_pressure, fresh_shorts; null when none is raised."),
    _text("explanation", "One sentence that says why, from the evidence."),
    _text("feed_set", "Feeds behind the liquidations."),
    _text("venues", "Venues behind the open interest."),
    _text("rules_version", "Version of the rules."),
    _text("parameter_hash", "SHA-256 over the values of the parameters."),
)

EVIDENCE_COLUMNS = (
    *KEY_COLUMNS,
    _text("label", "Label that the predicate speaks for: the two labels with the highest scores."),
    Column("label_rank", pl.Int64(), "", "1 for the label with the highest score, 2 for the next."),
    _text("predicate", "What has to hold, by name."),
    _text("role", "core (must be shown), guard (must not be violated) or supporting."),
    _text("feature", "Feature that decided the predicate."),
    _number("value", "see unit", "", "Value of the feature on the day; null when unknown."),
    _text("unit", "Unit of the value."),
    _number("membership", "0..1", "", "How far the predicate holds; null when its features are unknown."),
    _number(
        "weight",
        "ratio",
        "",
        "Weight of the predicate; those of core and guards sum to 1, those of supporting, too.",
    ),
    _text("baseline", "What the value is held against, in words; null when it is judged on its own."),
    _text("source", "Mart that the feature was made from."),
)

LABEL_COLUMNS = (
    _text("label", "Label as published in event and regime."),
    _text("family", "Group of related labels."),
    Column("label_order", pl.Int64(), "", "Position in legends and tables."),
    _text("colour", "Colour in charts, as #rrggbb."),
    _text("meaning", "What the label says about a day."),
    _text("is_not", "What the label is easily mistaken for; null when nothing is."),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "leverage_features_daily": FEATURE_COLUMNS,
    "regimes_daily": REGIME_COLUMNS,
    "regime_evidence": EVIDENCE_COLUMNS,
    "regime_labels": LABEL_COLUMNS,
}
TABLE_KEYS: dict[str, tuple[str, ...]] = {
    "leverage_features_daily": ("asset", "day"),
    "regimes_daily": ("asset", "day"),
    "regime_evidence": ("asset", "day", "label", "predicate"),
    "regime_labels": ("label",),
}
TABLE_DESCRIPTIONS: dict[str, str] = {
    "leverage_features_daily": "Every feature the classifier reads. Baselines end the day before.",
    "regimes_daily": "The label of each day with its confidence, flags and one sentence that says why.",
    "regime_evidence": "What the two best labels of a day rest on: predicate, value, membership, baseline.",
    "regime_labels": "Dictionary of the labels.",
}


def conform(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """The frame with exactly the published columns in published order and type.

    Raises SchemaMismatchError for a column that is absent or has another type; nothing is cast.
    """
    columns = TABLES[table]
    absent = [column.name for column in columns if column.name not in frame.columns]
    if absent:
        raise SchemaMismatchError(f"{table} lacks {', '.join(absent)}")
    other = [
        f"{column.name} is {frame.schema[column.name]}, not {column.dtype}"
        for column in columns
        if frame.schema[column.name] != column.dtype
    ]
    if other:
        raise SchemaMismatchError(f"{table}: {'; '.join(other)}")
    return frame.select(column.name for column in columns)
