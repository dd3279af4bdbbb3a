"""Any 24 hours, judged like a day: calendar days are one way to cut windows, the 24 hours up to now another.

The baselines of a window, and the days that its state follows from, are the calendar days before the one it ends in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import date, datetime, timedelta

import polars as pl

from regimes.chunks import classify_in_chunks, features_in_chunks
from regimes.classifier import Classification
from regimes.data_quality import naive_utc
from regimes.marts import DailyMarts, MartError
from regimes.parameters import Parameters

ENDED_AT = "window_ended_at"


def window_labels(
    days: DailyMarts, windows: Mapping[str, pl.DataFrame], parameters: Parameters, now: datetime
) -> pl.DataFrame:
    """Labels of windows of 24 hours: one row per asset and window, with `window_ended_at` and the columns of a day.

    `days` are the marts of calendar days. `windows` has the same marts, by name, with rows of windows: the columns of
    the mart, but `window_ended_at` (UTC, naive) instead of `day`. Each measure covers the 24 hours of its window, and
    each move is against the value 24 hours before its end; changes over 3 and 7 days are against the values so many
    days before. A mart that is not in `windows` has no row for them.

    A window belongs to the day in which it ends, so a window that ends at midnight is the calendar day before it; that
    day and later ones are not read. It is provisional for as long after its end as a day is, and `now` (UTC) says how
    long ago that was. Raises MartError for an unknown mart and for one without `window_ended_at`.
    """
    moment = naive_utc(now)
    judged = judged_windows(days, windows, parameters, lambda end: moment - end)
    return pl.concat([labelled.days.select(_ended_at(end), pl.all()) for end, labelled in judged])


def judged_windows(
    days: DailyMarts,
    windows: Mapping[str, pl.DataFrame],
    parameters: Parameters,
    age: Callable[[datetime], timedelta],
) -> Iterator[tuple[datetime, Classification]]:
    """The end of each window and what the classifier says of it, oldest first; arguments and errors as above.

    `days` and `evidence` of a classification have the rows of the window alone, under the day in which it ends. `age`
    says how long ago an end is taken to be.
    """
    names = [field.name for field in fields(DailyMarts)]
    for name, frame in windows.items():
        if name not in names:
            raise MartError(f"{name} is no daily mart")
        if ENDED_AT not in frame.columns:
            raise MartError(f"{name} lacks {ENDED_AT}")
    ends = sorted({moment for frame in windows.values() for moment in frame[ENDED_AT].to_list()})
    return ((end, _ending_at(end, days, windows, parameters, age(end))) for end in ends)


def day_of(end: datetime) -> date:
    """The calendar day that a window with this end belongs to."""
    return (end - timedelta(microseconds=1)).date()


def _ending_at(
    end: datetime, days: DailyMarts, windows: Mapping[str, pl.DataFrame], parameters: Parameters, age: timedelta
) -> Classification:
    """The classification of the windows with the same end."""
    day = day_of(end)
    marts, assets = {}, set()
    for field in fields(DailyMarts):
        before = getattr(days, field.name).filter(pl.col("day") < day)
        marts[field.name] = before
        if field.name in windows:
            cut = windows[field.name].filter(pl.col(ENDED_AT) == end).with_columns(pl.lit(day).alias("day"))
            assets.update(cut["asset"].to_list())
            marts[field.name] = pl.concat([before, cut.select(before.columns)], how="vertical_relaxed")
    # The rules count from the end of the day; this moment is as long after it as the window's end is ago.
    as_of_day = datetime.combine(day, datetime.min.time()) + timedelta(days=1) + age
    features = features_in_chunks(DailyMarts(**marts), parameters)
    labelled = classify_in_chunks(features, parameters, as_of_day)
    ending = (pl.col("day") == day) & pl.col("asset").is_in(sorted(assets))
    return replace(labelled, days=labelled.days.filter(ending), evidence=labelled.evidence.filter(ending))


def _ended_at(end: datetime) -> pl.Expr:
    return pl.lit(end, pl.Datetime("us")).alias(ENDED_AT)
