"""Kraken Futures' daily bars of trades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import polars as pl

from ingest.feed import Batch, Request
from ingest.fetch.batches import batch_covering
from ingest.fetch.rows import text_frame
from ingest.schema import (
    PRICES_FIT,
    column,
    feed_schema,
    forming,
    rows,
)
from ingest.venues.kraken import charts
from ingest.windows import Window

DAY = timedelta(days=1)
COLUMNS = ("open", "high", "low", "close", "volume")

SCHEMA = feed_schema(
    "kraken_klines",
    "symbol",
    "open_at",
    "open",
    "high",
    "low",
    "close",
    column("volume", "volume_coin"),
    checks=[
        rows("opens at midnight", pl.col("open_at").dt.truncate("1d") == pl.col("open_at")),
        *PRICES_FIT,
    ],
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the closed bars of the window that are not held yet."""
    for instrument in request.instruments:
        for missing in request.held.missing(instrument.symbol, request.window):
            with request.noting_refusal(instrument.symbol):
                yield _bars(request, instrument.symbol, missing)


def _bars(request: Request, symbol: str, window: Window) -> Batch:
    url = f"{charts.CHARTS}/trade/{symbol}/1d"
    pages = charts.pages(
        request.session, url, {}, window, DAY, bounds=("from", "to"), read=lambda body: _read(body, url)
    )
    frame = parse([row for page in pages for row in page], symbol).filter(~forming("open_at", DAY, request.now))
    return batch_covering(request, frame, symbol, window, DAY, url)


def _read(body: Any, url: str) -> tuple[list[charts.Row], bool]:  # noqa: ANN401 - as it came
    candles = body.get("candles") if isinstance(body, Mapping) else None
    if not isinstance(candles, list) or not all(isinstance(candle, Mapping) for candle in candles):
        raise charts.refused(url, f"expected candles, got {str(body)[:80]}")
    rows = [(charts.milliseconds_of(candle.get("time")), candle) for candle in candles]
    return rows, bool(body.get("more_candles"))


def parse(rows: Sequence[charts.Row], symbol: str) -> pl.DataFrame:
    """Candles as a frame with the schema's columns, numbers as published text."""
    stamps = pl.Series("t", [stamp for stamp, _ in rows], pl.Int64)
    frame = text_frame([candle for _, candle in rows], COLUMNS).with_columns(stamps)
    return frame.select(pl.lit(symbol).alias("symbol"), charts.opened().alias("open_at"), *COLUMNS)
