"""Deribit's liquidations: the trades that carry `liquidation`, with the side of the position that was closed.

Deribit has no list of liquidations, so all trades are read and only the forced ones kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import polars as pl

from ingest.coverage import Part, covered_window
from ingest.feed import Batch, Request
from ingest.fetch.interface import Interface, refused
from ingest.fetch.pages import EPOCH, TICK
from ingest.fetch.rows import stamped, text_frame
from ingest.fetch.shapes import since_days_ago
from ingest.http import MarketSession
from ingest.venues.deribit.api import API, HISTORY, result, unexpected
from ingest.windows import Window, milliseconds

METHOD = "get_last_trades_by_instrument_and_time"
COUNT = {API.host: 1000, HISTORY.host: 10_000}  # trades a page
REACH = timedelta(days=7)  # a day of BTC-PERPETUAL is about a hundred thousand trades, 25 MB
RECENT = timedelta(hours=12)  # the newest half of the 24 hours of HOST; HISTORY is some time behind
QUIET = timedelta(hours=1)  # without a trade: trades that end earlier did not all come
# Who was liquidated: M the maker, T the taker, MT both. `direction` is the taker's.
SIDES: dict[tuple[str, str], list[str | None]] = {
    ("T", "sell"): ["long"],
    ("T", "buy"): ["short"],
    ("M", "sell"): ["short"],
    ("M", "buy"): ["long"],
    ("MT", "sell"): ["long", "short"],
    ("MT", "buy"): ["long", "short"],
}


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the forced trades that are not held yet of the last days of the window, at most a day in a batch.

    The newest hours come first, from the host that has no older ones.
    """
    recent = Window(request.now - RECENT, request.now)
    reached = since_days_ago(REACH, -RECENT)(request, "")
    for tape, kept in ((API, recent), (HISTORY, reached)):
        for instrument in request.instruments:
            for missing in request.held.missing(instrument.symbol, request.window.intersect(kept)):
                with request.noting_refusal(instrument.symbol):
                    for day in missing.touched_days():
                        yield _forced(request, tape, instrument.symbol, missing.intersect(Window.of_days(day, day)))


def _forced(request: Request, tape: Interface, symbol: str, window: Window) -> Batch:
    forced: list[Mapping[str, Any]] = []
    stamps: list[int] = []
    for page in _pages(request.session, tape, symbol, window):
        forced += [trade for trade in page if trade.get("liquidation") not in (None, "", "none")]
        stamps += _stamps(page, window)
    last = EPOCH + max(stamps) * TICK if stamps else None
    if last and window.end - last <= QUIET:
        last = window.end
    frame, covered = parse(forced, symbol), covered_window(window, last, request.now)
    return Batch(frame, (Part(symbol, "rest", covered, frame.height, tape.url(METHOD)),))


def _pages(session: MarketSession, tape: Interface, symbol: str, window: Window) -> Iterator[list[dict[str, Any]]]:
    """Yield the trades of `window` in pages, oldest first; a page begins in the millisecond that ended the last one.

    Raises RequestRefused when an answer is no page, or says that there is more and repeats itself.
    """
    url = tape.url(METHOD)
    asked: dict[str, str | int] = {
        "instrument_name": symbol,
        "start_timestamp": milliseconds(window.start),
        "end_timestamp": milliseconds(window.end) - 1,
        "count": COUNT[tape.host],
        "sorting": "asc",
        **({"include_old": "true"} if tape is HISTORY else {}),
    }
    while True:
        found = result(session, url, asked, dict)
        trades = found.get("trades")
        if not isinstance(trades, list) or not all(isinstance(trade, dict) for trade in trades):
            raise unexpected(url, found)
        yield trades
        if not found.get("has_more"):
            return
        reached = max(_stamps(trades, window), default=0)
        if reached <= int(asked["start_timestamp"]):
            raise refused(url, "the tape has more and does not go on")
        asked["start_timestamp"] = reached


def _stamps(trades: Sequence[Mapping[str, Any]], window: Window) -> list[int]:
    start, end = milliseconds(window.start), milliseconds(window.end)
    return [t["timestamp"] for t in trades if isinstance(t.get("timestamp"), int) and start <= t["timestamp"] < end]


def parse(trades: Sequence[Mapping[str, Any]], symbol: str) -> pl.DataFrame:
    """Forced trades as a frame with the schema's columns, one row for each position that was closed.

    An unknown combination of `liquidation` and `direction` has no side, and its row goes to quarantine.
    """
    positions = [
        {**trade, "position_side": side}
        for trade in trades
        for side in SIDES.get((str(trade.get("liquidation")), str(trade.get("direction"))), [None])
    ]
    as_published = ("trade_id", "position_side", "liquidation", "direction", "price", "index_price")
    return text_frame(positions, (*as_published, "timestamp", "amount")).select(
        *as_published, symbol=pl.lit(symbol), happened_at=stamped("timestamp"), amount_contracts="amount"
    )
