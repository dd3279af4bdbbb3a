"""Binance klines of spot, of USDT-margined and of coin-margined perpetuals, in bars of a day and of an hour.

Closed months come as monthly archives, the tail by REST; where REST is refused (futures in some countries), the
tail comes as daily archives, which are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.archives import Archive
from ingest.errors import FeedUnavailable
from ingest.feed import Batch, Channel, Feed, Request
from ingest.pages import answered, text_frame
from ingest.schema import PRICES_FIT, forming, moment, not_negative, number, prices, text
from ingest.venues.binance import rest, vision
from ingest.windows import Window

STEPS = {"1h": timedelta(hours=1), "1d": timedelta(days=1)}
COLUMNS = (
    "open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "trade_count",
    "taker_buy_volume", "taker_buy_quote_volume", "ignore",
)  # fmt: skip
VOLUMES = ("volume", "quote_volume", "taker_buy_volume", "taker_buy_quote_volume")


@dataclass(frozen=True)
class Source:
    """Where one market's klines are and what they are counted in.

    `market` is the folder on Vision, `url` the REST address, which gives up to `limit` bars for a window of at most
    `longest`. `volumes` are the schema's columns for the fields VOLUMES, in that order.
    """

    market: str
    url: str
    limit: int
    currency: str
    volumes: Mapping[str, pa.Column]
    intervals: Sequence[str] = tuple(STEPS)
    longest: timedelta = timedelta.max


def traded(about: str, unit: str) -> pa.Column:
    """A column of what was traded in a bar."""
    return number(about, unit, not_negative())


def kline_schema(name: str, source: Source) -> pa.DataFrameSchema:
    """The columns of the kline feed `name` over `source`."""
    volumes = list(source.volumes.items())
    return pa.DataFrameSchema(
        {
            "symbol": text("Symbol as the venue writes it"),
            "interval": text("Length of the bar", allowed=list(source.intervals)),
            "open_at": moment("Start of the bar, which is half-open"),
            **prices(source.currency),
            **dict(volumes[:2]),
            "trade_count": number("Number of trades", "count", not_negative(), integer=True),
            **dict(volumes[2:]),
            "channel": text("How the row came: archive or rest", allowed=["archive", "rest"]),
        },
        checks=[
            *PRICES_FIT,
        ],
        strict=True,
        name=name,
    )  # fmt: skip


def fetch(source: Source, request: Request) -> Iterator[Batch]:
    """Yield closed bars of the window that are not held yet, archives first.

    Raises FeedUnavailable when neither way is open; one way that is closed costs a note when the other fills in.
    """
    asked = [
        (i.symbol, interval, f"{i.symbol}/{interval}") for i in request.instruments for interval in source.intervals
    ]
    months = [
        vision.archive(source.market, "monthly", "klines", symbol, series, month, interval)
        for symbol, interval, series in asked
        for month in request.window.months()
        if month.end <= request.now and request.held.lacks_archive(series, month)
    ]
    parsed = partial(_from_archive, source)
    closed = yield from vision.batches(request, months, COLUMNS, parsed)
    refused: FeedUnavailable | None = None
    for symbol, interval, series in asked:
        for window in request.held.missing(series, request.window):
            try:
                with request.alone(symbol):
                    yield _rest(source, request, symbol, interval, series, window)
            except FeedUnavailable as error:
                refused = error
    if refused and not closed:
        closed = yield from vision.batches(request, _daily(source, request, asked), COLUMNS, parsed)
    trouble = refused or closed
    if trouble and any(request.held.missing(s, request.window) for i, _, s in asked if i not in request.refused):
        raise trouble
    if trouble:
        request.notes.append(f"{trouble}; what it lacks came by {'daily archives' if refused else 'REST'}")


def _daily(source: Source, request: Request, asked: Sequence[tuple[str, str, str]]) -> list[Archive]:
    return [
        vision.archive(source.market, "daily", "klines", symbol, series, Window.of_days(day, day), interval)
        for symbol, interval, series in asked
        for window in request.held.missing(series, request.window)
        for day in window.touched_days()
        if request.held.lacks_archive(series, Window.of_days(day, day))
    ]


def _rest(source: Source, request: Request, symbol: str, interval: str, series: str, window: Window) -> Batch:
    step = STEPS[interval]
    pages = [
        page
        for piece in window.split(source.longest)
        for page in rest.pages(
            request.session,
            source.url,
            {"symbol": symbol, "interval": interval},
            piece,
            limit=source.limit,
            row_type=list,
            stamp_of=lambda row: int(row[0]),
        )
    ]
    frame = parse(source, pages, symbol, interval).filter(~forming("open_at", step, request.now))
    return answered(request, frame, series, window, "open_at", step, source.url)


def parse(source: Source, pages: Sequence[Sequence[Sequence[Any]]], symbol: str, interval: str) -> pl.DataFrame:
    """REST pages as a frame with the schema's columns, numbers as published text; what a short row lacks is null."""
    frame = text_frame([row for page in pages for row in page], COLUMNS)
    return _shaped(source, frame, pl.lit(symbol), pl.lit(interval), "rest")


def _from_archive(source: Source, text_rows: pl.DataFrame) -> pl.DataFrame:
    symbol, interval = (pl.col("series").str.split("/").list.get(i) for i in (0, 1))
    return _shaped(source, text_rows, symbol, interval, "archive")


def _shaped(
    source: Source, text_rows: pl.DataFrame, symbol: pl.Expr, interval: pl.Expr, channel: Channel
) -> pl.DataFrame:
    return text_rows.select(
        symbol.alias("symbol"),
        interval.alias("interval"),
        vision.stamp("open_time").alias("open_at"),
        *COLUMNS[1:5],
        "trade_count",
        *(pl.col(field).alias(column) for field, column in zip(VOLUMES, source.volumes, strict=True)),
        pl.lit(channel).alias("channel"),
    )


def kline_feed(name: str, source: Source, **identity: Any) -> Feed:  # noqa: ANN401 - the rest of a Feed's fields
    """A feed over `source`; `identity` is its description, hosts and licence."""
    return Feed(
        name=name,
        venue="binance",
        series="klines",
        schema=kline_schema(name, source),
        key=("symbol", "interval", "open_at"),
        observed="open_at",
        cadence="daily bars" if source.intervals == ("1d",) else "hourly and daily bars",
        retention="all since listing",
        fetch=partial(fetch, source),
        **identity,
    )
