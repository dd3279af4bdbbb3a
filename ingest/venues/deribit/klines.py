"""Deribit's daily bars, which come as one list per column. An answer holds 5000, more than the venue has days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.feed import Batch, Request
from ingest.pages import answered, stamped
from ingest.schema import PRICES_FIT, forming, moment, not_negative, number, prices, rows, text
from ingest.venues.deribit import rest
from ingest.windows import Window, milliseconds

URL = rest.address("get_tradingview_chart_data")
DAY = timedelta(days=1)
PUBLISHED = ("ticks", "open", "high", "low", "close", "volume", "cost")

SCHEMA = pa.DataFrameSchema(
    {
        "symbol": text("Instrument name"),
        "open_at": moment("Start of the UTC day"),
        **prices("USD"),
        "volume_coin": number("Traded volume in coins", "coin", not_negative()),
        "volume_usd": number("Traded volume in USD, or USDC of a linear contract", "USD", not_negative()),
    },
    checks=[
        rows("opens at midnight", pl.col("open_at").dt.truncate("1d") == pl.col("open_at")),
        *PRICES_FIT,
    ],
    strict=True,
    name="deribit_klines",
)  # fmt: skip


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the closed bars of the window that are not held yet, one request for each stretch."""
    for instrument in request.instruments:
        for missing in request.held.missing(instrument.symbol, request.window):
            with request.alone(instrument.symbol):
                yield _bars(request, instrument.symbol, missing)


def _bars(request: Request, symbol: str, window: Window) -> Batch:
    asked: dict[str, str | int] = {
        "instrument_name": symbol,
        "resolution": "1D",
        "start_timestamp": milliseconds(window.start),
        "end_timestamp": milliseconds(window.end) - 1,
    }
    frame = parse(rest.result(request.session, URL, asked, dict), symbol)
    frame = frame.filter(~forming("open_at", DAY, request.now))
    return answered(request, frame, symbol, window, "open_at", DAY, URL)


def parse(columns: Mapping[str, Any], symbol: str) -> pl.DataFrame:
    """The chart's columns as a frame with the schema's. Raises RequestRefused when they are not equally long lists."""
    lists = [columns.get(name) for name in PUBLISHED]
    if not all(isinstance(one, list) and len(one) == len(lists[0] or []) for one in lists):
        raise rest.unexpected(URL, columns)
    lines = [[None if cell is None else str(cell) for cell in row] for row in zip(*lists, strict=True)]
    frame = pl.DataFrame(lines, schema=dict.fromkeys(PUBLISHED, pl.String), orient="row")
    return frame.select(
        pl.lit(symbol).alias("symbol"),
        stamped("ticks").alias("open_at"),
        "open",
        "high",
        "low",
        "close",
        pl.col("volume").alias("volume_coin"),
        pl.col("cost").alias("volume_usd"),
    )
