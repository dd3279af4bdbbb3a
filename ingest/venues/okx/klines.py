"""OKX daily bars of perpetual swaps. The bar is `1Dutc`: `1D` opens at 16:00 UTC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.feed import Batch, Request
from ingest.pages import answered, newest_first, stamped, text_frame
from ingest.schema import PRICES_FIT, forming, moment, not_negative, number, prices, rows, text
from ingest.venues.okx import rest
from ingest.windows import Window

PATH = "market/history-candles"
DAY = timedelta(days=1)
FIELDS = ("start", "open", "high", "low", "close", "volume_contracts", "volume_coin", "volume_usd", "confirm")

SCHEMA = pa.DataFrameSchema(
    {
        "symbol": text("Instrument as the venue writes it"),
        "open_at": moment("Start of the UTC day"),
        **prices("USD"),
        "volume_contracts": number("Traded volume in contracts", "contracts", not_negative()),
        "volume_coin": number("Traded volume in coins", "coin", not_negative()),
        "volume_usd": number("Traded volume in the quote currency", "USD", not_negative()),
    },
    checks=[
        *PRICES_FIT,
        rows("not a UTC day", pl.col("open_at").dt.truncate("1d") == pl.col("open_at")),
    ],
    strict=True,
    name="okx_klines",
)  # fmt: skip


def fetch(request: Request) -> Iterator[Batch]:
    """Yield closed bars of the window that are not held yet."""
    for instrument in request.instruments:
        for window in request.held.missing(instrument.symbol, request.window):
            with request.alone(instrument.symbol):
                yield _bars(request, instrument.symbol, window)


def _bars(request: Request, symbol: str, window: Window) -> Batch:
    def ask(before: int) -> list[Any]:
        return rest.data(request, PATH, {"instId": symbol, "bar": "1Dutc", "after": before}, list)

    pages = newest_first(ask, window, limit=rest.PAGE, stamp_of=lambda row: int(row[0]), host=rest.HOST)
    frame = parse([row for page in pages for row in page], symbol)
    frame = frame.filter(~forming("open_at", DAY, request.now))
    return answered(request, frame, symbol, window, "open_at", DAY, rest.url(PATH))


def parse(records: Sequence[Sequence[Any]], symbol: str) -> pl.DataFrame:
    """Confirmed rows as a frame with the schema's columns, numbers as published text."""
    confirmed = text_frame(records, FIELDS).filter(pl.col("confirm").ne_missing("0"))
    return confirmed.select(
        pl.lit(symbol).alias("symbol"),
        stamped("start").alias("open_at"),
        *FIELDS[1:8],
    )
