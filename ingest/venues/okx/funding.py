"""OKX funding settlements of perpetual swaps, of the last three months.

`realizedRate` is what was paid; `fundingRate` is what had been predicted. The interval is not said here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.errors import RequestRefused
from ingest.feed import Batch, Request
from ingest.pages import answered, newest_first, stamped, text_frame
from ingest.schema import moment, number, text, within
from ingest.venues.okx import rest
from ingest.windows import Window, day_start

PATH = "public/funding-rate-history"
KEPT = timedelta(days=92)  # three calendar months
# A settlement belongs to the hours before it, so a window's last one stands right at its end.
SETTLEMENT = timedelta(hours=1)

SCHEMA = pa.DataFrameSchema(
    {
        "symbol": text("Instrument as the venue writes it"),
        "settled_at": moment("Hour of the settlement"),
        "funding_rate": number("What longs paid to shorts, a fraction per interval", "fraction", within(-0.1, 0.1)),
        "predicted_rate": number("What had been predicted for it", "fraction", within(-0.1, 0.1), nullable=True),
    },
    strict=True,
    name="okx_funding",
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the settlements of the window that are not held yet and that the venue still has."""
    kept = Window(day_start((request.now - KEPT).date()), request.now + SETTLEMENT)
    for instrument in request.instruments:
        for window in request.held.missing(instrument.symbol, request.wanted.intersect(kept)):
            with request.alone(instrument.symbol):
                yield _settlements(request, instrument.symbol, window)


def _settlements(request: Request, symbol: str, window: Window) -> Batch:
    def ask(before: int) -> list[Any]:
        rows = rest.data(request, PATH, {"instId": symbol, "after": before}, dict)
        if other := {str(row["instId"]) for row in rows if "instId" in row} - {symbol}:
            raise RequestRefused(f"asked for {symbol}, got {', '.join(sorted(other))[:80]}", host=rest.HOST)
        return rows

    pages = newest_first(ask, window, limit=rest.PAGE, stamp_of=lambda row: int(row["fundingTime"]), host=rest.HOST)
    frame = parse([row for page in pages for row in page], symbol)
    return answered(request, frame, symbol, window, "settled_at", SETTLEMENT, rest.url(PATH))


def parse(records: Sequence[Mapping[str, Any]], symbol: str) -> pl.DataFrame:
    """Rows as a frame with the schema's columns, numbers as published text; a blank rate is null."""
    return text_frame(records, ("fundingTime", "realizedRate", "fundingRate")).select(
        pl.lit(symbol).alias("symbol"),
        stamped("fundingTime").dt.truncate("1h").alias("settled_at"),
        pl.col("realizedRate").alias("funding_rate"),
        pl.col("fundingRate").alias("predicted_rate"),
    )
