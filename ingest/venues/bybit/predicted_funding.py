"""Bybit's predicted funding at the moment of the run: one answer has every contract of a category.

A snapshot has the time of the run. The rate moves until the settlement that it predicts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from itertools import groupby

import polars as pl

from ingest.coverage import Part
from ingest.feed import Batch, Request
from ingest.fetch.rows import stamped, text_frame
from ingest.venues.bybit import api
from ingest.windows import Window

URL = api.url("tickers")
PUBLISHED = ("symbol", "fundingRate", "nextFundingTime", "fundingIntervalHour")


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the rates of each category as they are now, whatever window is asked for, with one request for each."""
    moment = Window(request.now, request.now)
    present = pl.lit(request.now.astimezone(UTC).replace(tzinfo=None), pl.Datetime("us"))
    for category, instruments in groupby(sorted(request.trading, key=api.category), key=api.category):
        with request.noting_refusal(category):
            _, contracts = api.listed(request, URL, {"category": category})
            tickers, listed = {str(one.get("symbol")): one for one in contracts}, list[str]()
            for symbol in (instrument.symbol for instrument in instruments):
                with request.noting_refusal(symbol):
                    if symbol not in tickers:
                        raise api.refused(URL, f"the venue lists no {symbol}")
                    listed.append(symbol)
            if listed:
                frame = text_frame((tickers[symbol] for symbol in listed), PUBLISHED).select(
                    "symbol",
                    snapshot_at=present,
                    predicted_rate="fundingRate",
                    next_funding_at=stamped("nextFundingTime"),
                    interval_hours="fundingIntervalHour",
                )
                yield Batch(frame, tuple(Part(symbol, "rest", moment, 1, URL) for symbol in listed))
