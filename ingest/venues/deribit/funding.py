"""Deribit's funding: it accrues all the time, and `interest_1h` is what an hour came to.

The hours of a day add up to its funding. `interest_8h` looks back over eight hours, every hour: never sum it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.feed import Batch, Request
from ingest.pages import answered, stamped, text_frame
from ingest.schema import moment, number, positive, text, within
from ingest.venues.deribit import rest
from ingest.windows import Window, milliseconds

URL = rest.address("get_funding_rate_history")
HOUR = timedelta(hours=1)
PAGE = timedelta(days=30)  # an answer holds 744 hours and a longer window is refused

SCHEMA = pa.DataFrameSchema(
    {
        "symbol": text("Instrument name"),
        "settled_at": moment("End of the hour"),
        "interest_1h": number("What longs paid to shorts over the hour", "fraction", within(-0.1, 0.1)),
        "interest_8h": number("The same over the last eight hours", "fraction", within(-0.1, 0.1), nullable=True),
        "index_price": number("Index at the end of the hour", "USD", positive(), nullable=True),
    },
    strict=True,
    name="deribit_funding",
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the hours of the window that are not held yet, thirty days at a time."""
    for instrument in request.instruments:
        for missing in request.held.missing(instrument.symbol, request.wanted):
            with request.alone(instrument.symbol):
                for page in missing.split(PAGE):
                    yield _hours(request, instrument.symbol, page)


def _hours(request: Request, symbol: str, window: Window) -> Batch:
    asked: dict[str, str | int] = {
        "instrument_name": symbol,
        "start_timestamp": milliseconds(window.start),
        "end_timestamp": milliseconds(window.end) - 1,
    }
    frame = parse(rest.result(request.session, URL, asked, list), symbol)
    return answered(request, frame, symbol, window, "settled_at", HOUR, URL)


def parse(records: Sequence[Any], symbol: str) -> pl.DataFrame:
    """Rows as a frame with the schema's columns, numbers as published text, stamps floored to their hour.

    Raises RequestRefused when a row is no object.
    """
    if not all(isinstance(r, Mapping) for r in records):
        raise rest.unexpected(URL, records)
    fields = ("timestamp", "interest_1h", "interest_8h", "index_price")
    frame = text_frame(records, fields)
    stamp = stamped("timestamp")
    return frame.select(
        pl.lit(symbol).alias("symbol"),
        stamp.dt.truncate("1h").alias("settled_at"),
        "interest_1h",
        "interest_8h",
        "index_price",
    )
