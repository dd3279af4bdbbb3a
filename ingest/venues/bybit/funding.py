"""Bybit funding settlements of linear and inverse perpetuals. How long an interval was is not said here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.feed import Batch, Instrument, Request
from ingest.pages import answered, newest_first, stamped, text_frame
from ingest.schema import moment, number, text, within
from ingest.venues.bybit import rest
from ingest.windows import Window, milliseconds

PATH = "funding/history"
PAGE = 200
# A settlement belongs to the hours before it, so a window's last one stands right at its end.
SETTLEMENT = timedelta(hours=1)

SCHEMA = pa.DataFrameSchema(
    {
        "symbol": text("Symbol as the venue writes it"),
        "settled_at": moment("Hour of the settlement"),
        "funding_rate": number("What longs pay to shorts, a fraction per interval", "fraction", within(-0.1, 0.1)),
    },
    strict=True,
    name="bybit_funding",
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the settlements of the window that are not held yet."""
    for instrument in request.instruments:
        for window in request.held.missing(instrument.symbol, request.wanted):
            with request.alone(instrument.symbol):
                yield _settlements(request, instrument, window)


def _settlements(request: Request, instrument: Instrument, window: Window) -> Batch:
    # startTime without endTime is refused, so both are sent with every page.
    asked: dict[str, str | int] = {"startTime": milliseconds(window.start), "limit": PAGE}

    def ask(before: int) -> list[Any]:
        return list(rest.result(request, PATH, instrument, {**asked, "endTime": before - 1}, dict)["list"])

    pages = newest_first(ask, window, limit=PAGE, stamp_of=lambda row: int(row["fundingRateTimestamp"]), host=rest.HOST)
    frame = parse([row for page in pages for row in page], instrument)
    return answered(request, frame, instrument.symbol, window, "settled_at", SETTLEMENT, rest.url(PATH))


def parse(records: Sequence[Mapping[str, Any]], instrument: Instrument) -> pl.DataFrame:
    """Rows as a frame with the schema's columns, numbers as published text."""
    return text_frame(records, ("fundingRateTimestamp", "fundingRate")).select(
        pl.lit(instrument.symbol).alias("symbol"),
        stamped("fundingRateTimestamp").dt.truncate("1h").alias("settled_at"),
        pl.col("fundingRate").alias("funding_rate"),
    )
