"""Coinalyze's feeds: daily open interest, liquidations, bars and funding of single contracts of several exchanges."""

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
from ingest.fetch.together import Together
from ingest.instrument import Instrument
from ingest.schema import PRICES, column, feed_schema, rows
from ingest.venues.coinalyze import api

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
OPENED = Stamp("t", "open_at", unit="s")
BAR = {"o": "open", "h": "high", "l": "low", "c": "close"}

FLOOR = "A floor, because the venue publishes one order a second."
ORDERED = rows("high below low", pl.col("high") >= pl.col("low"))
SYMBOL = column("symbol", note="With the exchange's suffix: .A is Binance.")


def daily(ask: AskTogether, address: str, fields: Fields, **more: Any) -> Together:  # noqa: ANN401 - as in Windowed
    """The fetch of daily rows, of up to 20 contracts in a question."""
    return Together(
        lambda request, one: ask(request, [one])[0],
        address,
        fields,
        Single(TOLD),
        {"interval": "daily"},
        drops_forming=True,
        ask_together=ask,
        told=TOLD,
        most=api.MOST_SYMBOLS,
        **more,
    )


def bar_schema(measure: str) -> pa.DataFrameSchema:
    """The schema of daily bars of a measure, such as funding."""
    columns = (column(part, f"{measure}_{part}") for part in PRICES)
    return feed_schema(f"coinalyze_{measure}", SYMBOL, "open_at", *columns, checks=[ORDERED])


OPEN_INTEREST = bar_schema("open_interest")
FUNDING = bar_schema("funding")
LIQUIDATIONS = feed_schema(
    "coinalyze_liquidations",
    SYMBOL,
    "open_at",
    column("long_coin", "long_liquidations_coin", optional=True, note=f"Of a linear contract. {FLOOR}"),
    column("short_coin", "short_liquidations_coin", optional=True, note=f"Of a linear contract. {FLOOR}"),
    column("long_usd", "long_liquidations_usd", optional=True, note=f"Of an inverse contract. {FLOOR}"),
    column("short_usd", "short_liquidations_usd", optional=True, note=f"Of an inverse contract. {FLOOR}"),
    checks=[
        rows(f"{side} missing", pl.any_horizontal(pl.col(f"{side}_coin", f"{side}_usd").is_not_null()))
        for side in ("long", "short")
    ],
)
KLINES = feed_schema(
    "coinalyze_klines",
    SYMBOL,
    "open_at",
    *PRICES,
    column("volume", "traded_contracts"),
    column("buy_volume", "taker_bought_contracts", optional=True),
    column("trade_count", optional=True),
    column("buy_trade_count", optional=True),
    checks=[ORDERED],
)


def liquidation_series(instrument: Instrument) -> str:
    """Values in USD are a series of their own, so that those landed before in an unknown unit are fetched again."""
    return f"{instrument.symbol} in USD" if instrument.margin_type == "inverse" else instrument.symbol


FEEDS: tuple[Feed, ...] = (
    feed(
        name="coinalyze_open_interest",
        kind="open_interest",
        description="Daily open interest of single contracts, as Coinalyze records it from the exchanges.",
        schema=OPEN_INTEREST,
        fetch=daily(api.ask, api.url("open-interest-history"), Fields(OPENED, BAR)),
    ),
    feed(
        name="coinalyze_liquidations",
        kind="liquidations",
        description="Daily forced closing of longs and of shorts of single contracts; a day without a row is unknown,"
        " not zero.",
        schema=LIQUIDATIONS,
        fetch=daily(
            api.ask_in_usd,
            api.url("liquidation-history"),
            Fields(OPENED, {"l": "long_coin", "s": "short_coin"}, inverse_columns={"l": "long_usd", "s": "short_usd"}),
            series_of=liquidation_series,
        ),
    ),
    feed(
        name="coinalyze_klines",
        kind="klines",
        description="Daily bars of single contracts; they give a price where the exchange's own bars are missing.",
        schema=KLINES,
        fetch=daily(
            api.ask,
            api.url("ohlcv-history"),
            Fields(OPENED, {**BAR, "v": "volume", "bv": "buy_volume", "tx": "trade_count", "btx": "buy_trade_count"}),
        ),
    ),
    feed(
        name="coinalyze_funding",
        kind="funding",
        description="Daily funding rates of single contracts, in percent per settlement interval.",
        schema=FUNDING,
        fetch=daily(api.ask, api.url("funding-rate-history"), Fields(OPENED, BAR)),
    ),
)
