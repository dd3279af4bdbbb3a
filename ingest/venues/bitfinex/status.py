"""Bitfinex `status/deriv` history: a row a minute since 2019, of which the last of every hour is kept.

The same fields stand one place further right in the answer about the present, which begins with the symbol.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from ingest.coverage import Part, covered_window
from ingest.feed import Batch, Request
from ingest.fetch.rows import stamped
from ingest.schema import column, feed_schema, not_negative
from ingest.venues.bitfinex import api
from ingest.windows import Window, milliseconds

URL = f"https://{api.HOST}/v2/status/deriv/{{symbol}}/hist"
PAGE = 5000
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
STRETCH = timedelta(days=3)  # 4320 minutes fit into one page
STRETCHES = (
    40  # a contract and run; 90 requests a minute are allowed, and a first run is not to take a quarter of an hour
)
POSITIONS = {
    "snapshot_at": 0,
    "contract_price": 2,
    "spot_price": 3,
    "next_funding_at": 7,
    "funding_rate": 11,
    "mark_price": 14,
    "open_interest_coin": 17,
}

SCHEMA = feed_schema(
    "bitfinex_status",
    "symbol",
    "snapshot_at",
    "next_funding_at",
    column("open_interest_coin", note="Zero in the first days of 2019.", checks=(not_negative(),)),
    column("funding_rate", optional=True, note="Of the current period, per 8 hours."),
    column("contract_price", optional=True),
    column("spot_price", optional=True),
    column("mark_price", optional=True),
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the hours of the window that are over and not held yet, newest first and not all of them in one run."""
    # The rate that is settled at the end of the window's last day is named in the hour after it.
    end = min(request.wanted.end, request.now.replace(minute=0, second=0, microsecond=0))
    for instrument in request.instruments:
        missing = request.held.missing(instrument.symbol, Window(request.window.start, end))
        stretches = [one for window in reversed(missing) for one in window.split(STRETCH, reverse=True)]
        with request.noting_refusal(instrument.symbol):
            for stretch in stretches[:STRETCHES]:
                yield _hours(request, instrument.symbol, stretch)
        if left := stretches[STRETCHES:]:
            days = f"{left[-1].start:%Y-%m-%d} to {left[0].end:%Y-%m-%d}"
            request.notes.append(f"{instrument.symbol}: {days} is for later runs, {STRETCHES} requests each")


def _hours(request: Request, symbol: str, window: Window) -> Batch:
    url = URL.format(symbol=symbol)
    frame = last_of_each_hour(parse(_rows(request, url, window), symbol))
    seen = frame.filter(pl.col("snapshot_at") <= pl.lit(window.end.replace(tzinfo=None)))["snapshot_at"].max()
    last = seen.replace(tzinfo=UTC) + MINUTE if isinstance(seen, datetime) else None
    return Batch(frame, (Part(symbol, "rest", covered_window(window, last, request.now), frame.height, url),))


def _rows(request: Request, url: str, window: Window) -> list[list[Any]]:
    """The rows of (start, end], for a snapshot speaks for what came before it.

    Whether a page is full cannot be told from its length alone (sources differ on the largest), so pages are asked for
    until they reach the window's last two minutes or one has nothing new.
    """
    start, end = milliseconds(window.start) + 1, milliseconds(window.end)
    rows: list[list[Any]] = []
    while start <= end:
        page = api.page(request.session, url, {"start": start, "end": end, "limit": PAGE, "sort": 1})
        rows += page
        stamps = [row[0] for row in page if row and isinstance(row[0], int) and start <= row[0] <= end]
        if not stamps or max(stamps) > end - 2 * MINUTE / timedelta(milliseconds=1):
            break
        start = max(stamps) + 1
    return rows


def parse(rows: Sequence[Sequence[Any]], symbol: str) -> pl.DataFrame:
    """Rows of the history, or of the present with the symbol before them, as a frame with the schema's columns."""
    shifted = [row[1:] if row and isinstance(row[0], str) else row for row in rows]
    frame = api.text(shifted, POSITIONS).with_columns(
        pl.lit(symbol).alias("symbol"),
        *(stamped(column).alias(column) for column in ("snapshot_at", "next_funding_at")),
    )
    return frame.select(*SCHEMA.columns)


def last_of_each_hour(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with the last stamp of their hour (start, end]; rows without a stamp stay, to be quarantined."""
    hour = (pl.col("snapshot_at") - pl.duration(microseconds=1)).dt.truncate("1h")
    return frame.filter((pl.col("snapshot_at") == pl.col("snapshot_at").max().over(hour)).fill_null(True))
