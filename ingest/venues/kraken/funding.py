"""Kraken Futures' funding: one list of the last year, and the analytics for what is older than that.

`relativeFundingRate` is the fraction of the price that longs pay for the hour; `fundingRate` is the same in USD for
one contract and compares with no other venue.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from ingest.errors import RequestRefused
from ingest.feed import Batch, Request
from ingest.fetch.batches import batch_picked
from ingest.fetch.interface import Question
from ingest.fetch.pages import between
from ingest.fetch.rows import Fields, Stamp
from ingest.fetch.shapes import HOUR, hourly_funding
from ingest.venues.kraken.api import API, RATES, FromEitherEnd, ask_buckets
from ingest.windows import Window

YEAR = API.url("derivatives/api/v4/historicalfundingrates")
YEAR_FIELDS = Fields(
    Stamp("timestamp", "settled_at", "iso", floor="1h"),
    {"relativeFundingRate": "relative_rate", "fundingRate": "absolute_rate"},
    constants={"channel": "history"},
)
OLDER = hourly_funding(
    API.at("api/charts/v1/analytics/{symbol}/funding", partial(ask_buckets, series=("rate", "relativeRate"))),
    Fields(
        Stamp("timestamp", "settled_at", "s or ms", floor="1h"),
        {"relativeRate close": "relative_rate", "rate close": "absolute_rate"},
        constants={"channel": "analytics"},
    ),
    FromEitherEnd(between("since", "to", "s")),
    params={"interval": 3600},
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the hours of the window that are not held yet.

    The year's list answers for nothing before its first hour. What is older is asked of the analytics. Their refusal
    costs a note, as they have nothing for most of the past.
    """
    for instrument in request.instruments:
        symbol = instrument.symbol
        if not (missing := request.held.missing(symbol, request.wanted)):
            continue
        with request.noting_refusal(symbol):
            answer = RATES.ask(request, Question(YEAR, instrument, {"symbol": symbol}))
            year = YEAR_FIELDS.frame(answer.rows, instrument)
            first = year["settled_at"].min()
            begins = first.replace(tzinfo=UTC) if isinstance(first, datetime) else request.wanted.end
            listed = Window(begins, request.wanted.end)
            recent = [window for one in missing if (window := one.intersect(listed))]
            yield batch_picked(request, year, symbol, recent, HOUR, YEAR)
            for older in (left for window in missing for left in window.without([listed])):
                try:
                    yield OLDER.batch(request, instrument, older)
                except RequestRefused as error:
                    request.notes.append(f"{symbol}: nothing older than the last year, {error}")
