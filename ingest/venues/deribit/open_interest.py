"""Deribit's open interest: the venue tells the present alone, so every run adds one observation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.feed import Batch, Part, Request
from ingest.pages import stamped, text_frame
from ingest.schema import moment, number, positive, text
from ingest.venues.deribit import rest
from ingest.windows import Window

URL = rest.address("get_book_summary_by_instrument")

SCHEMA = pa.DataFrameSchema(
    {
        "symbol": text("Instrument name"),
        "snapshot_at": moment("Moment of the summary, by the venue's clock"),
        "open_interest_contracts": number(
            "Open interest: USD of an inverse contract, coins of a linear one", "contract unit", positive()
        ),
        "mark_price": number("Mark price at that moment", "USD", positive(), nullable=True),
    },
    strict=True,
    name="deribit_open_interest",
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the summary of each instrument as it is now, whatever window is asked for."""
    for instrument in request.instruments:
        with request.alone(instrument.symbol):
            summaries = rest.result(request.session, URL, {"instrument_name": instrument.symbol}, list)
            moment_only = Window(request.now, request.now)
            frame = parse(summaries)
            yield Batch(frame, (Part(instrument.symbol, "rest", moment_only, frame.height, URL),))


def parse(summaries: Sequence[Any]) -> pl.DataFrame:
    """Summaries as a frame with the schema's columns. Raises RequestRefused when one is no object."""
    if not all(isinstance(s, Mapping) for s in summaries):
        raise rest.unexpected(URL, summaries)
    fields = ("instrument_name", "creation_timestamp", "open_interest", "mark_price")
    return text_frame(summaries, fields).select(
        pl.col("instrument_name").alias("symbol"),
        stamped("creation_timestamp").alias("snapshot_at"),
        pl.col("open_interest").alias("open_interest_contracts"),
        "mark_price",
    )
