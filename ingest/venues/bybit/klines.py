"""Bybit klines of linear and inverse perpetuals, in bars of an hour and of a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.feed import Batch, Instrument, Request
from ingest.pages import answered, newest_first, stamped, text_frame
from ingest.schema import PRICES_FIT, forming, moment, not_negative, number, prices, text
from ingest.venues.bybit import rest
from ingest.windows import Window, milliseconds

PATH = "kline"
PAGE = 1000
STEPS = {"1h": timedelta(hours=1), "1d": timedelta(days=1)}
INTERVALS = {"1h": "60", "1d": "D"}
FIELDS = ("start", "open", "high", "low", "close", "volume", "turnover")

SCHEMA = pa.DataFrameSchema(
    {
        "symbol": text("Symbol as the venue writes it"),
        "interval": text("Length of the bar", allowed=list(STEPS)),
        "open_at": moment("Start of the bar, which is half-open"),
        **prices("USD"),
        "volume_coin": number("Traded volume in coins: volume of a linear, turnover of an inverse contract", "coin",
                              not_negative()),
        "volume_usd": number("Traded volume in USD: turnover of a linear, volume of an inverse contract", "USD",
                             not_negative()),
    },
    checks=[
        *PRICES_FIT,
    ],
    strict=True,
    name="bybit_klines",
)  # fmt: skip


def fetch(request: Request) -> Iterator[Batch]:
    """Yield closed bars of the window that are not held yet. One interval that is refused costs not the other."""
    for instrument in request.instruments:
        for interval in STEPS:
            series = f"{instrument.symbol}/{interval}"
            for window in request.held.missing(series, request.window):
                with request.alone(series):
                    yield _bars(request, instrument, interval, window)


def _bars(request: Request, instrument: Instrument, interval: str, window: Window) -> Batch:
    asked: dict[str, str | int] = {"interval": INTERVALS[interval], "start": milliseconds(window.start), "limit": PAGE}

    def ask(before: int) -> list[Any]:
        return list(rest.result(request, PATH, instrument, {**asked, "end": before - 1}, list)["list"])

    pages = newest_first(ask, window, limit=PAGE, stamp_of=lambda row: int(row[0]), host=rest.HOST)
    frame = parse([row for page in pages for row in page], instrument, interval)
    frame = frame.filter(~forming("open_at", STEPS[interval], request.now))
    series = f"{instrument.symbol}/{interval}"
    return answered(request, frame, series, window, "open_at", STEPS[interval], rest.url(PATH))


def parse(records: Sequence[Sequence[Any]], instrument: Instrument, interval: str) -> pl.DataFrame:
    """Rows as a frame with the schema's columns, numbers as published text."""
    coin, usd = ("volume", "turnover") if rest.category(instrument) == "linear" else ("turnover", "volume")
    return text_frame(records, FIELDS).select(
        pl.lit(instrument.symbol).alias("symbol"),
        pl.lit(interval).alias("interval"),
        stamped("start").alias("open_at"),
        *FIELDS[1:5],
        pl.col(coin).alias("volume_coin"),
        pl.col(usd).alias("volume_usd"),
    )
