"""Binance open interest every five minutes: daily `metrics` archives, REST for the last days.

USDT-margined archives stamped a row at the end of its five minutes until 2026-06-24 and stamp its start since
2026-06-25; coin-margined ones always stamped the start. `snapshot_at` is the moment of the snapshot in all of them.
Both files around the change have a row stamped at the midnight between them, so it is the file's day that tells, not
the stamp.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pandera.polars as pa
import polars as pl

from ingest.coverage import Part, covered_window
from ingest.errors import FeedUnavailable
from ingest.feed import Batch, Feed, Request
from ingest.fetch.rows import text_frame
from ingest.schema import column, feed_schema
from ingest.venues.binance import api, vision
from ingest.windows import Window

PAGE = 500
STEP = timedelta(minutes=5)
OVERLAP = timedelta(hours=1)  # asked for once more where an archive has it: twelve rows that tell what a stamp means
RETENTION = timedelta(days=30) - timedelta(hours=1)  # an older startTime is refused; an hour for clocks that differ
RATIOS = ("top_trader_account_ratio", "top_trader_position_ratio", "account_ratio", "taker_volume_ratio")
COLUMNS = ("create_time", "symbol", "sum_open_interest", "sum_open_interest_value", *RATIOS)


@dataclass(frozen=True)
class MarketOpenInterest:
    """Where one market's open interest is and what it is counted in.

    `folder` is the folder on Vision, `url` the REST address, where `asked` names a symbol. `amounts` are the schema's
    columns for what the venue calls the open interest and its value. Archives of days from `starts_from` on stamp the
    start of the five minutes.
    """

    folder: str
    url: str
    asked: Callable[[str], dict[str, str]]
    amounts: Mapping[str, str]
    starts_from: date


def open_interest_schema(name: str, market: MarketOpenInterest) -> pa.DataFrameSchema:
    """The columns of the open interest feed `name` over `market`."""
    return feed_schema(
        name,
        "symbol",
        "snapshot_at",
        "labelled_at",
        *(column(amount, note=note) for amount, note in market.amounts.items()),
        *(column(ratio, optional=True) for ratio in RATIOS),
        "channel",
    )


def fetch(market: MarketOpenInterest, request: Request) -> Iterator[Batch]:
    """Yield the snapshots of the window that are not held yet, whole days by archive first.

    Raises FeedUnavailable when the archives, or REST for days they lack within its 30 days, cannot be had.
    """
    wanted = [
        vision.archive(market.folder, "daily", "metrics", i.symbol, i.symbol, Window.of_days(day, day))
        for i in request.instruments
        for day in request.held.days_lacking_archive(i.symbol, request.window)
        if Window.of_days(day, day).end <= request.now
    ]
    kept = Window(request.now - RETENTION, request.now)
    archived: list[pl.DataFrame] = []
    batches = vision.batches(request, wanted, COLUMNS, partial(parse_archive, market))
    closed = yield from _noting_recent(batches, kept, archived)
    for instrument in request.instruments:
        for missing in request.held.missing(instrument.symbol, request.window):
            if recent := missing.intersect(kept):
                told = _hour_before(recent, kept, archived, instrument.symbol)
                with request.noting_refusal(instrument.symbol):
                    yield _rest(market, request, instrument.symbol, recent, told)
    if closed:  # days older than REST keeps stay missing
        raise closed


def _noting_recent(
    batches: Generator[Batch, None, FeedUnavailable | None], kept: Window, recent: list[pl.DataFrame]
) -> Generator[Batch, None, FeedUnavailable | None]:
    """The same, with the rows that REST has as well in `recent`."""
    while True:
        try:
            batch = next(batches)
        except StopIteration as end:
            return end.value
        rows = batch.rows.filter(pl.col("snapshot_at") > pl.lit(kept.start.replace(tzinfo=None)))
        if rows.height:
            recent.append(rows)
        yield batch


def _hour_before(window: Window, kept: Window, archived: Sequence[pl.DataFrame], symbol: str) -> pl.DataFrame | None:
    """The archived rows of the hour before `window`; None where no archive of this run has them, or REST has not."""
    if window.start - OVERLAP < kept.start:
        return None
    end = window.start.replace(tzinfo=None)
    mine = [
        rows.filter((pl.col("symbol") == symbol) & pl.col("snapshot_at").is_between(end - OVERLAP, end, closed="right"))
        for rows in archived
    ]
    held = pl.concat(mine) if mine else pl.DataFrame()
    return held if held.height else None


def stamps_start(market: MarketOpenInterest, told: pl.DataFrame, archived: pl.DataFrame) -> bool | None:
    """Whether REST stamps the start of the five minutes, by the rows that an archive has of the same snapshots; None
    where they do not tell, be it that nothing moved in that hour."""
    amount = next(iter(market.amounts))
    ours, theirs = (frame.with_columns(pl.col(amount).cast(pl.Float64, strict=False)) for frame in (told, archived))

    def agreeing(moment: pl.Expr) -> int:
        same = ours.with_columns(moment.alias("snapshot_at")).join(theirs, on=["snapshot_at", amount], how="inner")
        return same["snapshot_at"].n_unique()

    at_end, at_start = agreeing(pl.col("labelled_at")), agreeing(pl.col("labelled_at") + STEP)
    return None if at_end == at_start else at_start > at_end


def _rest(
    market: MarketOpenInterest, request: Request, symbol: str, window: Window, archived: pl.DataFrame | None = None
) -> Batch:
    # Snapshots stand at the end of what they speak for: those of (start, end] belong to the window. The hour before it,
    # where an archive has that, tells what the stamp means.
    shifted = Window(window.start - OVERLAP if archived is not None else window.start + STEP, window.end + STEP)
    params = {**market.asked(symbol), "period": "5m"}
    pages = api.pages(
        request.session, market.url, params, shifted, limit=PAGE, stamp_of=lambda row: int(row["timestamp"])
    )
    frame = parse(market, [row for page in pages for row in page], symbol)
    if archived is not None:
        if stamps_start(market, frame, archived):
            frame = frame.with_columns(pl.col("snapshot_at") + STEP)
            seen_in = f"the archive of {window.start - STEP:%Y-%m-%d}"
            request.notes.append(
                f"{symbol}: REST stamps the start of its five minutes, as {seen_in} shows; moved to the end"
            )
        frame = frame.filter((pl.col("snapshot_at") > pl.lit(window.start.replace(tzinfo=None))).fill_null(True))
    seen = frame.filter(pl.col("snapshot_at") <= pl.lit(window.end.replace(tzinfo=None)))["snapshot_at"].max()
    last = seen.replace(tzinfo=UTC) if isinstance(seen, datetime) else None
    return Batch(frame, (Part(symbol, "rest", covered_window(window, last, request.now), frame.height, market.url),))


def parse_archive(market: MarketOpenInterest, text_rows: pl.DataFrame) -> pl.DataFrame:
    """`metrics` rows as a frame with the schema's columns; ratios that are blank, or a pair of quotes, are null."""
    labelled = pl.col("create_time").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    at_start = pl.col("period_start").dt.date() >= market.starts_from
    shifted = pl.when(at_start).then(labelled + STEP).otherwise(labelled)
    return text_rows.select(
        "symbol",
        shifted.alias("snapshot_at"),
        labelled.alias("labelled_at"),
        *_amounts(market, "sum_open_interest", "sum_open_interest_value"),
        *(pl.when(~pl.col(r).is_in(["", '""'])).then(pl.col(r)).alias(r) for r in RATIOS),
        pl.lit("archive").alias("channel"),
    )


def parse(market: MarketOpenInterest, records: Sequence[dict[str, Any]], symbol: str) -> pl.DataFrame:
    """REST rows as a frame with the schema's columns. Their stamp is taken for the snapshot's moment.

    Whether the REST label moved with the archives' on 2026-06-25, and which one coin-margined rows have, is not
    documented: `stamps_start` looks where both tell of the same hour.
    """
    fields = ("timestamp", "sumOpenInterest", "sumOpenInterestValue")
    return text_frame(records, fields).select(
        pl.lit(symbol).alias("symbol"),
        vision.stamp("timestamp").alias("snapshot_at"),
        vision.stamp("timestamp").alias("labelled_at"),
        *_amounts(market, "sumOpenInterest", "sumOpenInterestValue"),
        *(pl.lit(None, pl.Float64).alias(ratio) for ratio in RATIOS),
        pl.lit("rest").alias("channel"),
    )


def _amounts(market: MarketOpenInterest, *fields: str) -> Iterator[pl.Expr]:
    return (pl.col(field).alias(column) for field, column in zip(fields, market.amounts, strict=True))


def open_interest_feed(name: str, market: MarketOpenInterest, **identity: Any) -> Feed:  # noqa: ANN401 - the rest of a Feed
    """A feed over `market`; `identity` is its description, retention, hosts and licence."""
    return Feed(
        name=name,
        venue="binance",
        kind="open_interest",
        schema=open_interest_schema(name, market),
        key=("symbol", "snapshot_at"),
        observed="snapshot_at",
        cadence="every 5 minutes",
        fetch=partial(fetch, market),
        stamped_at_end=True,
        settles=timedelta(hours=3),
        **identity,
    )
