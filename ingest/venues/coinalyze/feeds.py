"""Coinalyze's feeds of single contracts: open interest, liquidations and bars by day and hour, funding by day."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.feed import Feed
from ingest.fetch.pages import Single, between
from ingest.fetch.questions import AskTogether
from ingest.fetch.rows import Fields, Stamp
from ingest.fetch.shapes import HOUR
from ingest.fetch.together import Together
from ingest.instrument import Instrument
from ingest.schema import PRICES, column, feed_schema, rows
from ingest.venues.coinalyze import api
from ingest.windows import Window, day_start

feed = partial(
    Feed,
    venue="coinalyze",
    hosts=(api.HOST,),
    licence="Coinalyze terms of use; no redistribution",
    key=("symbol", "open_at"),
    observed="open_at",
    cadence="daily",
    retention="daily values are never deleted",
    revises=timedelta(hours=5),  # a day fetched right after midnight is fetched once more by the final run
    key_variable="COINALYZE_API_KEY",
    key_from="a free key: coinalyze.net",
)
TOLD = between("from", "to", unit="s")
# Hours are there for the 24 hours up to now and what they are compared with, which is a week old at most.
HOURS_ASKED = timedelta(days=9)
hourly_feed = partial(
    feed, cadence="hourly", retention="1500 to 2000 hours; only the last 9 days are asked for", revises=HOUR
)
OPENED = Stamp("t", "open_at", unit="s")
BAR = {"o": "open", "h": "high", "l": "low", "c": "close"}

FLOOR = "A floor, because the venue publishes one order a second."
ORDERED = rows("high below low", pl.col("high") >= pl.col("low"))
SYMBOL = column("symbol", note="With the exchange's suffix: .A is Binance.")


def series(interval: str, ask: AskTogether, address: str, fields: Fields, **more: Any) -> Together:  # noqa: ANN401 - as in Windowed
    """The fetch of rows of an interval, of up to 20 contracts in a question."""
    return Together(
        lambda request, one: ask(request, [one])[0],
        address,
        fields,
        Single(TOLD),
        {"interval": interval},
        drops_forming=True,
        ask_together=ask,
        told=TOLD,
        most=api.MOST_SYMBOLS,
        **more,
    )


daily = partial(series, "daily")
hourly = partial(series, "1hour", step=HOUR, kept=lambda now: Window(day_start((now - HOURS_ASKED).date()), now))


def bar_schema(name: str, measure: str) -> pa.DataFrameSchema:
    """The schema of bars of a measure, such as funding."""
    columns = (column(part, f"{measure}_{part}") for part in PRICES)
    return feed_schema(name, SYMBOL, "open_at", *columns, checks=[ORDERED])


LIQUIDATION_COLUMNS = (
    column("long_coin", "long_liquidations_coin", optional=True, note=f"Of a linear contract. {FLOOR}"),
    column("short_coin", "short_liquidations_coin", optional=True, note=f"Of a linear contract. {FLOOR}"),
    column("long_usd", "long_liquidations_usd", optional=True, note=f"Of an inverse contract. {FLOOR}"),
    column("short_usd", "short_liquidations_usd", optional=True, note=f"Of an inverse contract. {FLOOR}"),
)
SIDES_ARE_THERE = [
    rows(f"{side} missing", pl.any_horizontal(pl.col(f"{side}_coin", f"{side}_usd").is_not_null()))
    for side in ("long", "short")
]
KLINE_COLUMNS = (
    *PRICES,
    column("volume", "traded_contracts"),
    column("buy_volume", "taker_bought_contracts", optional=True),
    column("trade_count", optional=True),
    column("buy_trade_count", optional=True),
)
IN_COINS_OR_USD = Fields(
    OPENED, {"l": "long_coin", "s": "short_coin"}, inverse_columns={"l": "long_usd", "s": "short_usd"}
)
TRADED = Fields(OPENED, {**BAR, "v": "volume", "bv": "buy_volume", "tx": "trade_count", "btx": "buy_trade_count"})


def liquidation_schema(name: str) -> pa.DataFrameSchema:
    """The schema of longs and shorts closed by force."""
    return feed_schema(name, SYMBOL, "open_at", *LIQUIDATION_COLUMNS, checks=SIDES_ARE_THERE)


def kline_schema(name: str) -> pa.DataFrameSchema:
    """The schema of bars."""
    return feed_schema(name, SYMBOL, "open_at", *KLINE_COLUMNS, checks=[ORDERED])


def liquidation_series(instrument: Instrument) -> str:
    """Values in USD are a series of their own, so that those landed before in an unknown unit are fetched again."""
    return f"{instrument.symbol} in USD" if instrument.margin_type == "inverse" else instrument.symbol


FEEDS: tuple[Feed, ...] = (
    feed(
        name="coinalyze_open_interest",
        kind="open_interest",
        description="Daily open interest of single contracts, as Coinalyze records it from the exchanges.",
        schema=bar_schema("coinalyze_open_interest", "open_interest"),
        fetch=daily(api.ask, api.url("open-interest-history"), Fields(OPENED, BAR)),
    ),
    feed(
        name="coinalyze_liquidations",
        kind="liquidations",
        description="Daily forced closing of longs and of shorts of single contracts; a day without a row is unknown,"
        " not zero.",
        schema=liquidation_schema("coinalyze_liquidations"),
        fetch=daily(
            api.ask_in_usd,
            api.url("liquidation-history"),
            IN_COINS_OR_USD,
            series_of=liquidation_series,
        ),
    ),
    feed(
        name="coinalyze_klines",
        kind="klines",
        description="Daily bars of single contracts; they give a price where the exchange's own bars are missing.",
        schema=kline_schema("coinalyze_klines"),
        fetch=daily(api.ask, api.url("ohlcv-history"), TRADED),
    ),
    feed(
        name="coinalyze_funding",
        kind="funding",
        description="Daily funding rates of single contracts, in percent per settlement interval.",
        schema=bar_schema("coinalyze_funding", "funding"),
        fetch=daily(api.ask, api.url("funding-rate-history"), Fields(OPENED, BAR)),
    ),
    hourly_feed(
        name="coinalyze_hourly_open_interest",
        kind="open_interest",
        description="Hourly open interest of single contracts.",
        schema=bar_schema("coinalyze_hourly_open_interest", "open_interest"),
        fetch=hourly(api.ask, api.url("open-interest-history"), Fields(OPENED, BAR)),
    ),
    hourly_feed(
        name="coinalyze_hourly_klines",
        kind="klines",
        description="Hourly bars of single contracts; they give a price where the exchange's own bars are missing.",
        schema=kline_schema("coinalyze_hourly_klines"),
        fetch=hourly(api.ask, api.url("ohlcv-history"), TRADED),
    ),
    hourly_feed(
        name="coinalyze_hourly_liquidations",
        kind="liquidations",
        description="Hourly forced closing of longs and of shorts of single contracts; an hour without a row is"
        " unknown, not zero.",
        schema=liquidation_schema("coinalyze_hourly_liquidations"),
        fetch=hourly(api.ask_in_usd, api.url("liquidation-history"), IN_COINS_OR_USD, series_of=liquidation_series),
    ),
)
