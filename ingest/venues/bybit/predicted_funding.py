"""Bybit's predicted funding at the moment of the run: one answer has every contract of a category.

A snapshot has the time of the run. The rate moves until the settlement that it predicts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from itertools import groupby
from typing import Any

import polars as pl

from ingest.coverage import Part
from ingest.feed import Batch, Request
from ingest.fetch.rows import stamped, text_frame
from ingest.venues.bybit import api
from ingest.windows import Window

URL = api.url("tickers")


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the rates of each category as they are now, whatever window is asked for, with one request for each."""
    moment = Window(request.now, request.now)
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
                frame = _rates(request, [tickers[symbol] for symbol in listed])
                yield Batch(frame, tuple(Part(symbol, "rest", moment, 1, URL) for symbol in listed))


def _rates(request: Request, tickers: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    return text_frame(tickers, ("symbol", "fundingRate", "nextFundingTime", "fundingIntervalHour")).select(
        "symbol",
        pl.lit(request.now.astimezone(UTC).replace(tzinfo=None), pl.Datetime("us")).alias("snapshot_at"),
        pl.col("fundingRate").alias("predicted_rate"),
        stamped("nextFundingTime").alias("next_funding_at"),
        pl.col("fundingIntervalHour").alias("interval_hours"),
    )
