"""Columns of the raw tables that no published table has, named as they landed for the first time."""

from tables.field import CONTRACT_UNIT, QUOTE, Field, count, declare, number, text

SIDES = ("long", "short")


def _price(name: str, about: str) -> Field:
    """A price in the currency that the instrument is quoted in."""
    return declare(name, about, kind="number", unit=QUOTE, above=0)


def _ratio(name: str, about: str) -> Field:
    return declare(name, about, kind="number", unit="ratio", low=0)


def _rate(name: str, about: str) -> Field:
    """What longs pay to shorts: beyond a tenth per interval no venue has ever charged."""
    return declare(name, about, kind="number", unit="fraction", low=-0.1, high=0.1)


def _percent(name: str, about: str) -> Field:
    """A funding rate in percent: beyond ten per interval no venue has ever charged."""
    return declare(name, about, kind="number", unit="percent", low=-10, high=10)


FIELDS = (
    text("symbol", "Symbol as the venue writes it."),
    text("asset_code", "Asset as the vendor writes it."),
    text("channel", "How the row came.", allowed=("archive", "rest")),
    declare("ingested_at", "When the row was fetched."),
    text("segment", "Landed file that the row came from."),
    # bars
    text("interval", "Length of the bar."),
    declare("open_at", "Start of the bar or period, which is half-open."),
    declare("period_start_at", "Start of the UTC day whose last value this is."),
    _price("open", "First price."),
    _price("high", "Highest price."),
    _price("low", "Lowest price."),
    _price("close", "Last price."),
    declare("volume_contracts", "Traded volume in contracts.", low=0),
    declare("quote_volume", "Traded volume in the quote currency.", kind="number", unit=QUOTE, low=0),
    declare("taker_buy_volume", "Volume in which the buyer was the taker.", kind="number", unit="coin", low=0),
    declare("taker_buy_quote_volume", "Volume in which the buyer was the taker, in the quote currency.", kind="number",
            unit=QUOTE, low=0),
    declare("taker_buy_volume_contracts", "Volume in which the buyer was the taker, in contracts.", low=0),
    declare("taker_buy_volume_coin", "Volume in which the buyer was the taker, in coins.", low=0),
    count("trade_count", "Number of trades."),
    count("buy_trade_count", "Trades in which the buyer was the taker."),
    # funding
    declare("settled_at", "Hour of the settlement."),
    declare("interval_hours", "Hours that the settlement pays for.", low=1, high=24),
    _rate("funding_rate", "What longs pay to shorts, a fraction per settlement interval."),
    _rate("hourly_rate", "What longs pay to shorts for the hour."),
    _rate("interest_8h", "What longs paid to shorts over the last eight hours."),
    _rate("predicted_rate", "Rate that had been predicted for the settlement."),
    number("absolute_rate", "Funding of the hour for one contract.", "USD"),
    number("premium", "Premium of the perpetual over the oracle price.", "fraction"),
    declare("next_funding_at", "End of the funding period that the snapshot lies in."),
    _percent("funding_open", "Funding rate per settlement interval, at the start of the day."),
    _percent("funding_high", "Funding rate per settlement interval, highest of the day."),
    _percent("funding_low", "Funding rate per settlement interval, lowest of the day."),
    _percent("funding_close", "Funding rate per settlement interval, at the end of the day."),
    # open interest
    declare("snapshot_at", "Moment of the snapshot."),
    declare("labelled_at", "Stamp as published, the end of the five minutes or their start."),
    declare("open_interest_both_sides_coin", "Long and short contracts added up, of a linear contract.", above=0),
    declare("open_interest_both_sides_usd", "Long and short contracts added up, of an inverse contract.", above=0),
    declare("open_interest_open", "Open interest at the start of the day.", kind="number", unit=CONTRACT_UNIT, above=0),
    declare("open_interest_high", "Highest open interest of the day.", kind="number", unit=CONTRACT_UNIT, above=0),
    declare("open_interest_low", "Lowest open interest of the day.", kind="number", unit=CONTRACT_UNIT, above=0),
    declare("open_interest_close", "Open interest at the end of the day.", kind="number", unit=CONTRACT_UNIT, above=0),
    declare("traded_contracts", "Traded volume as the exchange counts it.", low=0),
    declare("taker_bought_contracts", "Volume in which the buyer was the taker, as the exchange counts it.", low=0),
    _price("mark_price", "Mark price."),
    _price("index_price", "Index price."),
    _price("spot_price", "Middle of the spot order book."),
    _price("contract_price", "Middle of the contract's order book."),
    declare("price_usd", "Reference price at the end of the day.", above=0),
    # positioning
    _ratio("account_ratio", "Long accounts per short account."),
    _ratio("top_trader_account_ratio", "Long accounts per short account, among top traders."),
    _ratio("top_trader_position_ratio", "Long positions per short position, among top traders."),
    _ratio("taker_volume_ratio", "Volume bought per volume sold by takers."),
    count("long_holder_count", "Accounts that hold a long, not liquidated ones."),
    count("short_holder_count", "Accounts that hold a short, not liquidated ones."),
    # liquidations
    declare("happened_at", "When it happened; of an hourly event the end of the 24 hours that showed it first."),
    declare("venue_at", "When it happened, by the venue's clock."),
    declare("received_at", "When the message arrived, by the recorder's clock."),
    text("position_side", "Position that was closed by force.", allowed=SIDES),
    text("order_side", "Side of the order that closed the position: a sell closes a long."),
    text("order_status", "State of the order."),
    text("direction", "What the taker did.", allowed=("buy", "sell")),
    text("liquidation", "Who was liquidated: maker, taker or both."),
    text("trade_id", "The venue's number of the trade."),
    declare("position_id", "The venue's number of the position, the same in all rows of a liquidation.", kind="count",
            unit="id"),
    declare("long_contracts", "Long positions closed by force, in contracts.", low=0),
    declare("short_contracts", "Short positions closed by force, in contracts.", low=0),
    declare("long_at_mark_usd", "Value of the long positions closed by force, at the mark price.", low=0),
    declare("short_at_mark_usd", "Value of the short positions closed by force, at the mark price.", low=0),
    declare("contracts", "Size of the order.", kind="number", unit=CONTRACT_UNIT, above=0),
    declare("amount_contracts", "Size of the trade: USD of an inverse contract, coins of a linear one.", above=0),
    declare("amount_coin", "Size of the position: above zero a long, below a short."),
    declare("position_contracts", "Position that was liquidated: above zero a long, below a short."),
    declare("filled_contracts", "The part of the order that was filled.", low=0),
    declare("left_contracts", "The part of the order that was not filled."),
    declare("quantity_contracts", "Size as the venue counts it.", above=0),
    declare("quantity_coin", "Size in the base asset.", above=0),
    declare("quantity_usd", "Notional value.", above=0),
    _price("price", "Price of the order or the trade."),
    _price("order_price", "Price of the liquidation order."),
    declare("average_price", "Average price that the order was filled at, 0 where nothing was.", kind="number",
            unit=QUOTE, low=0),
    _price("fill_price", "Price at which the liquidation order was filled, on average."),
    _price("bankruptcy_price", "Price at which the position's margin was used up."),
    _price("base_price", "Price at which the position had been entered, not a price of the liquidation."),
    _price("acquired_price", "Price of the execution; a trigger has none."),
    declare("is_match", "0 for the trigger, 1 for an execution.", kind="count", unit="0 or 1", low=0, high=1),
    declare("is_market_sold", "0 when the venue took the position over, 1 when it was sold into the market.",
            kind="count", unit="0 or 1", low=0, high=1),
    # lists of contracts
    text("base_symbol", "What the contract is on, as the venue writes it; may count several coins, such as 1000SHIB."),
    text("quote_symbol", "What the price is in, as the venue writes it."),
    text("contract_type", "Kind of contract, as the venue writes it."),
    text("listing_status", "State of the contract, as the venue writes it."),
    declare("listed_ms", "When the contract was listed, in milliseconds since 1970.", kind="count",
            unit="ms since 1970", low=0),
    declare("delivery_ms", "When the contract ends, in milliseconds since 1970; far ahead for one without an end.",
            kind="count", unit="ms since 1970", low=0),
    declare("base_per_contract", "Amount of the base in one linear contract.", kind="number", unit="base", above=0),
    _price("tick_size", "Smallest step of the price."),
    # the recorder
    text("price_kind", "What the price is: the average paid, or where the margin ended.",
         allowed=("average_fill", "bankruptcy")),
    count("ordinal", "Place among equal events of one message: those are several, in two messages they are one."),
    text("stream", "Subscription that the entry or the event belongs to."),
    text("message", "The venue's message, verbatim."),
    text("recorder", "Run of the recorder: when it began, and its process."),
    declare("start_at", "When it began."),
    declare("end_at", "When it ended, the same moment for what has no length."),
    count("message_count", "Messages or events concerned."),
    # flows and activity
    declare("unique_addresses", "Addresses used on the day.", kind="number", unit="count", above=0),
    # rows that broke a schema
    text("reason", "Why the row was quarantined."),
    text("payload", "The row as it came, as JSON."),
)  # fmt: skip
