"""Gate `liq_orders`: single liquidations, an hour a request, so a first run asks for the last days alone; they accrue.

What a stop of some weeks has missed is made up for, newest first and not all of it in one run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import polars as pl

from ingest.feed import Batch, Request
from ingest.fetch.batches import batch_covering
from ingest.fetch.rows import text_frame
from ingest.schema import column, feed_schema, not_zero
from ingest.venues.gate import api
from ingest.windows import Window, day_start

PATH = "liq_orders"
HOUR = 3600  # seconds; a longer window is refused
REACH = timedelta(days=2)  # of a first run, 48 requests a contract; daily sums reach back further (contract_stats)
KEPT = timedelta(days=85)  # about 90 are told of
STRETCH = timedelta(days=3)
STRETCHES = 4  # a contract and run: 288 requests, half a minute

SCHEMA = feed_schema(
    "gate_liquidations",
    "symbol",
    column("happened_at", note="To the second."),
    column("position_contracts", note="The venue's WebSocket feed has the opposite sign.", checks=(not_zero(),)),
    "order_price",
    "fill_price",
    column("left_contracts", optional=True),
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the liquidations of the window that are not held yet, since the first that are held, newest first."""
    for instrument in request.instruments:
        symbol, first = instrument.symbol, request.now - REACH
        if held := request.held.of(symbol, "rest"):
            first = max(request.now - KEPT, min(first, held[0].start))
        wanted = request.window.intersect(Window(day_start(first.date()), request.now))
        missing = reversed(request.held.missing(symbol, wanted))
        stretches = [one for window in missing for one in window.split(STRETCH, reverse=True)]
        with request.noting_refusal(symbol):
            for stretch in stretches[:STRETCHES]:
                yield _events(request, symbol, stretch)
        if left := stretches[STRETCHES:]:
            request.notes.append(f"{symbol}: {left[-1].start:%Y-%m-%d} to {left[0].end:%Y-%m-%d} is for later runs")


def _events(request: Request, symbol: str, window: Window) -> Batch:
    start, end = int(window.start.timestamp()), int(window.end.timestamp())
    records = [
        row
        for hour in range(start, end, HOUR)
        for row in api.every_row(request.session, PATH, symbol, hour, min(hour + HOUR, end) - 1)
    ]
    frame = parse(records).filter((pl.col("symbol") == symbol).fill_null(True))
    return batch_covering(request, frame, symbol, window, timedelta(0), api.address(PATH))


def parse(records: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as a frame with the schema's columns, numbers as published text."""
    return text_frame(records, ("contract", "time", "size", "order_price", "fill_price", "left")).select(
        pl.col("contract").alias("symbol"),
        api.stamp("time").alias("happened_at"),
        pl.col("size").alias("position_contracts"),
        "order_price",
        "fill_price",
        pl.col("left").alias("left_contracts"),
    )
