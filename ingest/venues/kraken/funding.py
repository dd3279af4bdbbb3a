"""Kraken Futures' funding: one list of the last year, and the analytics for what is older than that.

`relativeFundingRate` is the fraction of the price that longs pay for the hour; `fundingRate` is the same in USD for
one contract and compares with no other venue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from ingest.coverage import Part, covered_window
from ingest.errors import RequestRefused
from ingest.feed import Batch, Request
from ingest.fetch.rows import text_frame
from ingest.schema import column, feed_schema
from ingest.venues.kraken import analytics, charts
from ingest.windows import Window

URL = f"https://{charts.HOST}/derivatives/api/v4/historicalfundingrates"
HOUR = timedelta(hours=1)

SCHEMA = feed_schema(
    "kraken_funding",
    "symbol",
    column("settled_at", note="As the venue stamps it."),
    column("relative_rate", "hourly_rate"),
    column("absolute_rate", optional=True),
    column(
        "channel",
        allowed=("history", "analytics"),
        note="Which list it came from.",
    ),
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the hours of the window that are not held yet.

    The year's list answers for nothing before its first hour. What is older is asked of the analytics; their refusal
    costs a note, as they have nothing for most of the past.
    """
    window = request.wanted
    for instrument in request.instruments:
        missing = request.held.missing(instrument.symbol, window)
        if not missing:
            continue
        with request.noting_refusal(instrument.symbol):
            body = request.session.get_json(URL, {"symbol": instrument.symbol}, judge=charts.judge)
            year = parse(body, instrument.symbol)
            first = year["settled_at"].min()
            begins = first.replace(tzinfo=UTC) if isinstance(first, datetime) else window.end
            yield _year(request, instrument.symbol, year, [Window(max(w.start, begins), w.end) for w in missing])
            for older in (w.intersect(Window(window.start, begins)) for w in missing):
                if older:
                    yield _older(request, instrument.symbol, older)


def _year(request: Request, symbol: str, year: pl.DataFrame, wanted: Sequence[Window]) -> Batch:
    """Of the year's hours those that are not held yet; a row without a legible stamp goes on to quarantine."""
    frames, parts = [year.filter(pl.col("settled_at").is_null())], []
    for window in filter(None, wanted):
        start, end = (pl.lit(moment.replace(tzinfo=None)) for moment in (window.start, window.end))
        frames.append(year.filter(pl.col("settled_at").is_between(start, end, closed="left")))
        parts.append(_part(frames[-1], symbol, window, request, URL))
    return Batch(pl.concat(frames), tuple(parts))


def _older(request: Request, symbol: str, window: Window) -> Batch:
    url = analytics.address(symbol, "funding")
    try:
        pages = analytics.buckets(request, url, window, HOUR, fields=("rate", "relativeRate"))
        frame = parse_analytics([row for page in pages for row in page], symbol)
    except RequestRefused as error:
        request.notes.append(f"{symbol}: nothing older than the last year, {error}")
        frame = parse_analytics([], symbol)
    return Batch(frame, (_part(frame, symbol, window, request, url),))


def _part(frame: pl.DataFrame, symbol: str, window: Window, request: Request, url: str) -> Part:
    seen = frame["settled_at"].max()
    last = seen.replace(tzinfo=UTC) + HOUR if isinstance(seen, datetime) else None
    return Part(symbol, "rest", covered_window(window, last, request.now), frame.height, url)


def parse(body: Any, symbol: str) -> pl.DataFrame:  # noqa: ANN401 - as it came
    """The year's list as a frame with the schema's columns, numbers as published text, stamps floored to their hour.

    Raises RequestRefused when the answer has another shape.
    """
    rates = body.get("rates") if isinstance(body, Mapping) else None
    if not isinstance(rates, list) or not all(isinstance(rate, Mapping) for rate in rates):
        raise charts.refused(URL, f"expected rates, got {str(body)[:80]}")
    fields = ("timestamp", "relativeFundingRate", "fundingRate")
    frame = text_frame(rates, fields)
    stamp = pl.col("timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", strict=False)
    return frame.select(
        pl.lit(symbol).alias("symbol"),
        stamp.dt.truncate("1h").alias("settled_at"),
        pl.col("relativeFundingRate").alias("relative_rate"),
        pl.col("fundingRate").alias("absolute_rate"),
        pl.lit("history").alias("channel"),
    )


def parse_analytics(rows: Sequence[charts.Row], symbol: str) -> pl.DataFrame:
    """Hourly buckets of (rate, relative rate) as a frame with the schema's columns."""
    lines = [[stamp, *map(analytics.close_of, rates)] for stamp, rates in rows]
    fields = {"t": pl.Int64, "absolute_rate": pl.String, "relative_rate": pl.String}
    frame = pl.DataFrame(lines, schema=fields, orient="row")
    return frame.select(
        pl.lit(symbol).alias("symbol"),
        charts.opened().dt.truncate("1h").alias("settled_at"),
        "relative_rate",
        "absolute_rate",
        pl.lit("analytics").alias("channel"),
    )
