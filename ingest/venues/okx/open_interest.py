"""OKX's daily open interest of perpetual swaps: contracts, coins and USD of one instrument.

A row is stamped at the start of its UTC day and follows the open interest until the day is over, so it is the value at
the day's end, and the running day is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.feed import Batch, Request
from ingest.pages import answered, newest_first, stamped, text_frame
from ingest.schema import forming, moment, number, positive, rows, text
from ingest.venues.okx import rest
from ingest.windows import Window

PATH = "rubik/stat/contracts/open-interest-history"
DAY = timedelta(days=1)
FIELDS = ("start", "open_interest_contracts", "open_interest_coin", "open_interest_usd")

SCHEMA = pa.DataFrameSchema(
    {
        "symbol": text("Instrument as the venue writes it"),
        "period_start_at": moment("Start of the UTC day whose last value this is"),
        "open_interest_contracts": number("Open interest at the end of the day", "contracts", positive()),
        "open_interest_coin": number("The same in coins", "coin", positive()),
        "open_interest_usd": number("The same in USD", "USD", positive()),
    },
    checks=[rows("not a UTC day", pl.col("period_start_at").dt.truncate("1d") == pl.col("period_start_at"))],
    strict=True,
    name="okx_open_interest",
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the whole days of the window that are not held yet, as far back as the venue answers."""
    for instrument in request.instruments:
        for window in request.held.missing(instrument.symbol, request.window):
            with request.alone(instrument.symbol):
                yield _days(request, instrument.symbol, window)


def _days(request: Request, symbol: str, window: Window) -> Batch:
    # Without `begin`: how far back the venue goes is not documented, and it may refuse a start before that.
    def ask(before: int) -> list[Any]:
        return rest.data(request, PATH, {"instId": symbol, "period": "1Dutc", "end": before}, list)

    pages = newest_first(ask, window, limit=rest.PAGE, stamp_of=lambda row: int(row[0]), host=rest.HOST)
    frame = parse([row for page in pages for row in page], symbol)
    frame = frame.filter(~forming("period_start_at", DAY, request.now))
    return answered(request, frame, symbol, window, "period_start_at", DAY, rest.url(PATH))


def parse(records: Sequence[Sequence[Any]], symbol: str) -> pl.DataFrame:
    """Rows as a frame with the schema's columns, numbers as published text."""
    return text_frame(records, FIELDS).select(
        pl.lit(symbol).alias("symbol"),
        stamped("start").alias("period_start_at"),
        *FIELDS[1:],
    )
