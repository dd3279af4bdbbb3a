"""Binance's forced orders of coin-margined contracts, from the daily archives that ended on 2024-10-14.

A floor: at most one order per contract and second was published. Every row is written twice; what is equal in every
column is landed once. Nothing of the kind is published for USDT-margined contracts, nor by REST for either.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from ingest.feed import Batch, Request
from ingest.schema import column, feed_schema
from ingest.venues.binance import vision
from ingest.windows import Window

FIRST_DAY, LAST_DAY = date(2023, 6, 25), date(2024, 10, 14)
COLUMNS = (
    "time", "side", "order_type", "time_in_force", "original_quantity", "price", "average_price", "order_status",
    "last_fill_quantity", "accumulated_fill_quantity",
)  # fmt: skip

SCHEMA = feed_schema(
    "binance_cm_liquidations",
    "symbol",
    "happened_at",
    column(
        "order_side",
        allowed=("BUY", "SELL"),
        note="SELL closes longs, BUY closes shorts.",
    ),
    "order_status",
    column("original_contracts", "contracts"),
    "filled_contracts",
    "price",
    "average_price",
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
