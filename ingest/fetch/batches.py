"""What an answer covers: rows and the window that they were asked for, as a batch with its part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from ingest.coverage import LATE, Part, covered_stretches, covered_window
from ingest.feed import Batch, Request
from ingest.schema import TIMESTAMP
from ingest.windows import Window, day_start

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def batch_picked(
    request: Request, whole: pl.DataFrame, series: str, windows: Sequence[Window], step: timedelta, url: str
) -> Batch:
    """The rows of `windows` from an answer that is always the venue's `whole` list, with the parts of each window.

    Rows without a readable stamp, or with one later than tomorrow, are kept, so that they are quarantined.
    """
    stamp, tomorrow = pl.col(request.feed.observed).cast(TIMESTAMP), request.now + timedelta(days=1)
    wrong = stamp.is_null() | (stamp > pl.lit(tomorrow.replace(tzinfo=None)))
    inside = [within(stamp, window) for window in windows]
    parts = [
        part
        for window, rows in zip(windows, inside, strict=True)
        for part in parts_covering(request, whole.filter(rows)[request.feed.observed], series, window, step, url)
    ]
    return Batch(whole.filter(pl.any_horizontal(wrong, *inside)), tuple(parts))


def parts_covering(
    request: Request,
    observed: pl.Series,
    series: str,
    window: Window,
    step: timedelta,
    url: str,
    *,
    apart: timedelta | None = timedelta(0),
) -> tuple[Part, ...]:
    """The parts of `window` for which rows came, by their stamps `observed`, and those answered with nothing.

    A row describes `step` from its stamp on; stamps outside of the window cover nothing. `apart` is the longest time
    between two rows, at least `step`. It is None where rows come irregularly: then only an empty answer shows that
    there are none. Nothing is absent within LATE of the present.
    """
    if apart is None:
        last = last_observed(observed, window.end)
        covered = [covered_window(window, last and last + step, request.now)]
        holes = [window] if observed.is_empty() else []
    else:
        stamps = _stamps(observed, window)
        covered = covered_stretches(window, stamps, step, max(step, apart)) or [Window(window.start, window.start)]
        holes = window.without(covered)
    parts = [Part(series, "rest", one, observed.len() if one == covered[0] else 0, url) for one in covered]
    settled = Window(window.start, max(window.start, day_start((request.now - LATE).date())))
    absent = [old for hole in holes if (old := hole.intersect(settled))]
    note_holes(request, series, [hole for hole in absent if covered[0].end <= hole.start < covered[-1].start], step)
    return (*parts, *(Part(series, "rest", hole, 0, url, absent=True, answered_at=request.now) for hole in absent))


def note_holes(request: Request, series: str, holes: Sequence[Window], step: timedelta) -> None:
    """Note how much the venue lacks between rows that came, in days or hours."""
    if holes:
        unit, of = (DAY, "days") if step % DAY == timedelta(0) else (HOUR, "hours")
        lacking = sum((hole.end - hole.start for hole in holes), timedelta()) // unit
        request.notes.append(
            f"{series}: the venue lacks {lacking} {of} of {request.feed.kind.replace('_', ' ')} between"
            f" {holes[0].start:%Y-%m-%d} and {holes[-1].end:%Y-%m-%d} (holes: {len(holes)})"
        )


def within(stamp: pl.Expr, window: Window) -> pl.Expr:
    """True for a stamp of `window`, null where there is none."""
    return stamp.is_between(window.start.replace(tzinfo=None), window.end.replace(tzinfo=None), closed="left")


def _stamps(observed: pl.Series, window: Window) -> list[datetime]:
    """The distinct stamps inside `window`, sorted. A day counts from its start."""
    stamps = observed.to_frame("stamp").select(pl.col("stamp").cast(TIMESTAMP)).filter(within(pl.col("stamp"), window))
    return [stamp.replace(tzinfo=UTC) for stamp in stamps["stamp"].unique().sort()]


def last_observed(observed: pl.Series, end: datetime) -> datetime | None:
    """The newest stamp before `end`. A day counts from its start."""
    stamps = observed.cast(TIMESTAMP)
    seen = stamps.filter(stamps < end.replace(tzinfo=None)).max()
    return seen.replace(tzinfo=UTC) if isinstance(seen, datetime) else None
