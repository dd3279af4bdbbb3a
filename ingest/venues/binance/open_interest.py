"""Binance USDT-margined open interest every five minutes: daily `metrics` archives, REST for the last days.

A row of an archive was stamped at the end of its five minutes until 2026-06-24 and at the start from 2026-06-25;
`snapshot_at` is the moment of the snapshot in both. Both files around the change have a row stamped at the midnight
between them, so it is the file's day that tells, not the stamp.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.feed import Batch, Part, Request, settled
from ingest.schema import moment, not_negative, number, positive, text
from ingest.venues.binance import rest, vision
from ingest.windows import Window

URL = "https://fapi.binance.com/futures/data/openInterestHist"
PAGE = 500
STEP = timedelta(minutes=5)
RETENTION = timedelta(days=30) - timedelta(hours=1)  # an older startTime is refused; an hour for clocks that differ
LABELLED_AT_START_FROM = datetime(2026, 6, 25)
RATIOS = ("top_trader_account_ratio", "top_trader_position_ratio", "account_ratio", "taker_volume_ratio")
COLUMNS = ("create_time", "symbol", "open_interest_coin", "open_interest_usd", *RATIOS)

SCHEMA = pa.DataFrameSchema(
    {
        "symbol": text("Symbol as the venue writes it"),
        "snapshot_at": moment("Moment of the snapshot"),
        "labelled_at": moment("Stamp as published: end of the five minutes, from 2026-06-25 on their start"),
        "open_interest_coin": number("Open contracts in coins, each counted once", "coin", positive()),
        "open_interest_usd": number("The same in USDT at the mark price", "USDT", positive()),
        RATIOS[0]: number("Top traders: accounts long to short", "ratio", not_negative(), nullable=True),
        RATIOS[1]: number("Top traders: positions long to short", "ratio", not_negative(), nullable=True),
        RATIOS[2]: number("All accounts long to short", "ratio", not_negative(), nullable=True),
        RATIOS[3]: number("Taker volume, buys to sells", "ratio", not_negative(), nullable=True),
        "channel": text("How the row came: archive or rest", allowed=["archive", "rest"]),
    },
    strict=True,
    name="binance_um_open_interest",
)


def fetch(request: Request) -> Iterator[Batch]:
    """Yield the snapshots of the window that are not held yet, whole days by archive first.

    Raises FeedUnavailable when the archives, or REST for days they lack within its 30 days, cannot be had.
    """
    days = [Window.of_days(day, day) for day in request.window.days()]
    wanted = [
        vision.archive("futures/um", "daily", "metrics", i.symbol, i.symbol, day)
        for i in request.instruments
        for day in days
        if day.end <= request.now and request.held.lacks_archive(i.symbol, day)
    ]
    closed = yield from vision.batches(request, wanted, COLUMNS, parse_archive)
    kept = Window(request.now - RETENTION, request.now)
    for instrument in request.instruments:
        for missing in request.held.missing(instrument.symbol, request.window):
            if recent := missing.intersect(kept):
                with request.alone(instrument.symbol):
                    yield _rest(request, instrument.symbol, recent)
    if closed:  # days older than REST keeps stay missing
        raise closed


def _rest(request: Request, symbol: str, window: Window) -> Batch:
    # Snapshots stand at the end of what they speak for: those of (start, end] belong to the window.
    shifted = Window(window.start + STEP, window.end + STEP)
    params = {"symbol": symbol, "period": "5m"}
    pages = rest.pages(request.session, URL, params, shifted, limit=PAGE, stamp_of=lambda row: int(row["timestamp"]))
    frame = parse([row for page in pages for row in page])
    seen = frame.filter(pl.col("snapshot_at") <= pl.lit(window.end.replace(tzinfo=None)))["snapshot_at"].max()
    last = seen.replace(tzinfo=UTC) if isinstance(seen, datetime) else None
    return Batch(frame, (Part(symbol, "rest", settled(window, last, request.now), frame.height, URL),))


def parse_archive(text_rows: pl.DataFrame) -> pl.DataFrame:
    """`metrics` rows as a frame with the schema's columns; blank ratios are null."""
    labelled = pl.col("create_time").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    at_start = pl.col("period_start") >= LABELLED_AT_START_FROM
    shifted = pl.when(at_start).then(labelled + STEP).otherwise(labelled)
    return text_rows.select(
        "symbol",
        shifted.alias("snapshot_at"),
        labelled.alias("labelled_at"),
        "open_interest_coin",
        "open_interest_usd",
        *(pl.when(pl.col(r) != "").then(pl.col(r)).alias(r) for r in RATIOS),
        pl.lit("archive").alias("channel"),
    )


def parse(records: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """REST rows as a frame with the schema's columns. Their stamp is taken for the snapshot's moment.

    Whether the REST label moved with the archives' on 2026-06-25 is not documented and could not be seen.
    """
    fields = ("symbol", "timestamp", "sumOpenInterest", "sumOpenInterestValue")
    lines = [[None if r.get(f) is None else str(r[f]) for f in fields] for r in records]
    frame = pl.DataFrame(lines, schema=dict.fromkeys(fields, pl.String), orient="row")
    return frame.select(
        "symbol",
        vision.stamp("timestamp").alias("snapshot_at"),
        vision.stamp("timestamp").alias("labelled_at"),
        pl.col("sumOpenInterest").alias("open_interest_coin"),
        pl.col("sumOpenInterestValue").alias("open_interest_usd"),
        *(pl.lit(None, pl.Float64).alias(ratio) for ratio in RATIOS),
        pl.lit("rest").alias("channel"),
    )
