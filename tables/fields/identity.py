"""Who and when: assets, venues, instruments, feeds, days."""

from tables.field import CONTRACT_UNIT, count, declare, flag, text

FIELDS = (
    text("asset", "Base asset, for example BTC."),
    declare("day", "Calendar day in UTC, [00:00, 24:00).", kind="day", unit="UTC day"),
    text("venue", "Venue of the contract or the data, for example binance."),
    text("instrument", "Contract or pair as the venue names it, for example BTCUSDT."),
    text("market", "spot or perpetual."),
    text("margin_type", "linear (margined in a stablecoin, counted in coins) or inverse (margined in coins, counted in"
         " USD); null for spot."),
    text("feed", "Feed, which is also the name of its raw table."),
    text("feeds", "Feeds behind the row, comma-separated."),
    text("series", "What is measured, for example prices, open_interest, funding or liquidations."),
    text("venues", "Venues behind the row, comma-separated."),
    text("missing_venues", "Venues that reported in the 30 days before and do not report now; null when there are"
            " none."),
    text("instruments", "Instruments in the sums, as venue:instrument, comma-separated."),
    text("assets", "Assets of the instruments, comma-separated."),
    text("title", "Name as the venue writes it."),
    text("kind", "What kind of thing the row is about."),
    declare("contract_size", "What one contract represents, in contract_unit; null for spot.", kind="number",
            unit=CONTRACT_UNIT),
    declare("coin_multiple", "Coins that one unit of the contract's base counts, 1000 for 1000SHIB; prices and amounts"
            " are of single coins.", kind="count", unit="coin", low=1),
    declare("listed_on", "Day on which the venue listed the contract, as it says."),
    declare("delisted_on", "Day on which the contract ends or ended: the day that the venue has announced or the day"
            " of the first list without the contract, whichever is earlier; null while no end is known."),
    text("contract_unit", "coin for linear, usd for inverse contracts; null for spot."),
    declare("open_interest_sides", "Sides that the published open interest counts, 2 when longs and shorts are added"
            " up; null when unverified.", kind="count", unit="count"),
    text("open_interest_sides_basis", "How the number of sides is known."),
    text("liquidations_published", "How much of its liquidations the venue publishes."),
    count("instrument_count", "Instruments of the catalogue."),
    count("venue_count", "Venues behind the row."),
    count("break_count", "Rows of the venue in dim_feed_breaks."),
    count("day_count", "Number of days in the row."),
    declare("first_day", "First day.", kind="day"),
    declare("last_day", "Last day.", kind="day"),
    declare("funding_interval_since", "First day of the current funding interval.", kind="day", unit="UTC day"),
    flag("is_current", "True for the newest stretch of the instrument."),
    flag("restarts_baseline", "True when levels before and after do not compare; feed_set then carries the day."),
    text("change", "What changed."),
    declare("reporting_share", "Share of the usual size of the 30 days before that reports; null when nothing reported"
            " then."),
)  # fmt: skip
