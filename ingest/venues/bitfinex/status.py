"""Bitfinex's status history: a row a minute since 2019, of which the last of every hour is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from ingest.feed import Batch, Request
from ingest.fetch.batches import HOUR, parts_covering
from ingest.fetch.pages import TICK, OldestFirst, between
from ingest.fetch.pieces import newest_pieces
from ingest.fetch.questions import Page, Question
from ingest.fetch.rows import Fields, Stamp, same, stamped
from ingest.fetch.shapes import Windowed
from ingest.venues.bitfinex import api
from ingest.windows import Window

URL = f"https://{api.HOST}/v2/status/deriv/{{symbol}}/hist"
LONGEST = timedelta(days=3)  # 4320 minutes fit into one page
MOST = 40  # pieces a contract and run: 90 requests a minute are allowed, and a first run must not take a quarter hour
POSITIONS = {
    "snapshot_at": 0,
    "contract_price": 2,
    "spot_price": 3,
    "next_funding_at": 7,
    "funding_rate": 11,
    "mark_price": 14,
    "open_interest_coin": 17,
}


def ask(request: Request, question: Question) -> Page:
    """The rows of the history. Those of the present have the symbol before the same cells, and lose it here."""
    rows = api.page(request.session, question.url, question.params)
    return Page([row[1:] if row and isinstance(row[0], str) else row for row in rows])


# Sources differ on how many rows a full page has. So pages are asked for until they reach the last two minutes of the
# window, or until one has nothing new.
STATUS = Windowed(
    ask,
    URL,
    Fields(Stamp("snapshot_at", "snapshot_at"), same(*list(POSITIONS)[1:]), cells=api.cells(POSITIONS)),
    OldestFirst(between("start", "end"), limit=5000),
    {"sort": 1},
    step=timedelta(minutes=2),
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the hours of the window that are over and not held yet, newest first and not all of them in one run."""
    # The rate that is settled at the end of the window's last day is named in the hour after it.
    end = min(request.wanted.end, request.now.replace(minute=0, second=0, microsecond=0))
    for instrument in request.instruments:
        symbol, wanted = instrument.symbol, Window(request.window.start, end)
        with request.noting_refusal(symbol):
            for piece in newest_pieces(request, symbol, wanted, LONGEST, MOST, f", {MOST} requests each"):
                after = Window(piece.start + TICK, piece.end + TICK)  # a snapshot describes the time before it
                frame = last_of_each_hour(STATUS.rows(request, instrument, after))
                hours = frame.with_columns(hour_of("snapshot_at").alias("snapshot_at"))
                url = URL.format(symbol=symbol)
                yield Batch(frame, parts_covering(request, hours, symbol, piece, HOUR, url))


def last_of_each_hour(minutes: pl.DataFrame) -> pl.DataFrame:
    """The rows with the last stamp of their hour (start, end], with `next_funding_at` as a timestamp.

    Rows without a stamp stay, to be quarantined.
    """
    frame = minutes.with_columns(stamped("next_funding_at").alias("next_funding_at"))
    newest = pl.col("snapshot_at").max().over(hour_of("snapshot_at"))
    return frame.filter((pl.col("snapshot_at") == newest).fill_null(True))


def hour_of(snapshot: str) -> pl.Expr:
    """The start of the hour (start, end] that a snapshot describes."""
    return (pl.col(snapshot) - pl.duration(microseconds=1)).dt.truncate("1h")
