"""Coinbase Exchange: daily spot bars against real dollars, since listing. A day without a trade has no bar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import polars as pl

from ingest.errors import RequestRefused
from ingest.feed import Batch, Feed, Request
from ingest.fetch.batches import batch_covering
from ingest.fetch.rows import text_frame
from ingest.schema import (
    PRICES_FIT,
    column,
    feed_schema,
    forming,
    since_1970,
)
from ingest.windows import Window

HOST = "api.exchange.coinbase.com"
URL = f"https://{HOST}/products/{{symbol}}/candles"
DAY = timedelta(days=1)
PAGE = 300  # bars; a window that has more is refused
COLUMNS = ("time", "low", "high", "open", "close", "volume")  # low and high come first

SCHEMA = feed_schema(
    "coinbase_spot_klines",
    "symbol",
    "open_at",
    "open",
    "high",
    "low",
    "close",
    column("volume", "volume_coin"),
    checks=PRICES_FIT,
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield closed days of the window that are not held yet, 300 a request."""
    for instrument in request.instruments:
        with request.noting_refusal(instrument.symbol):
            for missing in request.held.missing(instrument.symbol, request.window):
                for window in missing.split(PAGE * DAY):
                    yield _page(request, instrument.symbol, window)


def _page(request: Request, symbol: str, window: Window) -> Batch:
    # Both ends are buckets of the answer, so the last bucket is asked for by its start.
    url, last_bar = URL.format(symbol=symbol), window.end - DAY
    asked: dict[str, str | int] = {
        "granularity": 86400,
        "start": f"{window.start:%Y-%m-%dT%H:%M:%SZ}",
        "end": f"{last_bar:%Y-%m-%dT%H:%M:%SZ}",
    }
    frame = parse(request.session.get_json(url, asked), symbol).filter(~forming("open_at", DAY, request.now))
    return batch_covering(request, frame, symbol, window, DAY, url)


def parse(body: Any, symbol: str) -> pl.DataFrame:  # noqa: ANN401 - as it came
    """The bars as a frame with the schema's columns, numbers as published. Raises RequestRefused on another shape."""
    if not isinstance(body, list) or not all(_is_bar(bar) for bar in body):
        raise RequestRefused(f"expected bars, got {str(body)[:80]}", host=HOST, path=f"/products/{symbol}/candles")
    return text_frame(body, COLUMNS).select(
        pl.lit(symbol).alias("symbol"),
        since_1970(pl.col("time").cast(pl.Int64, strict=False), 1_000_000).alias("open_at"),
        "open",
        "high",
        "low",
        "close",
        "volume",
    )


def _is_bar(bar: Any) -> bool:  # noqa: ANN401 - as it came
    return isinstance(bar, list) and len(bar) == len(COLUMNS)


FEEDS: tuple[Feed, ...] = (
    Feed(
        name="coinbase_spot_klines",
        venue="coinbase",
        kind="klines",
        description="Daily spot bars of Coinbase Exchange against USD.",
        schema=SCHEMA,
        key=("symbol", "open_at"),
        observed="open_at",
        cadence="daily bars",
        retention="all since listing",
        licence="Coinbase market data terms; no redistribution",
        fetch=fetch,
        hosts=(HOST,),
    ),
)
