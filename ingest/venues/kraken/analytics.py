"""Kraken Futures' analytics in buckets: open interest, liquidated volume, and the rows of funding.

A bucket's value is one number or a list of open, high, low and close; both are read. Stamps are in seconds, those of
funding in milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import polars as pl

from ingest.feed import Batch, Request
from ingest.fetch.batches import batch_covering
from ingest.schema import column, feed_schema, forming, rows
from ingest.venues.kraken import charts
from ingest.windows import Window

DAY = timedelta(days=1)
PARTS = ("open", "high", "low", "close")

OPEN_INTEREST = feed_schema(
    "kraken_open_interest",
    "symbol",
    "open_at",
    column("open", "open_interest_open", optional=True),
    column("high", "open_interest_high", optional=True),
    column("low", "open_interest_low", optional=True),
    column("close", "open_interest_close"),
    checks=[rows("high below low", pl.col("high") >= pl.col("low"))],
)
LIQUIDATIONS = feed_schema(
    "kraken_liquidations",
    "symbol",
    "open_at",
    column("volume_coin", "liquidations_coin"),
)


def open_interest(request: Request) -> Iterator[Batch]:
    """Yield the closed days of the window that are not held yet."""
    return _daily(request, "open-interest", parse_open_interest)


def liquidations(request: Request) -> Iterator[Batch]:
    """Yield the closed days of the window that are not held yet."""
    return _daily(request, "liquidation-volume", parse_liquidations)


def _daily(request: Request, kind: str, parse: Callable[[Sequence[charts.Row], str], pl.DataFrame]) -> Iterator[Batch]:
    for instrument in request.instruments:
        url = address(instrument.symbol, kind)
        for missing in request.held.missing(instrument.symbol, request.window):
            with request.noting_refusal(instrument.symbol):
                pages = buckets(request, url, missing, DAY)
                frame = parse([row for page in pages for row in page], instrument.symbol)
                frame = frame.filter(~forming("open_at", DAY, request.now))
                yield batch_covering(request, frame, instrument.symbol, missing, DAY, url)


def address(symbol: str, kind: str) -> str:
    return f"{charts.CHARTS}/analytics/{symbol}/{kind}"


def buckets(
    request: Request, url: str, window: Window, step: timedelta, fields: Sequence[str] = ()
) -> Iterator[list[charts.Row]]:
    """Yield the pages of an analytics series; a row holds the bucket's value, or of several series its `fields`."""
    params = {"interval": int(step.total_seconds())}
    return charts.pages(
        request.session, url, params, window, step, bounds=("since", "to"), read=lambda body: _read(body, url, fields)
    )


def _read(body: Any, url: str, fields: Sequence[str]) -> tuple[list[charts.Row], bool]:  # noqa: ANN401 - as it came
    result = body.get("result") if isinstance(body, Mapping) else None
    if not isinstance(result, Mapping) or not isinstance(stamps := result.get("timestamp"), list):
        raise charts.refused(url, f"expected buckets, got {str(body)[:80]}")
    if not stamps:
        return [], False
    data: Any = result.get("data")
    series = [data.get(field) for field in fields] if fields and isinstance(data, Mapping) else [data]
    if len(series) != max(len(fields), 1) or not all(isinstance(s, list) and len(s) == len(stamps) for s in series):
        raise charts.refused(url, f"expected a value a bucket, got {str(data)[:80]}")
    values = list(zip(*series, strict=True)) if fields else data
    rows = [(charts.milliseconds_of(stamp), value) for stamp, value in zip(stamps, values, strict=True)]
    return rows, bool(result.get("more"))


def close_of(value: Any) -> str | None:  # noqa: ANN401 - a number, text, or list of four
    """The last of a bucket's four values, or the only one, as text."""
    return bar_of(value)[3]


def bar_of(value: Any) -> list[str | None]:  # noqa: ANN401 - a number, text, or list of four
    """Open, high, low and close of a bucket as text; a single value is the close."""
    cells = value if isinstance(value, list) and len(value) == len(PARTS) else [None, None, None, value]
    return [None if cell is None else str(cell) for cell in cells]


def parse_open_interest(rows: Sequence[charts.Row], symbol: str) -> pl.DataFrame:
    """Buckets as a frame with the columns of OPEN_INTEREST, numbers as published text."""
    lines = [[stamp, *bar_of(value)] for stamp, value in rows]
    frame = pl.DataFrame(lines, schema={"t": pl.Int64, **dict.fromkeys(PARTS, pl.String)}, orient="row")
    return frame.select(pl.lit(symbol).alias("symbol"), charts.opened().alias("open_at"), *PARTS)


def parse_liquidations(rows: Sequence[charts.Row], symbol: str) -> pl.DataFrame:
    """Buckets as a frame with the columns of LIQUIDATIONS, numbers as published text."""
    lines = [[stamp, close_of(value)] for stamp, value in rows]
    frame = pl.DataFrame(lines, schema={"t": pl.Int64, "volume_coin": pl.String}, orient="row")
    return frame.select(pl.lit(symbol).alias("symbol"), charts.opened().alias("open_at"), "volume_coin")
