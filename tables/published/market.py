"""Published tables of the market over all assets, which the rules make from the labels of the assets."""

from tables.table import Table

COUNTS = (
    "flushed_count", "long_squeezed_count", "short_squeezed_count", "sold_off_count", "rallied_count",
    "built_up_count", "deleveraged_count", "quiet_count",
)  # fmt: skip
MARKET_BREADTH_DAILY = Table(
    name="market_breadth_daily",
    description="How many assets were flushed, squeezed, built up or quiet on each day, and totals over all assets."
    " Which labels count as what is in regime_labels, in market_group. A figure takes each asset whose own input is not"
    " missing, stale, partial or implausible.",
    key=("day",),
    columns=(
        "day", "asset_count", "read_count", *COUNTS, "without_reading_count", "inactive_count",
        "median_asset_return_pct", "return_asset_count",
        "long_liquidations_usd", "short_liquidations_usd", "liquidations_usd", "long_share",
        "median_asset_liquidation_multiple", "liquidation_asset_count", "liquidation_venues",
        "open_interest_usd", "open_interest_asset_count", "open_interest_change_1d_pct",
        "open_interest_change_asset_count", "negative_funding_share", "hot_funding_share", "funding_asset_count",
        "is_final", "rules_version", "parameter_hash",
    ),
    notes={
        "asset_count": "The sum of read, without_reading and inactive; read is the sum of the groups.",
        "long_liquidations_usd": "A lower bound, because venues do not publish every liquidation.",
        "open_interest_change_1d_pct": "Mean over the assets that are known on both days, weighted by the open interest"
        " in USD of the day before.",
        "is_final": "True when it is of every asset.",
        "rules_version": "Of the labels that are counted.",
        "parameter_hash": "Of the labels that are counted.",
    },
)  # fmt: skip
MARKET_DAILY = Table(
    name="market_daily",
    description="The market of each day in a word and a sentence, with its headline figures.",
    key=("day",),
    columns=(
        "day", "market_label", "sentence", "asset_count", "read_count", "median_asset_return_pct", "liquidations_usd",
        "long_share", "open_interest_change_1d_pct", "negative_funding_share", "hot_funding_share", "is_final",
    ),
    notes={
        "open_interest_change_1d_pct": "As in market_breadth_daily.",
        "is_final": "True when it is of every asset.",
    },
)  # fmt: skip
TABLES = (MARKET_BREADTH_DAILY, MARKET_DAILY)
