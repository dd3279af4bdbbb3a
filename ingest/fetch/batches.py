"""What an answer covers: rows and the window that they were asked for, as a batch with its part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl

from ingest.coverage import Part, covered_window
from ingest.feed import Batch, Request
from ingest.schema import TIMESTAMP
from ingest.windows import Window, day_start


def batch_covering(
    request: Request, frame: pl.DataFrame, series: str, window: Window, step: timedelta, url: str
) -> Batch:
    """`frame` as a batch that covers `window` as far as its rows reach; each row describes `step` from its stamp on."""
    return Batch(frame, (part_covering(request, frame, series, window, step, url),))


def batch_picked(
    request: Request, whole: pl.DataFrame, series: str, windows: Sequence[Window], step: timedelta, url: str
) -> Batch:
    """The rows of `windows` from an answer that is always the venue's `whole` list, with a part for each window.

    Rows without a readable stamp, or with one later than tomorrow, are kept, so that they are quarantined.
    """
    stamp, tomorrow = pl.col(request.feed.observed).cast(TIMESTAMP), request.now + timedelta(days=1)
    wrong = stamp.is_null() | (stamp > pl.lit(tomorrow.replace(tzinfo=None)))
    inside = [
        stamp.is_between(window.start.replace(tzinfo=None), window.end.replace(tzinfo=None), closed="left")
        for window in windows
    ]
    parts = [
        part_covering(request, whole.filter(rows), series, window, step, url)
        for window, rows in zip(windows, inside, strict=True)
    ]
    return Batch(whole.filter(pl.any_horizontal(wrong, *inside)), tuple(parts))


def part_covering(
    request: Request, frame: pl.DataFrame, series: str, window: Window, step: timedelta, url: str
) -> Part:
    """The part of `window` that the rows of `frame` cover. Rows stamped after the window count for nothing."""
    last = last_observed(frame, request.feed.observed, window.end)
    return Part(series, "rest", covered_window(window, last and last + step, request.now), frame.height, url)


def last_observed(frame: pl.DataFrame, observed: str, end: datetime, *, including_end: bool = False) -> datetime | None:
    """The newest stamp in the column `observed` before `end`, or up to it. A day counts from its start."""
    stamps = pl.col(observed).cast(pl.Datetime("us"))
    limit = pl.lit(end.replace(tzinfo=None))
    seen = frame.filter(stamps <= limit if including_end else stamps < limit)[observed].max()
    if isinstance(seen, datetime):
        return seen.replace(tzinfo=UTC)
    return day_start(seen) if isinstance(seen, date) else None
