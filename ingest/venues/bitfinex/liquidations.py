"""Bitfinex `liquidations/hist`: every contract in one list, three requests a minute.

A run takes some pages, newest first; what it did not reach stays missing, so later runs go on there and no hole is
taken for a quiet time. One liquidation is several rows: staging makes one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import polars as pl

from ingest.coverage import Part, covered_window
from ingest.errors import RequestRefused, VenueFailing
from ingest.feed import Batch, Request
from ingest.fetch.rows import stamped
from ingest.schema import column, feed_schema, not_zero
from ingest.venues.bitfinex import api
from ingest.windows import Window, merge, milliseconds

LIMITED = f"{api.HOST}/v2/liquidations"  # this path has a limit of its own
URL = f"https://{LIMITED}/hist"
PAGE = 500  # rows; about three quiet days
PAGES = 6  # a run; two minutes
POSITIONS = {
    "position_id": 1,
    "happened_at": 2,
    "symbol": 4,
    "amount_coin": 5,
    "base_price": 6,
    "is_match": 8,
    "is_market_sold": 9,
    "acquired_price": 11,
}

SCHEMA = feed_schema(
    "bitfinex_liquidations",
    "symbol",
    "position_id",
    "happened_at",
    column("amount_coin", checks=(not_zero(),)),
    column("base_price", optional=True),
    "is_match",
    column("is_market_sold", optional=True),
    column("acquired_price", optional=True),
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield pages of what some contract lacks of the window, newest first, at most PAGES in one run.

    Raises VenueFailing when a page brings nothing older than the one before it.
    """
    symbols = [instrument.symbol for instrument in request.instruments]
    window = request.window.intersect(Window(request.window.start, request.now))
    left = list(merge(chain.from_iterable(request.held.missing(symbol, window) for symbol in symbols)))
    for _ in range(PAGES):
        if not left:
            return
        missing = left.pop()
        rows = api.page(request.session, URL, {
            "start": milliseconds(missing.start), "end": milliseconds(missing.end) - 1, "limit": PAGE, "sort": -1,
        })  # fmt: skip
        reached = missing.start if len(rows) < PAGE else _reached(rows, missing)
        if reached > missing.start:
            left.append(Window(missing.start, reached))
        yield _batch(parse(rows), symbols, Window(reached, missing.end), request)
    if left:
        request.notes.append(
            f"what lies before {left[-1].end:%Y-%m-%d %H:%M} UTC is for later runs: 3 requests a minute"
        )


def _reached(rows: Sequence[Sequence[Any]], asked: Window) -> datetime:
    """From when on a full page is complete: of its oldest millisecond some rows may have been cut off."""
    first, end = milliseconds(asked.start), milliseconds(asked.end)
    stamps = [
        event[2] for row in rows for event in row
        if isinstance(event, list) and len(event) > 2 and isinstance(event[2], int) and first <= event[2] < end
    ]  # fmt: skip
    if not stamps:
        raise RequestRefused(f"a full page outside of the window asked for: {str(rows[-1])[:80]}", host=api.HOST)
    if min(stamps) + 1 >= end:
        raise VenueFailing(f"{PAGE} liquidations in one millisecond", host=api.HOST, path="/v2/liquidations/hist")
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=min(stamps) + 1)


def _batch(frame: pl.DataFrame, symbols: Sequence[str], window: Window, request: Request) -> Batch:
    """The rows of the contracts asked for. What was seen of any contract tells how far the answer reaches."""
    seen = frame.filter(pl.col("happened_at") < pl.lit(window.end.replace(tzinfo=None)))["happened_at"].max()
    last = seen.replace(tzinfo=UTC) if isinstance(seen, datetime) else None
    covered = covered_window(window, last, request.now)
    parts = (Part(s, "rest", covered, frame.filter(pl.col("symbol") == s).height, URL) for s in symbols)
    return Batch(frame.filter(pl.col("symbol").is_in(symbols).fill_null(True)), tuple(parts))


def parse(rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    """Rows, each a list of events, as a frame with the schema's columns, numbers as published text.

    Raises RequestRefused when an event is no array.
    """
    events = [event for row in rows for event in row]
    if not all(isinstance(event, list) for event in events):
        raise RequestRefused(f"expected lists of events, got {str(rows)[:80]}", host=api.HOST)
    frame = api.text(events, POSITIONS).with_columns(stamped("happened_at").alias("happened_at"))
    return frame.select(*SCHEMA.columns)
