"""Binance's forced orders of coin-margined contracts, from the daily archives that ended on 2024-10-14.

A floor: at most one order per contract and second was published. Every row is written twice; what is equal in every
column is landed once. Nothing of the kind is published for USDT-margined contracts, nor by REST for either.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandera.polars as pa
import polars as pl

from ingest.feed import Batch, Request
from ingest.schema import moment, not_negative, number, positive, text
from ingest.venues.binance import vision
from ingest.windows import Window

FIRST_DAY, LAST_DAY = date(2023, 6, 25), date(2024, 10, 14)
COLUMNS = (
    "time", "side", "order_type", "time_in_force", "original_quantity", "price", "average_price", "order_status",
    "last_fill_quantity", "accumulated_fill_quantity",
)  # fmt: skip

SCHEMA = pa.DataFrameSchema(
    {
        "symbol": text("Symbol as the venue writes it"),
        "happened_at": moment("Moment of the forced order"),
        "order_side": text("Side of the order: SELL closes longs, BUY closes shorts", allowed=["BUY", "SELL"]),
        "order_status": text("State of the order"),
        "original_contracts": number("Size of the order, in contracts", "contracts", positive()),
        "filled_contracts": number("What of it was filled, in contracts", "contracts", not_negative()),
        "price": number("Price of the order: that of bankruptcy", "USD", positive()),
        "average_price": number("Price it was filled at, 0 where nothing was", "USD", not_negative()),
    },
    strict=True,
    name="binance_cm_liquidations",
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the orders of the published days of the window that are not held yet.

    Raises FeedUnavailable when the archives cannot be had.
    """
    published = request.window.intersect(Window.of_days(FIRST_DAY, LAST_DAY))
    wanted = [
        vision.archive("futures/cm", "daily", "liquidationSnapshot", i.symbol, i.symbol, Window.of_days(day, day))
        for i in request.instruments
        for day in request.held.days_lacking_archive(i.symbol, published)
    ]
    if closed := (yield from vision.batches(request, wanted, COLUMNS, parse_archive)):
        raise closed


def parse_archive(text_rows: pl.DataFrame) -> pl.DataFrame:
    """`liquidationSnapshot` rows as a frame with the schema's columns, numbers as published text."""
    return text_rows.select(
        pl.col("series").alias("symbol"),
        vision.stamp("time").alias("happened_at"),
        pl.col("side").alias("order_side"),
        "order_status",
        pl.col("original_quantity").alias("original_contracts"),
        pl.col("accumulated_fill_quantity").alias("filled_contracts"),
        "price",
        "average_price",
    )
