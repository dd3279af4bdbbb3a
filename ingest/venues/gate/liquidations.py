"""Gate `liq_orders`: single liquidations, an hour a request, so only the last days are asked for; they accrue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.feed import Batch, Request
from ingest.pages import answered, text_frame
from ingest.schema import moment, number, positive, text
from ingest.venues.gate import rest
from ingest.windows import Window, day_start

PATH = "liq_orders"
HOUR = 3600  # seconds; a longer window is refused
REACH = timedelta(days=2)  # 48 requests a contract at most; daily sums reach back further (contract_stats)

SCHEMA = pa.DataFrameSchema(
    {
        "symbol": text("Contract as the venue writes it"),
        "happened_at": moment("When it was liquidated, to the second"),
        "position_contracts": number("Position that was liquidated: above zero a long, below a short "
                                     "(the venue's WebSocket feed has it the other way round)", "contract",
                                     pa.Check.ne(0, error="not zero")),
        "order_price": number("Price of the liquidation order", "USDT", positive()),
        "fill_price": number("Average price it was filled at", "USDT", positive()),
        "left_contracts": number("What of the order was not filled", "contract", nullable=True),
    },
    strict=True,
    name="gate_liquidations",
)  # fmt: skip


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the liquidations of the last days of the window that are not held yet."""
    recent = Window(day_start((request.now - REACH).date()), request.now)
    for instrument in request.instruments:
        for missing in request.held.missing(instrument.symbol, request.window.intersect(recent)):
            with request.alone(instrument.symbol):
                yield _events(request, instrument.symbol, missing)


def _events(request: Request, symbol: str, window: Window) -> Batch:
    start, end = int(window.start.timestamp()), int(window.end.timestamp())
    records = [
        row
        for hour in range(start, end, HOUR)
        for row in rest.every_row(request.session, PATH, symbol, hour, min(hour + HOUR, end) - 1)
    ]
    frame = parse(records).filter((pl.col("symbol") == symbol).fill_null(True))
    return answered(request, frame, symbol, window, "happened_at", timedelta(0), rest.address(PATH))


def parse(records: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as a frame with the schema's columns, numbers as published text."""
    return text_frame(records, ("contract", "time", "size", "order_price", "fill_price", "left")).select(
        pl.col("contract").alias("symbol"),
        rest.stamp("time").alias("happened_at"),
        pl.col("size").alias("position_contracts"),
        "order_price",
        "fill_price",
        pl.col("left").alias("left_contracts"),
    )
