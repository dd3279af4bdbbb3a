"""Deribit's forced closing: the trades of the tape that carry `liquidation`, with the side of the position.

There is no list of liquidations: the whole tape has to be read, and the rest of it is thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.coverage import settled
from ingest.errors import RequestRefused
from ingest.feed import Batch, Part, Request
from ingest.http import MarketSession
from ingest.pages import stamped
from ingest.schema import moment, number, positive, text
from ingest.venues.deribit import rest
from ingest.windows import Window, day_start, milliseconds

METHOD = "get_last_trades_by_instrument_and_time"
COUNT = {rest.HOST: 1000, rest.HISTORY: 10_000}  # trades a page
REACH = timedelta(days=7)  # of tape: a day of BTC-PERPETUAL is about a hundred thousand trades, 25 MB
RECENT = timedelta(hours=12)  # the newest half of the 24 hours of HOST; HISTORY is some time behind
QUIET = timedelta(hours=1)  # without a trade: a tape that ends earlier has not come whole
DAY = timedelta(days=1)
# Who was liquidated: M the maker, T the taker, MT both. `direction` is the taker's.
SIDES: dict[tuple[str, str], list[str | None]] = {
    ("T", "sell"): ["long"],
    ("T", "buy"): ["short"],
    ("M", "sell"): ["short"],
    ("M", "buy"): ["long"],
    ("MT", "sell"): ["long", "short"],
    ("MT", "buy"): ["long", "short"],
}

SCHEMA = pa.DataFrameSchema(
    {
        "symbol": text("Instrument name"),
        "trade_id": text("The venue's number of the trade"),
        "position_side": text("Position that was closed by force; a trade of two such positions has two rows",
                              allowed=["long", "short"]),
        "happened_at": moment("Moment of the trade"),
        "liquidation": text("Who was liquidated: maker, taker or both", allowed=["M", "T", "MT"]),
        "direction": text("What the taker did", allowed=["buy", "sell"]),
        "amount_contracts": number("Size: USD of an inverse contract, coins of a linear one", "contract unit",
                                   positive()),
        "price": number("Price of the trade", "USD", positive()),
        "index_price": number("Index at that moment", "USD", positive(), nullable=True),
    },
    strict=True,
    name="deribit_liquidations",
)  # fmt: skip


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the forced trades of the window's last days that are not held yet, at most a day at a time.

    The newest hours come first, from the host that keeps them alone.
    """
    turn = request.now - RECENT
    reached = Window(day_start((request.now - REACH).date()), turn)
    for host, kept in ((rest.HOST, Window(turn, request.now)), (rest.HISTORY, reached)):
        for instrument in request.instruments:
            for missing in request.held.missing(instrument.symbol, request.window):
                with request.alone(instrument.symbol):
                    for day in _days(missing.intersect(kept)):
                        yield _tape(request, host, instrument.symbol, day)


def _days(window: Window) -> Iterator[Window]:
    start = window.start
    while start < window.end:
        end = min(day_start(start.date()) + DAY, window.end)
        yield Window(start, end)
        start = end


def _tape(request: Request, host: str, symbol: str, window: Window) -> Batch:
    forced: list[Mapping[str, Any]] = []
    newest: int | None = None
    for page in _pages(request.session, host, symbol, window):
        forced += [trade for trade in page if trade.get("liquidation") not in (None, "", "none")]
        newest = max([*_stamps(page, window), *([newest] if newest else [])], default=None)
    last = None if newest is None else datetime.fromtimestamp(newest / 1000, UTC)
    if last and window.end - last <= QUIET:
        last = window.end
    frame = parse(forced, symbol)
    url = rest.address(METHOD, host)
    return Batch(frame, (Part(symbol, "rest", settled(window, last, request.now), frame.height, url),))


def _pages(session: MarketSession, host: str, symbol: str, window: Window) -> Iterator[list[dict[str, Any]]]:
    """Yield the pages of the tape, oldest first; a page begins in the millisecond in which the last one ended.

    Raises RequestRefused when an answer is no page, or says that there is more and does not go on.
    """
    url, end = rest.address(METHOD, host), milliseconds(window.end) - 1
    asked: dict[str, str | int] = {
        "instrument_name": symbol,
        "start_timestamp": milliseconds(window.start),
        "end_timestamp": end,
        "count": COUNT[host],
        "sorting": "asc",
    }
    if host == rest.HISTORY:
        asked["include_old"] = "true"
    while True:
        found = rest.result(session, url, asked, dict)
        trades = found.get("trades")
        if not isinstance(trades, list) or not all(isinstance(trade, dict) for trade in trades):
            raise rest.unexpected(url, found)
        yield trades
        if not found.get("has_more"):
            return
        reached = max(_stamps(trades, window), default=0)
        if reached <= int(asked["start_timestamp"]):
            raise RequestRefused("the tape has more and does not go on", host=host, path=f"/api/v2/public/{METHOD}")
        asked["start_timestamp"] = reached


def _stamps(trades: Sequence[Mapping[str, Any]], window: Window) -> list[int]:
    start, end = milliseconds(window.start), milliseconds(window.end)
    return [t["timestamp"] for t in trades if isinstance(t.get("timestamp"), int) and start <= t["timestamp"] < end]


def parse(trades: Sequence[Mapping[str, Any]], symbol: str) -> pl.DataFrame:
    """Forced trades as a frame with the schema's columns, one row for each position that was closed.

    A combination of `liquidation` and `direction` that is not known has no side and ends in quarantine.
    """
    fields = ("trade_id", "timestamp", "liquidation", "direction", "amount", "price", "index_price")
    lines = [
        [*(None if t.get(f) is None else str(t[f]) for f in fields), side]
        for t in trades
        for side in SIDES.get((str(t.get("liquidation")), str(t.get("direction"))), [None])
    ]
    frame = pl.DataFrame(lines, schema=dict.fromkeys((*fields, "position_side"), pl.String), orient="row")
    return frame.select(
        pl.lit(symbol).alias("symbol"),
        "trade_id",
        "position_side",
        stamped("timestamp").alias("happened_at"),
        "liquidation",
        "direction",
        pl.col("amount").alias("amount_contracts"),
        "price",
        "index_price",
    )
