"""Binance funding in both margins: monthly archives, which tell the interval, and REST for what they lack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.feed import Batch, Feed, Request
from ingest.fetch.batches import batch_covering
from ingest.fetch.rows import text_frame
from ingest.schema import column, feed_schema
from ingest.venues.binance import api, vision
from ingest.windows import Window

PAGE = 1000
COLUMNS = ("calc_time", "interval_hours", "funding_rate")
SETTLEMENT = timedelta(hours=1)


@dataclass(frozen=True)
class MarketFunding:
    """Where one market's settlements are: its folder on Vision and its REST address."""

    folder: str
    url: str


def funding_schema(name: str) -> pa.DataFrameSchema:
    """The columns of the funding feed `name`."""
    return feed_schema(
        name,
        "symbol",
        column("settled_at", note="The venue's stamps are some milliseconds late."),
        column("interval_hours", optional=True, note="Archives have it, REST does not."),
        "funding_rate",
        column("mark_price", optional=True, note="At the settlement; not in archives, blank in old rows."),
        "channel",
    )


def fetch(market: MarketFunding, request: Request) -> Iterator[Batch]:
    """Yield the settlements of the window that are not held yet.

    Raises FeedUnavailable when REST cannot be had for what archives lack; archives that REST fills in for cost a note.
    """
    window = request.wanted
    wanted = [
        vision.archive(market.folder, "monthly", "fundingRate", i.symbol, i.symbol, month)
        for i in request.instruments
        for month in window.months()
        if month.end <= request.now and request.held.lacks_archive(i.symbol, month)
    ]
    closed = yield from vision.batches(request, wanted, COLUMNS, _from_archive)
    for instrument in request.instruments:
        for missing in request.held.missing(instrument.symbol, window):
            with request.noting_refusal(instrument.symbol):
                yield _rest(market, request, instrument.symbol, missing)
    if closed:
        request.notes.append(f"{closed}; what it lacks came by REST")


def _from_archive(text_rows: pl.DataFrame) -> pl.DataFrame:
    return text_rows.select(
        pl.col("series").alias("symbol"),
        _hour("calc_time").alias("settled_at"),
        "interval_hours",
        "funding_rate",
        pl.lit(None, pl.Float64).alias("mark_price"),
        pl.lit("archive").alias("channel"),
    )


def _rest(market: MarketFunding, request: Request, symbol: str, window: Window) -> Batch:
    pages = api.pages(
        request.session,
        market.url,
        {"symbol": symbol},
        window,
        limit=PAGE,
        stamp_of=lambda row: int(row["fundingTime"]),
    )
    frame = parse([row for page in pages for row in page])
    return batch_covering(request, frame, symbol, window, SETTLEMENT, market.url)


def parse(records: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """REST rows as a frame with the schema's columns, numbers as published text; a blank mark price is null."""
    fields = ("symbol", "fundingTime", "fundingRate", "markPrice")
    return text_frame(records, fields).select(
        "symbol",
        _hour("fundingTime").alias("settled_at"),
        pl.lit(None, pl.Float64).alias("interval_hours"),
        pl.col("fundingRate").alias("funding_rate"),
        pl.col("markPrice").alias("mark_price"),
        pl.lit("rest").alias("channel"),
    )


def _hour(column: str) -> pl.Expr:
    return vision.stamp(column).dt.truncate("1h")


def funding_feed(name: str, market: MarketFunding, **identity: Any) -> Feed:  # noqa: ANN401 - the rest of a Feed's fields
    """A feed over `market`; `identity` is its description, retention, hosts and licence."""
    return Feed(
        name=name,
        venue="binance",
        kind="funding",
        schema=funding_schema(name),
        key=("symbol", "settled_at"),
        observed="settled_at",
        cadence="every 8 hours, 4 or 1 for some symbols at times",
        fetch=partial(fetch, market),
        stamped_at_end=True,
        **identity,
    )
