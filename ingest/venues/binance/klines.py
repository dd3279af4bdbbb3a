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

from ingest.archives.archive import Archive
from ingest.coverage import Channel
from ingest.errors import FeedUnavailable
from ingest.feed import Batch, Feed, Request
from ingest.fetch.batches import batch_covering
from ingest.fetch.rows import text_frame
from ingest.schema import PRICES_FIT, column, feed_schema, forming
from ingest.venues.binance import api, vision
from ingest.windows import Window

STEPS = {"1h": timedelta(hours=1), "1d": timedelta(days=1)}
COLUMNS = (
    "open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "trade_count",
    "taker_buy_volume", "taker_buy_quote_volume", "ignore",
)  # fmt: skip
VOLUMES = ("volume", "quote_volume", "taker_buy_volume", "taker_buy_quote_volume")


@dataclass(frozen=True)
class MarketKlines:
    """Where one market's klines are and what they are counted in.

    `folder` is the folder on Vision, `url` the REST address, which gives up to `limit` bars for a window of at most
    `longest`. `volumes` has a column for each of the fields VOLUMES, in that order, with the name of the field
    that describes it.
    """

    folder: str
    url: str
    limit: int
    volumes: Mapping[str, str]
    intervals: Sequence[str] = tuple(STEPS)
    longest: timedelta = timedelta.max


def kline_schema(name: str, market: MarketKlines) -> pa.DataFrameSchema:
    """The columns of the kline feed `name` over `market`."""
    volumes = [column(landed, meaning) for landed, meaning in market.volumes.items()]
    return feed_schema(
        name,
        "symbol",
        column("interval", allowed=market.intervals),
        "open_at",
        "open",
        "high",
        "low",
        "close",
        *volumes[:2],
        "trade_count",
        *volumes[2:],
        "channel",
        checks=PRICES_FIT,
    )


def fetch(market: MarketKlines, request: Request) -> Iterator[Batch]:
    """Yield closed bars of the window that are not held yet, archives first.

    Raises FeedUnavailable when neither way is open; one way that is closed costs a note when the other fills in.
    """
    asked = [
        (i.symbol, interval, f"{i.symbol}/{interval}") for i in request.instruments for interval in market.intervals
    ]
    months = [
        vision.archive(market.folder, "monthly", "klines", symbol, series, month, interval)
        for symbol, interval, series in asked
        for month in request.window.months()
        if month.end <= request.now and request.held.lacks_archive(series, month)
    ]
    parsed = partial(_from_archive, market)
    closed = yield from vision.batches(request, months, COLUMNS, parsed)
    refused: FeedUnavailable | None = None
    for symbol, interval, series in asked:
        for window in request.held.missing(series, request.window):
            try:
                with request.noting_refusal(symbol):
                    yield _rest(market, request, symbol, interval, series, window)
            except FeedUnavailable as error:
                refused = error
    if refused and not closed:
        closed = yield from vision.batches(request, _daily(market, request, asked), COLUMNS, parsed)
    trouble = refused or closed
    if trouble and any(request.held.missing(s, request.window) for i, _, s in asked if i not in request.refused):
        raise trouble
    if trouble:
        request.notes.append(f"{trouble}; what it lacks came by {'daily archives' if refused else 'REST'}")


def _daily(market: MarketKlines, request: Request, asked: Sequence[tuple[str, str, str]]) -> list[Archive]:
    return [
        vision.archive(market.folder, "daily", "klines", symbol, series, Window.of_days(day, day), interval)
        for symbol, interval, series in asked
        for window in request.held.missing(series, request.window)
        for day in window.touched_days()
        if request.held.lacks_archive(series, Window.of_days(day, day))
    ]


def _rest(market: MarketKlines, request: Request, symbol: str, interval: str, series: str, window: Window) -> Batch:
    step = STEPS[interval]
    pages = [
        page
        for piece in window.split(market.longest)
        for page in api.pages(
            request.session,
            market.url,
            {"symbol": symbol, "interval": interval},
            piece,
            limit=market.limit,
            row_type=list,
            stamp_of=lambda row: int(row[0]),
        )
    ]
    frame = parse(market, pages, symbol, interval).filter(~forming("open_at", step, request.now))
    return batch_covering(request, frame, series, window, step, market.url)


def parse(market: MarketKlines, pages: Sequence[Sequence[Sequence[Any]]], symbol: str, interval: str) -> pl.DataFrame:
    """REST pages as a frame with the schema's columns, numbers as published text; what a short row lacks is null."""
    frame = text_frame([row for page in pages for row in page], COLUMNS)
    return _shaped(market, frame, pl.lit(symbol), pl.lit(interval), "rest")


def _from_archive(market: MarketKlines, text_rows: pl.DataFrame) -> pl.DataFrame:
    symbol, interval = (pl.col("series").str.split("/").list.get(i) for i in (0, 1))
    return _shaped(market, text_rows, symbol, interval, "archive")


def _shaped(
    market: MarketKlines, text_rows: pl.DataFrame, symbol: pl.Expr, interval: pl.Expr, channel: Channel
) -> pl.DataFrame:
    return text_rows.select(
        symbol.alias("symbol"),
        interval.alias("interval"),
        vision.stamp("open_time").alias("open_at"),
        *COLUMNS[1:5],
        "trade_count",
        *(pl.col(field).alias(column) for field, column in zip(VOLUMES, market.volumes, strict=True)),
        pl.lit(channel).alias("channel"),
    )


def kline_feed(name: str, market: MarketKlines, **identity: Any) -> Feed:  # noqa: ANN401 - the rest of a Feed's fields
    """A feed over `market`; `identity` is its description, hosts and licence."""
    return Feed(
        name=name,
        venue="binance",
        kind="klines",
        schema=kline_schema(name, market),
        key=("symbol", "interval", "open_at"),
        observed="open_at",
        cadence="daily bars" if market.intervals == ("1d",) else "hourly and daily bars",
        retention="all since listing",
        fetch=partial(fetch, market),
        **identity,
    )
