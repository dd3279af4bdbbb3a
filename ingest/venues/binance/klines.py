"""Binance klines, spot and USDT-margined perpetuals, in bars of an hour and of a day.

Closed months come as monthly archives, the tail by REST; where REST is refused (futures in some countries), the
tail comes as daily archives, which are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.archives import Archive
from ingest.errors import FeedUnavailable
from ingest.feed import Batch, Feed, Part, Request, settled
from ingest.schema import forming, moment, not_negative, number, positive, rows, text
from ingest.venues.binance import rest, vision
from ingest.windows import Window

STEPS = {"1h": timedelta(hours=1), "1d": timedelta(days=1)}
COLUMNS = (
    "open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "trade_count",
    "taker_buy_volume", "taker_buy_quote_volume", "ignore",
)  # fmt: skip


def kline_schema(name: str, coin: str) -> pa.DataFrameSchema:
    """The columns of a kline feed; `coin` says what its volume is counted in."""
    return pa.DataFrameSchema(
        {
            "symbol": text("Symbol as the venue writes it"),
            "interval": text("Length of the bar", allowed=list(STEPS)),
            "open_at": moment("Start of the bar, which is half-open"),
            "open": number("First price", "USDT", positive()),
            "high": number("Highest price", "USDT", positive()),
            "low": number("Lowest price", "USDT", positive()),
            "close": number("Last price", "USDT", positive()),
            "volume": number(f"Traded volume in {coin}", "coin", not_negative()),
            "quote_volume": number("Traded volume in the quote currency", "USDT", not_negative()),
            "trade_count": number("Number of trades", "count", not_negative(), integer=True),
            "taker_buy_volume": number("Volume in which the buyer was the taker", "coin", not_negative()),
            "taker_buy_quote_volume": number("The same in the quote currency", "USDT", not_negative()),
            "channel": text("How the row came: archive or rest", allowed=["archive", "rest"]),
        },
        checks=[
            rows("high below low", pl.col("high") >= pl.col("low")),
            rows("open or close outside high and low",
                 (pl.max_horizontal("open", "close") <= pl.col("high"))
                 & (pl.min_horizontal("open", "close") >= pl.col("low"))),
        ],
        strict=True,
        name=name,
    )  # fmt: skip


@dataclass(frozen=True)
class Source:
    """Where one market's klines are: its folder on Vision, its REST address and largest page."""

    market: str
    url: str
    limit: int


def fetch(source: Source, request: Request) -> Iterator[Batch]:
    """Yield closed bars of the window that are not held yet, archives first.

    Raises FeedUnavailable when neither way is open; one way that is closed costs a note when the other fills in.
    """
    asked = [(i.symbol, interval, f"{i.symbol}/{interval}") for i in request.instruments for interval in STEPS]
    months = [
        vision.archive(source.market, "monthly", "klines", symbol, series, month, interval)
        for symbol, interval, series in asked
        for month in request.window.months()
        if month.end <= request.now and request.held.lacks_archive(series, month)
    ]
    closed = yield from vision.batches(request, months, COLUMNS, _from_archive)
    refused: FeedUnavailable | None = None
    for symbol, interval, series in asked:
        for window in request.held.missing(series, request.window):
            try:
                with request.alone(symbol):
                    yield _rest(source, request, symbol, interval, series, window)
            except FeedUnavailable as error:
                refused = error
    if refused and not closed:
        closed = yield from vision.batches(request, _daily(source, request, asked), COLUMNS, _from_archive)
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
        for day in Window.of_days(window.start.date(), (window.end - timedelta.resolution).date()).days()
        if request.held.lacks_archive(series, Window.of_days(day, day))
    ]


def _from_archive(text_rows: pl.DataFrame) -> pl.DataFrame:
    symbol, interval = (pl.col("series").str.split("/").list.get(i) for i in (0, 1))
    return text_rows.select(
        symbol.alias("symbol"),
        interval.alias("interval"),
        vision.stamp("open_time").alias("open_at"),
        *COLUMNS[1:6],
        *COLUMNS[7:11],
        pl.lit("archive").alias("channel"),
    )


def _rest(source: Source, request: Request, symbol: str, interval: str, series: str, window: Window) -> Batch:
    step = STEPS[interval]
    pages = list(
        rest.pages(
            request.session,
            source.url,
            {"symbol": symbol, "interval": interval},
            window,
            limit=source.limit,
            row_type=list,
            stamp_of=lambda row: int(row[0]),
        )
    )
    frame = parse(pages, symbol, interval).filter(~forming("open_at", step, request.now))
    seen = frame.filter(pl.col("open_at") < pl.lit(window.end.replace(tzinfo=None)))["open_at"].max()
    last = seen.replace(tzinfo=UTC) + step if isinstance(seen, datetime) else None
    covered = settled(window, last, request.now)
    return Batch(frame, (Part(series, "rest", covered, frame.height, source.url),))


def parse(pages: Sequence[Sequence[Sequence[Any]]], symbol: str, interval: str) -> pl.DataFrame:
    """REST pages as a frame with the schema's columns, numbers as published text; what a short row lacks is null."""
    padded = ([*row, *[None] * len(COLUMNS)][: len(COLUMNS)] for page in pages for row in page)
    lines = [[None if cell is None else str(cell) for cell in row] for row in padded]
    frame = pl.DataFrame(lines, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    return frame.select(
        pl.lit(symbol).alias("symbol"),
        pl.lit(interval).alias("interval"),
        vision.stamp("open_time").alias("open_at"),
        *COLUMNS[1:6],
        *COLUMNS[7:11],
        pl.lit("rest").alias("channel"),
    )


def kline_feed(source: Source, **identity: Any) -> Feed:  # noqa: ANN401 - the rest of a Feed's fields
    """A feed over `source`; `identity` is its name, description, schema, hosts and licence."""
    return Feed(
        venue="binance",
        series="klines",
        key=("symbol", "interval", "open_at"),
        observed="open_at",
        cadence="hourly and daily bars",
        retention="all since listing",
        fetch=lambda request: fetch(source, request),
        **identity,
    )
