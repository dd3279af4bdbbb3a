"""Coinalyze: daily open interest, liquidations and funding of single contracts, full history, with a free key.

Stamps and the window are in seconds: milliseconds are answered with an empty list and no error. Liquidations of an
inverse contract are asked for in USD: in what unit they come otherwise, the vendor does not say for sure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.errors import RequestRefused
from ingest.feed import Batch, Feed, Request
from ingest.fetch.batches import batch_covering
from ingest.fetch.rows import text_frame
from ingest.schema import PRICES, column, feed_schema, forming, rows, since_1970
from ingest.windows import Window

HOST = "api.coinalyze.net"
DAY = timedelta(days=1)
CORRECTED = timedelta(hours=5)  # a day fetched right after midnight is fetched once more by the final run


FLOOR = "A floor, because the venue publishes one order a second."
ORDERED = rows("high below low", pl.col("high") >= pl.col("low"))
SYMBOL = column("symbol", note="With the exchange's suffix: .A is Binance.")
OPEN_INTEREST = feed_schema(
    "coinalyze_open_interest",
    SYMBOL,
    "open_at",
    *(column(part, f"open_interest_{part}") for part in PRICES),
    checks=[ORDERED],
)
FUNDING = feed_schema(
    "coinalyze_funding",
    SYMBOL,
    "open_at",
    *(column(part, f"funding_{part}") for part in PRICES),
    checks=[ORDERED],
)
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


def _fetch(
    path: str, fields: Mapping[str, str], request: Request, *, usd_fields: Mapping[str, str] | None = None
) -> Iterator[Batch]:
    """Yield whole days of the window that are not held yet, one contract at a time: every symbol counts as a call.

    `usd_fields` are the fields of an inverse contract where it is asked for in USD. That is a series of its own, so
    that what was landed before in a unit that nobody names is fetched again.
    """
    url, key = f"https://{HOST}/v1/{path}", request.key()
    for instrument in request.instruments:
        symbol, named, more, series = instrument.symbol, fields, {}, instrument.symbol
        if usd_fields and instrument.margin_type == "inverse":
            named, more, series = usd_fields, {"convert_to_usd": "true"}, f"{symbol} in USD"
        for window in request.held.missing(series, request.window):
            with request.noting_refusal(symbol):
                asked = {**_asked(symbol, window), **more}
                body = request.session.get_json(url, asked, headers={"api_key": key})
                frame = parse(body, symbol, named, path).filter(~forming("open_at", DAY, request.now))
                blank = [pl.lit(None, pl.String).alias(c) for c in request.feed.schema.columns if c not in frame]
                yield batch_covering(request, frame.with_columns(blank), series, window, DAY, url)


def _asked(symbol: str, window: Window) -> dict[str, str | int]:
    return {
        "symbols": symbol,
        "interval": "daily",
        "from": int(window.start.timestamp()),
        "to": int(window.end.timestamp()) - 1,
    }


def parse(body: Any, symbol: str, fields: Mapping[str, str], path: str) -> pl.DataFrame:  # noqa: ANN401 - as it came
    """The history of `symbol` as a frame with the columns of `fields`, numbers as published.

    `fields` maps the published names to columns. An empty outer list is an unknown symbol or a window before its
    listing and gives no rows, as an empty history does. Raises RequestRefused when the answer has another shape.
    """
    if not isinstance(body, list) or not all(map(_is_history, body)):
        raise RequestRefused(f"expected histories, got {str(body)[:80]}", host=HOST, path=f"/v1/{path}")
    history = [row for one in body if one.get("symbol") == symbol for row in one["history"]]
    frame = text_frame(history, ("t", *fields))
    opened = since_1970(pl.col("t").cast(pl.Int64, strict=False), 1_000_000)
    return frame.select(
        pl.lit(symbol).alias("symbol"),
        opened.alias("open_at"),
        *(pl.col(published).alias(column) for published, column in fields.items()),
    )


def _is_history(one: Any) -> bool:  # noqa: ANN401 - as it came
    rows = one.get("history") if isinstance(one, Mapping) else None
    return isinstance(rows, list) and all(isinstance(row, Mapping) for row in rows)


def _feed(
    name: str,
    series: str,
    path: str,
    fields: Mapping[str, str],
    schema: pa.DataFrameSchema,
    about: str,
    *,
    usd_fields: Mapping[str, str] | None = None,
) -> Feed:
    return Feed(
        name=name,
        venue="coinalyze",
        kind=series,
        description=about,
        schema=schema,
        key=("symbol", "open_at"),
        observed="open_at",
        cadence="daily",
        retention="daily values are never deleted",
        licence="Coinalyze terms of use; no redistribution",
        fetch=lambda request: _fetch(path, fields, request, usd_fields=usd_fields),
        hosts=(HOST,),
        revises=CORRECTED,
        key_variable="COINALYZE_API_KEY",
        key_from="a free key: coinalyze.net",
    )


BAR = {"o": "open", "h": "high", "l": "low", "c": "close"}

FEEDS: tuple[Feed, ...] = (
    _feed("coinalyze_open_interest", "open_interest", "open-interest-history", BAR, OPEN_INTEREST,
          "Daily open interest of single contracts, as Coinalyze records it from the exchanges."),
    _feed("coinalyze_liquidations", "liquidations", "liquidation-history",
          {"l": "long_coin", "s": "short_coin"}, LIQUIDATIONS,
          "Daily forced closing of longs and of shorts of single contracts; a day without a row is unknown, not zero.",
          usd_fields={"l": "long_usd", "s": "short_usd"}),
    _feed("coinalyze_klines", "klines", "ohlcv-history",
          {**BAR, "v": "volume", "bv": "buy_volume", "tx": "trade_count", "btx": "buy_trade_count"}, KLINES,
          "Daily bars of single contracts; they give a price where the exchange's own bars are missing."),
    _feed("coinalyze_funding", "funding", "funding-rate-history", BAR, FUNDING,
          "Daily funding rates of single contracts, in percent per settlement interval."),
)  # fmt: skip
