"""Gate funding settlements, 180 days of them. The interval is not told and has been seen to change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import polars as pl

from ingest.feed import Batch, Request
from ingest.fetch.batches import batch_covering
from ingest.fetch.rows import text_frame
from ingest.schema import column, feed_schema
from ingest.venues.gate import api
from ingest.windows import Window

PATH = "funding_rate"
CHUNK = 30 * 86400  # seconds; 720 hourly settlements fit into one answer
# A settlement belongs to the hours before it, so a window's last one stands right at its end.
SETTLEMENT = timedelta(hours=1)

SCHEMA = feed_schema(
    "gate_funding",
    "symbol",
    column("settled_at", note="The venue's stamps are up to some seconds late."),
    "funding_rate",
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the settlements of the window that are not held yet and that the venue still has."""
    kept = Window(request.now - api.KEPT, request.now)
    for instrument in request.instruments:
        for missing in request.held.missing(instrument.symbol, request.wanted.intersect(kept)):
            with request.noting_refusal(instrument.symbol):
                yield _settlements(request, instrument.symbol, missing)


def _settlements(request: Request, symbol: str, window: Window) -> Batch:
    # Both ends are always sent: without `to` the answer ends 30 days after `from`.
    start, end = int(window.start.timestamp()), int(window.end.timestamp())
    records = [
        row
        for chunk in range(start, end, CHUNK)
        for row in api.every_row(request.session, PATH, symbol, chunk, min(chunk + CHUNK, end) - 1)
    ]
    frame = parse(records, symbol)
    return batch_covering(request, frame, symbol, window, SETTLEMENT, api.address(PATH))


def parse(records: Sequence[Mapping[str, Any]], symbol: str) -> pl.DataFrame:
    """Rows as a frame with the schema's columns, the rate as published text."""
    return text_frame(records, ("t", "r")).select(
        pl.lit(symbol).alias("symbol"),
        api.stamp("t").dt.truncate("1h").alias("settled_at"),
        pl.col("r").alias("funding_rate"),
    )
