"""Coinalyze's feeds of single contracts: open interest, liquidations and bars by day and hour, funding by day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pandera.polars as pa
import polars as pl

from ingest.feed import Feed
from ingest.fetch.pages import Single, between
from ingest.fetch.questions import AskTogether
from ingest.fetch.rows import Fields, Stamp
from ingest.fetch.shapes import FINAL_RUN, Together, hourly
from ingest.instrument import Instrument
from ingest.schema import ORDERED, PRICES, column, feed_schema, rows
from ingest.venues.coinalyze import api

OPENED = Stamp("t", "open_at", unit="s")
BAR = {"o": "open", "h": "high", "l": "low", "c": "close"}


def feed(
    kind: str,
    description: str,
    columns: Sequence[str | tuple[str, pa.Column]],
    checks: Sequence[pa.Check],
    ask: AskTogether,
    path: str,
    fields: Fields,
    series_of: Callable[[Instrument], str] = lambda instrument: instrument.symbol,
) -> Feed:
    """One measure of single contracts by day, asked for up to 20 contracts at once."""
    return Feed(
        venue="coinalyze",
        kind=kind,
        description=f"Daily {description}",
        schema=feed_schema(
            f"coinalyze_{kind}",
            column("symbol", note="With the exchange's suffix: .A is Binance."),
            "open_at",
            *columns,
            checks=checks,
        ),
        cadence="daily",
        retention="daily values are never deleted",
        revises=FINAL_RUN,
        licence="Coinalyze terms of use; no redistribution",
        hosts=(api.HOST,),
        key_variable="COINALYZE_API_KEY",
        key_from="a free key: coinalyze.net",
        fetch=Together(
            lambda request, one: ask(request, [one])[0],
            f"https://{api.HOST}/v1/{path}",
            fields,
            Single(between("from", "to", unit="s")),
            {"interval": "daily"},
            drops_forming=True,
            series_of=series_of,
            ask_together=ask,
            most=api.MOST_SYMBOLS,
        ),
    )


def liquidation_series(instrument: Instrument) -> str:
    """Values in USD are a series of their own, so that those landed before in an unknown unit are fetched again."""
    return f"{instrument.symbol} in USD" if instrument.margin_type == "inverse" else instrument.symbol


FLOOR = "A floor, because the venue publishes one order a second."

# A figure at the open, high, low and close of each bar.
bars = partial(feed, checks=[ORDERED], ask=api.ask, fields=Fields(OPENED, BAR))
OPEN_INTEREST = bars(
    "open_interest",
    "open interest of single contracts, as Coinalyze records it from the exchanges.",
    columns=[column(part, f"open_interest_{part}") for part in PRICES],
    path="open-interest-history",
)
LIQUIDATIONS = feed(
    "liquidations",
    "forced closing of longs and of shorts of single contracts; a missing row is unknown, not zero.",
    columns=(
        column("long_coin", "long_liquidations_coin", optional=True, note=f"Of a linear contract. {FLOOR}"),
        column("short_coin", "short_liquidations_coin", optional=True, note=f"Of a linear contract. {FLOOR}"),
        column("long_usd", "long_liquidations_usd", optional=True, note=f"Of an inverse contract. {FLOOR}"),
        column("short_usd", "short_liquidations_usd", optional=True, note=f"Of an inverse contract. {FLOOR}"),
    ),
    checks=[
        rows(f"{side} missing", pl.any_horizontal(pl.col(f"{side}_coin", f"{side}_usd").is_not_null()))
        for side in ("long", "short")
    ],
    ask=api.ask_in_usd,
    path="liquidation-history",
    fields=Fields(OPENED, {"l": "long_coin", "s": "short_coin"}, inverse_columns={"l": "long_usd", "s": "short_usd"}),
    series_of=liquidation_series,
)
KLINES = feed(
    "klines",
    "bars of single contracts; they give a price where the exchange's own bars are missing.",
    columns=(
        *PRICES,
        column("volume", "traded_contracts"),
        column("buy_volume", "taker_bought_contracts", optional=True),
        column("trade_count", optional=True),
        column("buy_trade_count", optional=True),
    ),
    checks=[ORDERED],
    ask=api.ask,
    path="ohlcv-history",
    fields=Fields(OPENED, {**BAR, "v": "volume", "bv": "buy_volume", "tx": "trade_count", "btx": "buy_trade_count"}),
)
FUNDING = bars(
    "funding",
    "funding rates of single contracts, in percent per settlement interval.",
    columns=[column(part, f"funding_{part}") for part in PRICES],
    path="funding-rate-history",
)

FEEDS: tuple[Feed, ...] = (
    OPEN_INTEREST,
    LIQUIDATIONS,
    KLINES,
    FUNDING,
    *(hourly(daily, {"interval": "1hour"}, "1500 to 2000 hours") for daily in (OPEN_INTEREST, KLINES, LIQUIDATIONS)),
)
