"""Published tables that dbt builds by the hour. Where a table of days has the same columns, they are taken from it."""

from tables.published.marts import (
    FUNDING_DAILY,
    LIQUIDATIONS_BY_VENUE_DAILY,
    LIQUIDATIONS_DAILY,
    PRICES_BY_VENUE_DAILY,
    PRICES_DAILY,
)
from tables.table import Table


def by_the_hour(daily: Table, *without: str) -> tuple[str, ...]:
    """The columns of a table of days with `hour_at` for `day`, without the named ones."""
    return tuple("hour_at" if name == "day" else name for name in daily.columns if name not in without)


FUNDING_BY_VENUE_HOURLY = Table(
    name="funding_by_venue_hourly",
    description="Funding of each hour of the last 90 days by contract, out of the settlement that pays for it, and the"
    " rate that the venue predicted for it.",
    key=("asset", "venue", "instrument", "hour_at"),
    columns=(
        "asset", "venue", "instrument", "hour_at", "feed", "settled_at", "funding_interval_hours", "funding_8h_bp",
        "annualised_pct", "weight_usd", "is_weight_assumed", "predicted_funding_8h_bp", "predicted_at",
    ),
    notes={
        "feed": "Null where no settlement has paid for the hour yet.",
        "settled_at": "The one that pays for the hour.",
        "weight_usd": "Here in funding_hourly.",
    },
)  # fmt: skip
FUNDING_HOURLY = Table(
    name="funding_hourly",
    description="Funding rate of each hour of the last 90 days that was paid, weighted by open interest in USD.",
    key=("asset", "hour_at"),
    columns=(*by_the_hour(FUNDING_DAILY), "predicted_funding_8h_bp", "predicted_venues"),
    notes={**FUNDING_DAILY.notes, "predicted_funding_8h_bp": "Weighted as the paid rate is."},
)
LIQUIDATIONS_BY_VENUE_HOURLY = Table(
    name="liquidations_by_venue_hourly",
    description="Liquidations of each hour of the last 90 days by contract.",
    key=("asset", "venue", "instrument", "hour_at"),
    columns=by_the_hour(LIQUIDATIONS_BY_VENUE_DAILY),
    notes={
        "feed": "What is published before what was recorded here, the venue's own before an aggregator's.",
        "counted_as": "By the name of the feed of days.",
    },
)
LIQUIDATIONS_HOURLY = Table(
    name="liquidations_hourly",
    description="Liquidations of each hour of the last 90 days over the feeds that tell longs from shorts in it.",
    key=("asset", "hour_at"),
    columns=by_the_hour(LIQUIDATIONS_DAILY, "previous_open_interest_share"),
)
OPEN_INTEREST_BY_VENUE_HOURLY = Table(
    name="open_interest_by_venue_hourly",
    description="Open interest at the end of each hour of the last 90 days by contract.",
    key=("asset", "venue", "instrument", "hour_at"),
    columns=(
        "asset", "venue", "instrument", "hour_at", "margin_type", "feed", "observed_at", "open_interest_contracts",
        "open_interest_coin", "open_interest_usd", "open_interest_change_1h_pct", "published_sides",
    ),
    notes={
        "open_interest_coin": "As published, else USD at a price of the venue.",
        "open_interest_usd": "As published, else coins at a price of the venue.",
        "open_interest_change_1h_pct": "Null when the earlier hour is missing.",
    },
)  # fmt: skip
OPEN_INTEREST_HOURLY = Table(
    name="open_interest_hourly",
    description="Open interest at the end of each hour of the last 90 days over the instruments that are known then.",
    key=("asset", "hour_at"),
    columns=(
        "asset", "hour_at", "open_interest_usd", "open_interest_coin", "open_interest_change_1h_pct", "instruments",
        "venues", "feeds",
    ),
    notes={
        "open_interest_change_1h_pct": "Over the instruments valued in USD at both ends, weighted by USD value.",
    },
)  # fmt: skip
PRICES_BY_VENUE_HOURLY = Table(
    name="prices_by_venue_hourly",
    description="Hourly bar of each spot pair and perpetual contract of the last 90 days.",
    key=("asset", "venue", "instrument", "market", "hour_at"),
    columns=by_the_hour(PRICES_BY_VENUE_DAILY),
    notes=PRICES_BY_VENUE_DAILY.notes,
)
PRICES_HOURLY = Table(
    name="prices_hourly",
    description="Spot price of each asset and hour of the last 90 days; of perpetual contracts where the catalogue has"
    " no spot pair.",
    key=("asset", "hour_at"),
    columns=by_the_hour(PRICES_DAILY, "realised_volatility_7d_pct", "realised_volatility_30d_pct"),
    notes=PRICES_DAILY.notes,
)
TABLES = (
    FUNDING_BY_VENUE_HOURLY, FUNDING_HOURLY, LIQUIDATIONS_BY_VENUE_HOURLY, LIQUIDATIONS_HOURLY,
    OPEN_INTEREST_BY_VENUE_HOURLY, OPEN_INTEREST_HOURLY, PRICES_BY_VENUE_HOURLY, PRICES_HOURLY,
)  # fmt: skip
