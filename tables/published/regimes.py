"""Published tables that the rules make: features, labels, evidence, support, scenarios, revisions, validation."""

from tables.table import Table

# Features by the mart that each was computed from.
PRICES = "prices_daily"
ROLLING = "rolling_24h_daily"
LIQUIDATIONS = "liquidations_daily"
OPEN_INTEREST = "open_interest_daily"
FUNDING = "funding_daily"
FLOWS = "exchange_flows_daily"
FUNDS = "fund_flows_daily"
NETWORK = "network_activity_daily"
LEVERAGE = f"{OPEN_INTEREST}, {FLOWS}"
FEATURES_OF: tuple[tuple[str, tuple[str, ...]], ...] = (
    (PRICES, (
        "low_usd", "high_usd", "close_usd", "return_pct", "return_3d_pct", "return_7d_pct",
        "low_vs_previous_close_pct", "high_vs_previous_close_pct", "range_pct", "reach_balance", "fall_recovered_share",
        "rise_given_back_share", "median_range_pct", "range_multiple", "median_return_pct", "return_z", "return_3d_z",
        "return_7d_z", "low_vs_previous_close_z", "high_vs_previous_close_z",
    )),
    (ROLLING, ("worst_return_24h_pct", "worst_return_24h_z", "best_return_24h_pct", "best_return_24h_z")),
    (LIQUIDATIONS, (
        "long_liquidations_usd", "short_liquidations_usd", "liquidations_usd", "long_share", "comparable_long_share",
        "median_liquidations_usd", "liquidation_multiple", "liquidation_multiple_max_3d", "liquidation_percentile",
        "liquidation_open_interest_pct",
    )),
    (OPEN_INTEREST, (
        "open_interest_usd", "open_interest_change_1d_pct", "open_interest_change_3d_pct",
        "open_interest_change_7d_pct", "open_interest_change_basis",
    )),
    (ROLLING, ("open_interest_fall_24h_pct", "open_interest_fall_24h_day_share")),
    (OPEN_INTEREST, (
        "open_interest_from_7d_max_pct", "open_interest_bleed_3d_pct", "open_interest_bleed_7d_pct",
        "median_open_interest_change_1d_pct", "open_interest_change_1d_z", "open_interest_change_3d_z",
        "open_interest_change_7d_z", "open_interest_change_1d_sigma", "open_interest_change_3d_sigma",
        "open_interest_change_7d_sigma", "open_interest_bleed_3d_sigma", "open_interest_bleed_7d_sigma",
    )),
    (FUNDING, (
        "funding_8h_bp", "comparable_funding_8h_bp", "median_funding_7d_bp", "median_funding_bp",
        "funding_vs_7d_median_bp", "funding_vs_7d_median_sigma", "funding_vs_3d_mean_bp", "funding_max_10d_bp",
        "funding_z", "funding_percentile", "funding_state", "funding_normalised",
    )),
    (FLOWS, (
        "netflow_coin", "netflow_3d_coin", "inflow_coin", "median_netflow_coin", "median_inflow_coin", "netflow_z",
        "netflow_3d_z", "gross_inflow_z",
    )),
    (FUNDS, ("fund_netflow_usd", "median_fund_netflow_usd", "fund_netflow_z")),
    (NETWORK, ("active_addresses_count", "address_ratio")),
    (LEVERAGE, ("leverage_ratio", "leverage_percentile")),
)  # fmt: skip
MART_OF: dict[str, str] = {name: mart for mart, names in FEATURES_OF for name in names}
# Features that only support a label. No score, state or revision is made from them, so no other table has them.
SUPPORTING_MART = "positioning_daily"
SUPPORTING = (
    "taker_buy_share", "median_taker_buy_share", "taker_buy_share_z", "perpetual_premium_pct",
    "median_perpetual_premium_pct", "perpetual_premium_z", "long_account_share", "median_long_account_share",
    "long_account_share_z", "top_trader_long_share", "median_top_trader_long_share", "top_trader_long_share_z",
)  # fmt: skip
INPUTS = (
    "feed_set", "liquidation_venues", "venues", "known_inputs_share", "missing_inputs",
    "missing_optional_inputs", "unknown_inputs",
)  # fmt: skip

KEY = ("asset", "day")
EVENT = (
    "event", "regime", "family", "phase", "previous_regime", "last_valid_regime", "days_in_regime", "changed", "flags",
    "confidence", "grade", "runner_up", "score", "runner_up_score", "explanation", "state_in_words",
)  # fmt: skip
SUPPORT = (
    "support_usd", "support_band_usd", "support_is_frozen", "support_status", "resistance_usd", "scenario",
    "scenario_opened_on", "triggers", "resolution",
)  # fmt: skip
QUALITY = (
    "data_status", "known_inputs_share", "missing_inputs", "missing_optional_inputs", "unknown_inputs", "feed_set",
    "liquidation_venues", "venues", "is_final", "rules_version", "parameter_hash",
)  # fmt: skip
DAY = (*KEY, *EVENT, *MART_OF, *SUPPORT, *QUALITY)
PROVENANCE = ("revision", "available_at", "computed_at", "restatement_reason", "is_backfill")

# Beside the label, what it was made from, for a later run to compare and say why a label changed.
COMPARED: dict[str, tuple[str, ...]] = {
    "prices": ("close_usd", "low_usd", "high_usd", "worst_return_24h_pct", "best_return_24h_pct"),
    "liquidations": ("long_liquidations_usd", "short_liquidations_usd", "liquidation_multiple"),
    "open_interest": (
        "open_interest_change_1d_pct", "open_interest_change_3d_pct", "open_interest_change_7d_pct",
        "open_interest_fall_24h_pct",
    ),
    "funding": ("funding_8h_bp", "funding_percentile"),
    "flows": ("netflow_coin", "netflow_z", "netflow_3d_z", "gross_inflow_z"),
    "fund_flows": ("fund_netflow_usd", "fund_netflow_z"),
    "activity": ("address_ratio",),
    "leverage": ("leverage_percentile",),
}  # fmt: skip
REVISION = (
    *KEY, "event", "regime", "family", "phase", "previous_regime", "changed", "flags", "confidence", "grade",
    "runner_up", "explanation", "support_usd", "support_status", "scenario", "resolution", "data_status",
    "known_inputs_share", "missing_inputs", "is_final", "rules_version", "parameter_hash",
    *(name for names in COMPARED.values() for name in names), *PROVENANCE, "kinds",
)  # fmt: skip

LEVERAGE_FEATURES_DAILY = Table(
    name="leverage_features_daily",
    description="Every feature that the classifier reads, and those of positioning, which decide no label. Baselines"
    " end the day before.",
    key=KEY,
    columns=(*KEY, *MART_OF, *SUPPORTING, *INPUTS),
)
REGIMES_DAILY = Table(
    name="regimes_daily",
    description="The current label of each day with its state, confidence, flags, features, support and revision.",
    key=KEY,
    columns=(*DAY, *PROVENANCE, "is_latest"),
)
REGIME_EVIDENCE = Table(
    name="regime_evidence",
    description="The evidence for the two best labels of a day: predicate, value, membership, baseline.",
    key=(*KEY, "label", "predicate"),
    columns=(
        *KEY, "label", "label_rank", "predicate", "role", "feature", "value", "unit", "membership", "weight",
        "baseline", "mart",
    ),
    notes={"value": "Of the feature on the day; null when unknown."},
)  # fmt: skip
REGIME_LABELS = Table(
    name="regime_labels",
    description="Dictionary of the labels.",
    key=("label",),
    columns=(
        "label", "family", "market_group", "price_direction", "label_order", "colour", "meaning", "not_to_confuse_with",
    ),
)  # fmt: skip
REGIME_SPANS = Table(
    name="regime_spans",
    description="Runs of days with the same regime.",
    key=("asset", "first_day"),
    columns=("asset", "first_day", "last_day", "regime", "day_count", "is_open"),
    notes={"last_day": "Of the span so far."},
)
SUPPORT_DAILY = Table(
    name="support_daily",
    description="The support in force on each day, what the day did to it, and how that went on before.",
    key=KEY,
    columns=(
        *KEY, "close_usd", "low_usd", "floor_usd", "atr_usd", *(name for name in SUPPORT if name != "triggers"),
        "earlier_count", "earlier_held_share", "earlier_median_return_7d_pct",
    ),
    notes={"earlier_count": "Days with the same support_status."},
)  # fmt: skip
SCENARIOS = Table(
    name="scenarios",
    description="What can follow each flush, as conditions, with how often each came before.",
    key=("asset", "opened_on", "outcome"),
    columns=(
        "asset", "opened_on", "outcome", "event", "support_usd", "support_band_usd", "resistance_usd", "condition",
        "status", "resolved_on", "earlier_count", "earlier_share", "earlier_median_return_7d_pct",
    ),
    notes={"earlier_count": "Scenarios that had resolved by then, a week earlier or more."},
)  # fmt: skip
REGIME_REVISIONS = Table(
    name="regime_revisions",
    description="Every label ever published, append-only; regimes_as_of(ts) picks what was known at ts.",
    key=(*KEY, "revision"),
    columns=(*REVISION, "is_latest"),
)
REGIME_CHANGES = Table(
    name="regime_changes",
    description="Revisions that changed something a reader of the labels wants to know.",
    key=(*KEY, "revision"),
    columns=(
        "event_id", *KEY, "revision", "kinds", "event", "regime", "previous_regime", "confidence", "grade",
        "support_status", "resolution", "restatement_reason", "explanation", "available_at", "is_backfill",
    ),
    notes={"event_id": "Asset, day and revision, joined by slashes."},
)  # fmt: skip
REGIME_VALIDATION = Table(
    name="regime_validation",
    description="How far the labels can be trusted: agreement with documented days, spread, persistence, outcomes.",
    key=("section", "subject", "measure"),
    columns=(
        "section", "subject", "measure", "value", "interval_low", "interval_high", "observations", "detail",
    ),
)  # fmt: skip
# For people: the label of each day with what they look at first. Column to column of regimes_daily, if not the same.
READING_OF = {"label": "event", "state": "regime", "sentence": "explanation"}
READINGS = Table(
    name="readings",
    description="For people: the label of each day, its state and confidence, the sentence, and the headline figures.",
    key=KEY,
    columns=(
        *KEY, "label", "state", "state_in_words", "confidence", "grade", "sentence", "close_usd", "return_pct",
        "low_vs_previous_close_pct", "liquidations_usd", "long_share", "liquidation_multiple", "open_interest_usd",
        "open_interest_change_1d_pct", "funding_8h_bp", "funding_state", "netflow_coin", "active_addresses_count",
        "support_usd", "support_status", "data_status", "is_final",
    ),
    notes={"label": "Of what happened on the day.", "sentence": "The explanation of regimes_daily."},
)  # fmt: skip
TABLES = (
    LEVERAGE_FEATURES_DAILY,
    REGIMES_DAILY,
    REGIME_EVIDENCE,
    REGIME_LABELS,
    REGIME_SPANS,
    SUPPORT_DAILY,
    SCENARIOS,
    REGIME_REVISIONS,
    REGIME_CHANGES,
    REGIME_VALIDATION,
    READINGS,
)
