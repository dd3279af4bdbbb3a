"""Gate's single liquidations: an hour in each request, so a first run asks for the last days alone.

What a pause of some weeks has missed is asked for newest first, over several runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ingest.feed import Batch, Request
from ingest.fetch.pages import Single, between
from ingest.fetch.pieces import newest_pieces
from ingest.fetch.questions import Page, Question
from ingest.fetch.rows import Fields, Stamp, same
from ingest.fetch.shapes import HOUR, Windowed
from ingest.venues.gate import api
from ingest.windows import Window, day_start

REACH = timedelta(days=2)  # of a first run, 48 requests a contract; the daily statistics reach back further
KEPT = timedelta(days=85)  # the venue is said to keep about 90
LONGEST = timedelta(days=3)
MOST = 4  # pieces a contract and run: 288 requests, half a minute


def ask(request: Request, question: Question) -> Page:
    """The liquidations of exactly this contract. A row without a contract is kept, to be quarantined."""
    page, symbol = api.ask_whole(request, question), question.instrument.symbol
    return Page([row for row in page.rows if (row.get("contract") or symbol) == symbol])


ORDERS = Windowed(
    ask,
    api.url("liq_orders"),
    Fields(
        Stamp("time", "happened_at", "s or ms"),
        {
            "contract": "symbol",
            "size": "position_contracts",
            **same("order_price", "fill_price"),
            "left": "left_contracts",
        },
    ),
    Single(between("from", "to", "s"), longest=HOUR),  # a longer window is refused
    step=timedelta(0),
    apart=None,
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the liquidations that are not held yet since the first that are held, newest first."""
    for instrument in request.instruments:
        symbol, first = instrument.symbol, request.now - REACH
        if held := request.held.of(symbol, "rest"):
            first = max(request.now - KEPT, min(first, held[0].start))
        wanted = request.window.intersect(Window(day_start(first.date()), request.now))
        with request.noting_refusal(symbol):
            for piece in newest_pieces(request, symbol, wanted, LONGEST, MOST):
                yield ORDERS.batch(request, instrument, piece)
