"""The columns of leverage_features_daily, with type, unit, description and the mart each was made from."""

from __future__ import annotations

import polars as pl

from regimes.columns import KEY_COLUMNS, Column, number, text

PRICES = "prices_daily"
LIQUIDATIONS = "liquidations_daily"
OPEN_INTEREST = "open_interest_daily"
FUNDING = "funding_daily"
FLOWS = "exchange_flows_daily"
FUNDS = "fund_flows_daily"
NETWORK = "network_activity_daily"
ROLLING = "rolling_24h_daily"


_Z = "robust standard deviations"
_OVER_90 = "against the median and MAD of the 90 days before, clipped at 10"
_IN_SPREAD = "in the MAD of the 90 days before, clipped at 10: up is above 0 whatever was usual"

PRICE_FEATURES = (
    number("low_usd", "USD", PRICES, "Lowest price of the day."),
    number("high_usd", "USD", PRICES, "Highest price of the day."),
    number("close_usd", "USD", PRICES, "Last price of the day."),
    number("return_pct", "%", PRICES, "Close against the previous close."),
    number("return_3d_pct", "%", PRICES, "Close against the close three days before."),
    number("return_7d_pct", "%", PRICES, "Close against the close seven days before."),
    number("low_vs_previous_close_pct", "%", PRICES, "Low against the previous close."),
    number("high_vs_previous_close_pct", "%", PRICES, "High against the previous close."),
    number("range_pct", "%", PRICES, "High less low against the previous close."),
    number(
        "reach_balance",
        "ratio -1..1",
        PRICES,
        "Run-up plus drawdown over the range: above 0 it went further up than down.",
    ),
    number("median_range_pct", "%", PRICES, "Median range of the 30 days before."),
    number("range_multiple", "ratio", PRICES, "Range against the median of the 30 days before."),
    number("median_return_pct", "%", PRICES, "Median daily return of the 90 days before."),
    number("return_z", _Z, PRICES, f"Return {_OVER_90}."),
    number("return_3d_z", _Z, PRICES, f"Three-day return {_OVER_90}."),
    number("return_7d_z", _Z, PRICES, f"Seven-day return {_OVER_90}."),
    number("low_vs_previous_close_z", _Z, PRICES, f"Drawdown {_OVER_90}."),
    number("high_vs_previous_close_z", _Z, PRICES, f"Run-up {_OVER_90}."),
    number("worst_return_24h_pct", "%", ROLLING, "Worst rolling 24-hour return that ends in the day."),
    number("worst_return_24h_z", _Z, ROLLING, f"Worst rolling 24-hour return {_OVER_90}."),
    number("best_return_24h_pct", "%", ROLLING, "Best rolling 24-hour return that ends in the day."),
    number("best_return_24h_z", _Z, ROLLING, f"Best rolling 24-hour return {_OVER_90}."),
)

LIQUIDATION_FEATURES = (
    number("long_liquidations_usd", "USD", LIQUIDATIONS, "Long positions closed by force."),
    number("short_liquidations_usd", "USD", LIQUIDATIONS, "Short positions closed by force."),
    number("liquidations_usd", "USD", LIQUIDATIONS, "Positions closed by force, both sides."),
    number("long_share", "share 0..1", LIQUIDATIONS, "Longs among the liquidations in USD."),
    number(
        "comparable_long_share",
        "share 0..1",
        LIQUIDATIONS,
        "Longs among the liquidations with each feed counted in usual days of its own, as in the multiple; with one "
        "feed the same as long_share.",
    ),
    number("median_liquidations_usd", "USD", LIQUIDATIONS, "Sum over the feeds of their median day of the 30 before."),
    number(
        "liquidation_multiple",
        "ratio",
        LIQUIDATIONS,
        "Liquidations against the median of the 30 days before, each feed against its own, averaged with the open "
        "interest of its contracts as weight.",
    ),
    number("liquidation_multiple_max_3d", "ratio", LIQUIDATIONS, "Largest multiple of the three days before."),
    number(
        "liquidation_percentile",
        "percentile 0..100",
        LIQUIDATIONS,
        "Rank among the 365 days before, each feed among its own, averaged as the multiple is; no label reads it.",
    ),
    number(
        "liquidation_open_interest_pct",
        "%",
        LIQUIDATIONS,
        "Liquidations against the open interest of the day before; no label reads it: levels differ by feed.",
    ),
)

OPEN_INTEREST_FEATURES = (
    number("open_interest_usd", "USD", OPEN_INTEREST, "Open interest at the end of the day, one-sided."),
    number("open_interest_change_1d_pct", "%", OPEN_INTEREST, "Change over one day in contract units."),
    number("open_interest_change_3d_pct", "%", OPEN_INTEREST, "Change over three days in contract units."),
    number("open_interest_change_7d_pct", "%", OPEN_INTEREST, "Change over seven days in contract units."),
    text(
        "open_interest_change_basis",
        "contracts, or usd_adjusted where a change was made from USD less 0.85 x return; else null.",
        OPEN_INTEREST,
    ),
    number(
        "open_interest_fall_24h_pct",
        "%",
        ROLLING,
        "Largest fall within 24 hours that end in the day, in contract units.",
    ),
    number(
        "open_interest_fall_24h_day_share",
        "share 0..1",
        ROLLING,
        "Part of those 24 hours that lies in the day; the rest lies in the day before.",
    ),
    number(
        "open_interest_from_7d_max_pct",
        "%",
        OPEN_INTEREST,
        "Contract-unit open interest against its maximum of the seven days that end today; 0 at the maximum.",
    ),
    number(
        "open_interest_bleed_3d_pct",
        "%",
        OPEN_INTEREST,
        "Of the three-day change what no wave of liquidations brought: each day over its multiple where that is above "
        "1; never more than the change.",
    ),
    number("open_interest_bleed_7d_pct", "%", OPEN_INTEREST, "Of the seven-day change what no wave brought, alike."),
    number("median_open_interest_change_1d_pct", "%", OPEN_INTEREST, "Median daily change of the 90 days before."),
    number("open_interest_change_1d_z", _Z, OPEN_INTEREST, f"One-day change {_OVER_90}."),
    number("open_interest_change_3d_z", _Z, OPEN_INTEREST, f"Three-day change {_OVER_90}."),
    number("open_interest_change_7d_z", _Z, OPEN_INTEREST, f"Seven-day change {_OVER_90}."),
    number("open_interest_change_1d_sigma", _Z, OPEN_INTEREST, f"One-day change from zero, {_IN_SPREAD}."),
    number("open_interest_change_3d_sigma", _Z, OPEN_INTEREST, f"Three-day change from zero, {_IN_SPREAD}."),
    number("open_interest_change_7d_sigma", _Z, OPEN_INTEREST, f"Seven-day change from zero, {_IN_SPREAD}."),
    number("open_interest_bleed_3d_sigma", _Z, OPEN_INTEREST, f"Three-day bleeding from zero, {_IN_SPREAD}."),
    number("open_interest_bleed_7d_sigma", _Z, OPEN_INTEREST, f"Seven-day bleeding from zero, {_IN_SPREAD}."),
)

FUNDING_FEATURES = (
    number("funding_8h_bp", "bp per 8 h", FUNDING, "Funding rate of the day, weighted by open interest."),
    number(
        "comparable_funding_8h_bp",
        "bp per 8 h",
        FUNDING,
        "Funding of the instruments that have 60 of the 90 days before (of all, where none has): what is held against "
        "earlier days, over the same instruments, in all that follows but the state.",
    ),
    number("median_funding_7d_bp", "bp per 8 h", FUNDING, "Median funding of the seven days before."),
    number("median_funding_bp", "bp per 8 h", FUNDING, "Median funding of the 90 days before."),
    number("funding_vs_7d_median_bp", "bp per 8 h", FUNDING, "Funding less the median of the seven days before."),
    number(
        "funding_vs_7d_median_sigma",
        _Z,
        FUNDING,
        "The same in the MAD of funding of the 90 days before, clipped at 10.",
    ),
    number("funding_vs_3d_mean_bp", "bp per 8 h", FUNDING, "Funding less the mean of the three days before."),
    number("funding_max_10d_bp", "bp per 8 h", FUNDING, "Highest funding of the ten days before."),
    number("funding_z", _Z, FUNDING, f"Funding {_OVER_90}."),
    number("funding_percentile", "percentile 0..100", FUNDING, "Rank of funding among the 365 days before."),
    text("funding_state", "negative, low, base, elevated, hot or overheated.", FUNDING),
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
    number("netflow_coin", "coins", FLOWS, "Coins sent to exchanges less coins withdrawn."),
    number("netflow_3d_coin", "coins", FLOWS, "Netflow of the three days that end today."),
    number("inflow_coin", "coins", FLOWS, "Coins sent to exchanges, gross."),
    number("median_netflow_coin", "coins", FLOWS, "Median netflow of the 90 days before, same pull."),
    number("median_inflow_coin", "coins", FLOWS, "Median gross inflow of the 90 days before, same pull."),
    number("netflow_z", _Z, FLOWS, f"Netflow {_OVER_90}, within one pull of the vendor."),
    number("netflow_3d_z", _Z, FLOWS, f"Three-day netflow {_OVER_90}, within one pull of the vendor."),
    number("gross_inflow_z", _Z, FLOWS, f"Gross inflow {_OVER_90}, within one pull of the vendor."),
    number(
        "fund_netflow_usd",
        "USD",
        FUNDS,
        "Money into spot funds less money out of them; null on days without a report, such as weekends.",
    ),
    number("median_fund_netflow_usd", "USD", FUNDS, "Median fund netflow of the reported days among the 90 before."),
    number("fund_netflow_z", _Z, FUNDS, f"Fund netflow {_OVER_90}; null with fewer than 43 reports among them."),
)

ACTIVITY_FEATURES = (
    number("active_addresses_count", "addresses", NETWORK, "Addresses active on the day."),
    number(
        "address_ratio",
        "ratio",
        NETWORK,
        "Active addresses against the median of the last eight same weekdays.",
    ),
)

LEVERAGE_FEATURES = (
    number(
        "leverage_ratio",
        "ratio",
        f"{OPEN_INTEREST}, {FLOWS}",
        "Open interest against the reserve on exchanges.",
    ),
    number(
        "leverage_percentile",
        "percentile 0..100",
        f"{OPEN_INTEREST}, {FLOWS}",
        "Rank of the leverage ratio among the 365 days before, chained over changes of the instruments.",
    ),
)

GATE_COLUMNS = (
    text("feed_set", "Feeds behind the liquidations; a baseline never crosses a change of it.", LIQUIDATIONS),
    text("venues", "Venues behind the open interest.", OPEN_INTEREST),
    number("known_inputs_share", "share 0..1", "", "Share of the inputs, required and optional alike, that are known."),
    text(
        "missing_inputs",
        "Required inputs that are missing, stale, partial or absurd, comma-separated; else null.",
    ),
    text("missing_optional_inputs", "Optional inputs that are missing, comma-separated; null when none is."),
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
