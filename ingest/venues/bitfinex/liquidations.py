"""Bitfinex's liquidations: every contract in one list, three requests a minute, several rows for one liquidation.

A run takes some pages, newest first. What it did not reach stays missing, so that later runs ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import polars as pl

from ingest.coverage import Part, covered_window
from ingest.errors import RequestRefused, VenueFailing
from ingest.feed import Batch, Request
from ingest.fetch.batches import last_observed, within
from ingest.fetch.pages import between
from ingest.fetch.rows import Fields, Stamp, same
from ingest.schema import column, not_zero
from ingest.venues.bitfinex.api import API, cells
from ingest.windows import Window, merge

LIMITED = f"{API.host}/v2/liquidations"  # this path has a limit of its own
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
FIELDS = Fields(
    Stamp("happened_at", "happened_at"),
    {
        **same("symbol", "position_id", "happened_at"),
        "amount_coin": column("amount_coin", checks=(not_zero(),)),
        "base_price": column("base_price", optional=True),
        "is_match": "is_match",
        "is_market_sold": column("is_market_sold", optional=True),
        "acquired_price": column("acquired_price", optional=True),
    },
    cells=cells(POSITIONS),
)
WINDOW = between("start", "end")


def fetch(request: Request) -> Iterator[Batch]:
    """Yield pages of what some contract lacks of the window, newest first, at most PAGES in one run.

    Raises RequestRefused for a full page outside of the window, and VenueFailing when one millisecond fills a page.
    """
    symbols = [instrument.symbol for instrument in request.instruments]
    window = request.window.intersect(Window(request.window.start, request.now))
    left = merge(chain.from_iterable(request.held.missing(symbol, window) for symbol in symbols))
    newer: datetime | None = None  # from when on the page before is complete
    for _ in range(PAGES):
        if not left:
            return
        missing = left.pop()
        continued = bool(newer) and missing.end == newer
        rows = API.page(request.session, URL, {**WINDOW(missing), "limit": PAGE, "sort": -1}, row=list).rows
        frame = FIELDS.frame(events(rows), request.instruments[0])  # each event names its own contract
        reached = _reached(frame, missing, full=len(rows) >= PAGE)
        if reached > missing.start:
            left.append(Window(missing.start, reached))
            newer = reached
        # The newest row of any contract says how far the answer reaches for all of them.
        last = missing.end if continued else last_observed(frame["happened_at"], missing.end)
        covered = covered_window(Window(reached, missing.end), last, request.now)
        # Rows from before that come again, on the next page.
        frame = frame.filter((pl.col("happened_at") >= reached.replace(tzinfo=None)).fill_null(True))
        parts = (Part(s, "rest", covered, frame.filter(pl.col("symbol") == s).height, URL) for s in symbols)
        yield Batch(frame.filter(pl.col("symbol").is_in(symbols).fill_null(True)), tuple(parts))
    if left:
        request.notes.append(
            f"what lies before {left[-1].end:%Y-%m-%d %H:%M} UTC is for later runs: 3 requests a minute"
        )


def _reached(frame: pl.DataFrame, asked: Window, *, full: bool) -> datetime:
    """From when on a page is complete: of the oldest millisecond of a full one some rows may have been cut off.

    A page without a row of the window ends it. Raises RequestRefused for a full one of these.
    """
    oldest = frame.filter(within(pl.col("happened_at"), asked))["happened_at"].min()
    if not isinstance(oldest, datetime):
        if full:
            raise RequestRefused(f"a full page outside of the window asked for: {frame.tail(1).rows()}", host=API.host)
        return asked.start
    reached = oldest.replace(tzinfo=UTC) + timedelta(milliseconds=1 if full else 0)
    if reached >= asked.end:
        raise VenueFailing(f"{PAGE} liquidations in one millisecond", host=API.host, path="/v2/liquidations/hist")
    return reached


def events(rows: list[list[Any]]) -> list[list[Any]]:
    """The events of all rows. Raises RequestRefused when one is no list."""
    found = [event for row in rows for event in row]
    if not all(isinstance(event, list) for event in found):
        raise RequestRefused(f"expected lists of events, got {str(rows)[:80]}", host=API.host)
    return found
