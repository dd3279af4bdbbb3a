"""Coinalyze's feeds of single contracts: open interest, liquidations and bars by day and hour, funding by day."""

from __future__ import annotations

from collections.abc import Callable

import pandera.polars as pa
import polars as pl

from ingest.feed import Feed
from ingest.fetch.interface import Ask
from ingest.fetch.pages import Single, between
from ingest.fetch.rows import Fields, Stamp
from ingest.fetch.shapes import FINAL_RUN, hourly
from ingest.instrument import Instrument
from ingest.schema import ORDERED, column, feed_schema, rows
from ingest.venues.coinalyze.api import API, ask_in_usd
from ingest.venues.coinalyze.histories import Together

SYMBOL = column("symbol", note="With the exchange's suffix: .A is Binance.")
OPENED = Stamp("t", "open_at", unit="s")
BAR = {"o": "open", "h": "high", "l": "low", "c": "close"}


def feed(
    kind: str,
    description: str,
    path: str,
    fields: Fields,
    ask: Ask | None = None,
    series_of: Callable[[Instrument], str] = lambda instrument: instrument.symbol,
    schema: pa.DataFrameSchema | None = None,
) -> Feed:
    """One measure of single contracts by day, asked for up to 20 contracts at once."""
    return Feed(
        venue="coinalyze",
        kind=kind,
        description=f"Daily {description}",
        schema=schema or fields.schema(f"coinalyze_{kind}"),
        cadence="daily",
        retention="daily values are never deleted",
        revises=FINAL_RUN,
        licence="Coinalyze terms of use; no redistribution",
        key_variable="COINALYZE_API_KEY",
        key_from="a free key: coinalyze.net",
        fetch=Together(
            API.at(path, ask),
            fields,
            Single(between("from", "to", unit="s")),
            {"interval": "daily"},
            drops_forming=True,
            series_of=series_of,
        ),
    )


def bars_of(measure: str) -> Fields:
    """A figure at the open, high, low and close of each bar."""
    columns = {published: column(part, f"{measure}_{part}") for published, part in BAR.items()}
    return Fields(OPENED, columns, symbol=SYMBOL, checks=[ORDERED])


def liquidation_series(instrument: Instrument) -> str:
    """Values in USD are a series of their own, so that those landed before in an unknown unit are fetched again."""
    return f"{instrument.symbol} in USD" if instrument.margin_type == "inverse" else instrument.symbol


FLOOR = "A floor, because the venue publishes one order a second."

OPEN_INTEREST = feed(
    "open_interest",
    "open interest of single contracts, as Coinalyze records it from the exchanges.",
    "open-interest-history",
    bars_of("open_interest"),
)
LIQUIDATIONS = feed(
    "liquidations",
    "forced closing of longs and of shorts of single contracts; a missing row is unknown, not zero.",
    "liquidation-history",
    Fields(OPENED, {"l": "long_coin", "s": "short_coin"}, inverse_columns={"l": "long_usd", "s": "short_usd"}),
    ask_in_usd,
    liquidation_series,
    feed_schema(
        "coinalyze_liquidations",
        SYMBOL,
        "open_at",
        *(
            column(f"{side}_{unit}", f"{side}_liquidations_{unit}", optional=True, note=f"Of {of} contract. {FLOOR}")
            for unit, of in (("coin", "a linear"), ("usd", "an inverse"))
            for side in ("long", "short")
        ),
        checks=[
            rows(f"{side} missing", pl.any_horizontal(pl.col(f"{side}_coin", f"{side}_usd").is_not_null()))
            for side in ("long", "short")
        ],
    ),
)
KLINES = feed(
    "klines",
    "bars of single contracts; they give a price where the exchange's own bars are missing.",
    "ohlcv-history",
    Fields(
        OPENED,
        {
            **BAR,
            "v": column("volume", "traded_contracts"),
            "bv": column("buy_volume", "taker_bought_contracts", optional=True),
            "tx": column("trade_count", optional=True),
            "btx": column("buy_trade_count", optional=True),
        },
        symbol=SYMBOL,
        checks=[ORDERED],
    ),
)
FUNDING = feed(
    "funding",
    "funding rates of single contracts, in percent per settlement interval.",
    "funding-rate-history",
    bars_of("funding"),
)

FEEDS: tuple[Feed, ...] = (
    OPEN_INTEREST,
    LIQUIDATIONS,
    KLINES,
    FUNDING,
    *(hourly(daily, {"interval": "1hour"}, "1500 to 2000 hours") for daily in (OPEN_INTEREST, KLINES, LIQUIDATIONS)),
)
