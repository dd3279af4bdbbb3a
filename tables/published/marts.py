"""Published tables that dbt builds, except those by the hour. The models describe their sources and methods."""

from tables.table import Table

DIM_FEED_BREAKS = Table(
    name="dim_feed_breaks",
    description="Days on which the meaning or scope of a feed changed, for example its throttling.",
    key=("feed", "venue", "first_day"),
    columns=(
        "feed", "venue", "first_day", "restarts_baseline", "change",
    ),
    notes={
        "first_day": "On which the new holds.",
    },
)  # fmt: skip
DIM_FUNDING_INTERVALS = Table(
    name="dim_funding_intervals",
    description="How often funding was settled, and when that changed.",
    key=("asset", "venue", "instrument", "first_day"),
    columns=(
        "asset", "venue", "instrument", "first_day", "last_day", "funding_interval_hours", "day_count",
        "is_current",
    ),
    notes={
        "first_day": "Of the stretch.",
        "last_day": "Of the stretch that is known.",
    },
)  # fmt: skip
DIM_INSTRUMENTS = Table(
    name="dim_instruments",
    description="Every perpetual and spot pair of the catalogue: contract size, counting, and the days that are known.",
    key=("asset", "venue", "instrument", "market"),
    columns=(
        "asset", "venue", "instrument", "market", "margin_type", "contract_size", "contract_unit",
        "open_interest_sides", "funding_interval_hours", "funding_interval_since", "first_day", "last_day",
        "day_count", "feeds", "coin_multiple", "tick_size", "listing_status", "listed_on", "delisted_on",
    ),
    notes={
        "tick_size": "For one coin, as of the newest list; dim_instrument_terms has the history.",
        "listing_status": "As of the newest list that has the contract; null where no list was fetched.",
        "open_interest_sides": "As of the newest open interest; 2 is halved in the marts.",
        "funding_interval_hours": "As of the newest day that says so; dim_funding_intervals has the history.",
        "first_day": "On which any series knows the instrument; null when none does.",
        "last_day": "On which any series knows the instrument.",
        "day_count": "On which any series knows the instrument.",
    },
)  # fmt: skip
DIM_INSTRUMENT_TERMS = Table(
    name="dim_instrument_terms",
    description="What the venues' lists of contracts said of each contract of the catalogue, and when that changed.",
    key=("asset", "venue", "instrument", "market", "first_day"),
    columns=(
        "asset", "venue", "instrument", "market", "first_day", "last_day", "listing_status", "contract_size",
        "coin_multiple", "tick_size", "funding_interval_hours", "listed_on", "delisted_on", "day_count", "is_current",
    ),
    notes={
        "first_day": "Of the first list that says so.",
        "last_day": "Of the last list that says so.",
        "contract_size": "Of a linear contract.",
        "tick_size": "For one coin.",
    },
)  # fmt: skip
DIM_VENUES = Table(
    name="dim_venues",
    description="Every known venue: how it counts and publishes, and which of its instruments the warehouse holds.",
    key=("venue",),
    columns=(
        "venue", "title", "kind", "open_interest_sides", "open_interest_sides_basis", "liquidations_published",
        "instrument_count", "assets", "first_day", "last_day", "break_count",
    ),
    notes={
        "kind": "exchange, aggregator or network.",
        "first_day": "On which any instrument of the venue is known.",
        "last_day": "On which any instrument of the venue is known.",
    },
)  # fmt: skip
EXCHANGE_FLOWS_DAILY = Table(
    name="exchange_flows_daily",
    description="Coins moved to and from exchanges.",
    key=("asset", "day"),
    columns=(
        "asset", "day", "inflow_coin", "outflow_coin", "netflow_coin", "inflow_usd", "outflow_usd",
        "netflow_usd", "reserve_coin", "reserve_usd", "feed", "pulled_at", "is_offered",
    ),
)  # fmt: skip
FUND_FLOWS_DAILY = Table(
    name="fund_flows_daily",
    description="Net flow of spot funds, from files of your own; all days of an asset come from one reporter.",
    key=("asset", "day"),
    columns=(
        "asset", "day", "fund_netflow_usd", "reported_by",
    ),
    notes={
        "day": "As the file dates it.",
    },
)  # fmt: skip
FUNDING_BY_VENUE_DAILY = Table(
    name="funding_by_venue_daily",
    description="Funding paid over the day.",
    key=("asset", "venue", "instrument", "day"),
    columns=(
        "asset", "venue", "instrument", "day", "feed", "settlement_count", "hours_covered",
        "funding_interval_hours", "funding_rate_sum", "funding_8h_bp", "annualised_pct", "is_complete",
        "weight_usd", "is_weight_assumed",
    ),
    notes={
        "feed": "coinalyze_funding marks the approximation.",
        "funding_8h_bp": "funding_rate_sum x 10,000 x 8 / hours_covered.",
        "funding_interval_hours": "Null when they differ within the day or one is unknown.",
    },
)  # fmt: skip
FUNDING_DAILY = Table(
    name="funding_daily",
    description="Funding rate over all instruments whose day is complete, weighted by open interest in USD.",
    key=("asset", "day"),
    columns=(
        "asset", "day", "funding_8h_bp", "annualised_pct", "funding_dispersion_bp", "venue_count", "venues",
        "assumed_weight_share",
    ),
    notes={
        "funding_8h_bp": "Over the instruments, weighted by open interest in USD.",
    },
)  # fmt: skip
LIQUIDATION_COVERAGE_HOURLY = Table(
    name="liquidation_coverage_hourly",
    description="How much of each venue's liquidations was recorded.",
    key=("venue", "hour_at"),
    columns=(
        "venue", "hour_at", "day", "recorded_share", "disconnection_count", "refusal_count", "silence_count",
        "malformed_count", "duplicate_count", "late_count",
    ),
    notes={
        "recorded_share": "Of the hour, for the worst of the venue's streams: open, acknowledged, not silent, on disk.",
        "day": "Of the hour.",
    },
)  # fmt: skip
LIQUIDATION_SOURCES_DAILY = Table(
    name="liquidation_sources_daily",
    description="What each feed says of the same liquidations.",
    key=("asset", "venue", "instrument", "day", "feed"),
    columns=(
        "asset", "venue", "instrument", "day", "feed", "long_liquidations_coin", "short_liquidations_coin",
        "liquidations_coin", "long_liquidations_usd", "short_liquidations_usd", "liquidations_usd",
        "liquidation_count", "largest_liquidation_usd", "recorded_share", "tape_ratio",
    ),
    notes={
        "long_liquidations_coin": "Null where the feed does not tell the sides.",
        "short_liquidations_coin": "Null where the feed does not tell the sides.",
        "long_liquidations_usd": "As published, else at the orders' own prices, else at the contract's daily close.",
        "short_liquidations_usd": "Valued as long_liquidations_usd.",
    },
)  # fmt: skip
LIQUIDATIONS_BY_VENUE_DAILY = Table(
    name="liquidations_by_venue_daily",
    description="Liquidations of leveraged positions by contract.",
    key=("asset", "venue", "instrument", "day"),
    columns=(
        "asset", "venue", "instrument", "day", "feed", "long_liquidations_coin", "short_liquidations_coin",
        "liquidations_coin", "valuation_price_usd", "long_liquidations_usd", "short_liquidations_usd",
        "liquidations_usd", "liquidation_count", "counted_as",
    ),
    notes={
        "feed": "The venue's own before an aggregator's.",
    },
)  # fmt: skip
LIQUIDATIONS_DAILY = Table(
    name="liquidations_daily",
    description="Liquidations over the established instruments whose feed tells longs from shorts over whole days.",
    key=("asset", "day"),
    columns=(
        "asset", "day", "long_liquidations_usd", "short_liquidations_usd", "liquidations_usd",
        "long_liquidations_coin", "short_liquidations_coin", "liquidations_coin", "long_share",
        "liquidation_count", "previous_open_interest_share", "venues", "feed_set",
    ),
)  # fmt: skip
NETWORK_ACTIVITY_DAILY = Table(
    name="network_activity_daily",
    description="Activity on the chain.",
    key=("asset", "day"),
    columns=(
        "asset", "day", "active_addresses_count", "feed",
    ),
)  # fmt: skip
OPEN_INTEREST_BY_VENUE_DAILY = Table(
    name="open_interest_by_venue_daily",
    description="Open interest at the end of the day.",
    key=("asset", "venue", "instrument", "day"),
    columns=(
        "asset", "venue", "instrument", "day", "margin_type", "feed", "observed_at", "open_interest_contracts",
        "open_interest_coin", "open_interest_usd", "open_interest_change_1d_pct", "open_interest_change_3d_pct",
        "open_interest_change_7d_pct", "open_interest_share_of_7d_max", "published_sides",
    ),
    notes={
        "open_interest_coin": "As published, else USD at a price of the venue.",
        "open_interest_usd": "As published, else coins at a price of the venue.",
        "open_interest_change_1d_pct": "Null when the earlier day is missing.",
        "open_interest_change_3d_pct": "Null when the earlier day is missing.",
        "open_interest_change_7d_pct": "Null when the earlier day is missing.",
    },
)  # fmt: skip
OPEN_INTEREST_DAILY = Table(
    name="open_interest_daily",
    description="Open interest at the end of the day over all instruments.",
    key=("asset", "day"),
    columns=(
        "asset", "day", "open_interest_usd", "open_interest_coin", "linear_open_interest_coin",
        "linear_open_interest_usd", "inverse_open_interest_usd", "inverse_open_interest_coin",
        "open_interest_change_1d_pct", "open_interest_change_3d_pct", "open_interest_change_7d_pct",
        "open_interest_usd_change_1d_pct", "open_interest_usd_change_3d_pct", "open_interest_usd_change_7d_pct",
        "open_interest_share_of_7d_max", "instruments", "venues", "feeds",
    ),
    notes={
        "open_interest_usd": "Sum over the instruments with a known value in USD.",
        "open_interest_coin": "Sum over the same instruments; null as soon as one of them is unknown in coins.",
        "open_interest_share_of_7d_max": "Mean over instruments, weighted by the day's USD value.",
        "open_interest_change_1d_pct": "Over the instruments valued in USD on both days, weighted by USD value.",
        "open_interest_usd_change_1d_pct": "Over the instruments valued in USD on both days.",
        "open_interest_change_3d_pct": "Over the instruments valued in USD on both days, weighted by USD value.",
        "open_interest_usd_change_3d_pct": "Over the instruments valued in USD on both days.",
        "open_interest_change_7d_pct": "Over the instruments valued in USD on both days, weighted by USD value.",
        "open_interest_usd_change_7d_pct": "Over the instruments valued in USD on both days.",
    },
)  # fmt: skip
POSITIONING_BY_VENUE_DAILY = Table(
    name="positioning_by_venue_daily",
    description="Long/short ratios, taker volume and premium of each perpetual contract.",
    key=("asset", "venue", "instrument", "day"),
    columns=(
        "asset", "venue", "instrument", "day", "long_short_account_ratio", "top_trader_long_short_account_ratio",
        "top_trader_long_short_position_ratio", "taker_buy_volume_usd", "taker_sell_volume_usd", "taker_buy_share",
        "volume_delta_usd", "cumulative_volume_delta_30d_usd", "perpetual_premium_pct",
    ),
)  # fmt: skip
POSITIONING_DAILY = Table(
    name="positioning_daily",
    description="Long/short ratios, taker volume and premium of the perpetual contracts of an asset.",
    key=("asset", "day"),
    columns=(
        "asset", "day", "long_short_account_ratio", "top_trader_long_short_account_ratio",
        "top_trader_long_short_position_ratio", "taker_buy_volume_usd", "taker_sell_volume_usd", "taker_buy_share",
        "volume_delta_usd", "cumulative_volume_delta_30d_usd", "perpetual_premium_pct", "instruments",
    ),
    notes={
        "long_short_account_ratio": "From the mean share of longs, weighted by open interest in USD.",
        "top_trader_long_short_account_ratio": "From the mean share of longs, weighted by open interest in USD.",
        "top_trader_long_short_position_ratio": "From the mean share of longs, weighted by open interest in USD.",
        "taker_buy_volume_usd": "Sum over the contracts with a known side of the taker.",
        "taker_sell_volume_usd": "Sum over the contracts with a known side of the taker.",
        "volume_delta_usd": "Sum over the contracts with a known side of the taker.",
        "perpetual_premium_pct": "Mean over the contracts, weighted by open interest in USD.",
        "instruments": "Contracts with any of these figures.",
    },
)  # fmt: skip
PRICES_BY_VENUE_DAILY = Table(
    name="prices_by_venue_daily",
    description="Daily bar of each spot pair and perpetual contract.",
    key=("asset", "venue", "instrument", "market", "day"),
    columns=(
        "asset", "venue", "instrument", "market", "margin_type", "day", "feed", "open_usd", "high_usd",
        "low_usd", "close_usd", "volume_coin", "volume_usd", "return_pct", "low_vs_previous_close_pct",
        "high_vs_previous_close_pct", "range_pct",
    ),
    notes={
        "market": "A venue may give both the same name.",
        "volume_coin": "Null where the venue publishes USD alone.",
        "volume_usd": "Where the venue publishes coins alone, these at the close.",
    },
)  # fmt: skip
PRICES_DAILY = Table(
    name="prices_daily",
    description="Spot price of each asset and day; of perpetual contracts where the catalogue has no spot pair.",
    key=("asset", "day"),
    columns=(
        "asset", "day", "open_usd", "high_usd", "low_usd", "close_usd", "volume_coin", "volume_usd",
        "return_pct", "low_vs_previous_close_pct", "high_vs_previous_close_pct", "range_pct",
        "realised_volatility_7d_pct", "realised_volatility_30d_pct", "market", "venues", "rejected_venues",
    ),
    notes={
        "open_usd": "Median of the venues.",
        "high_usd": "Median of the venues.",
        "low_usd": "Median of the venues.",
        "close_usd": "Median of the venues.",
        "volume_coin": "Sum over the pairs.",
        "volume_usd": "Sum over the pairs; a venue that publishes coins alone at its close.",
    },
)  # fmt: skip
ROLLING_24H_DAILY = Table(
    name="rolling_24h_daily",
    description="Worst and best move of price and open interest over the hourly 24-hour windows that end in a day.",
    key=("asset", "day"),
    columns=(
        "asset", "day", "worst_return_24h_pct", "worst_return_24h_ended_at", "best_return_24h_pct",
        "best_return_24h_ended_at", "low_vs_close_24h_before_pct", "high_vs_close_24h_before_pct",
        "open_interest_fall_24h_pct", "open_interest_fall_24h_ended_at", "open_interest_rise_24h_pct",
        "open_interest_rise_24h_ended_at", "price_instrument",
    ),
)  # fmt: skip
VENUE_COVERAGE_DAILY = Table(
    name="venue_coverage_daily",
    description="Venues that report each series of an asset on a day.",
    key=("asset", "series", "day"),
    columns=(
        "asset", "series", "day", "venues", "missing_venues", "reporting_share",
    ),
)  # fmt: skip
TABLES = (
    DIM_FEED_BREAKS, DIM_FUNDING_INTERVALS, DIM_INSTRUMENT_TERMS, DIM_INSTRUMENTS, DIM_VENUES, EXCHANGE_FLOWS_DAILY,
    FUND_FLOWS_DAILY, FUNDING_BY_VENUE_DAILY, FUNDING_DAILY, LIQUIDATION_COVERAGE_HOURLY, LIQUIDATION_SOURCES_DAILY,
    LIQUIDATIONS_BY_VENUE_DAILY, LIQUIDATIONS_DAILY, NETWORK_ACTIVITY_DAILY, OPEN_INTEREST_BY_VENUE_DAILY,
    OPEN_INTEREST_DAILY, POSITIONING_BY_VENUE_DAILY, POSITIONING_DAILY, PRICES_BY_VENUE_DAILY, PRICES_DAILY,
    ROLLING_24H_DAILY, VENUE_COVERAGE_DAILY,
)  # fmt: skip
