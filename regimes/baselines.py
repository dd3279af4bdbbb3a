"""Statistics of the days before a day: trailing median, MAD, robust z, percentile.

Every window ends the day before. features.py makes the columns; memberships.py judges the results.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

# The factor that makes the median absolute deviation of normal data equal to its standard deviation.
MAD_TO_SIGMA = 1.4826


def trailing(frame: pl.DataFrame, columns: Sequence[str], days: int, by: Sequence[str]) -> pl.DataFrame:
    """Median, MAD and count of each column over the calendar days t-days .. t-1, per group.

    `frame` has one row per group and `day`; nulls are ignored. Returns `by`, `day` and for each column
    `<column>_median`, `<column>_mad` (median of |x - median|, same unit) and `<column>_count`.
    Windows are calendar days: missing days make the count smaller, never the window longer.
    """
    groups = [name for name in by if name != "day"]
    windows = (
        frame.select(*groups, "day", *columns)
        .sort(*groups, "day")
        .rolling("day", period=f"{days}d", offset=f"-{days + 1}d", closed="right", group_by=groups)
        .agg(
            pl.col(*columns),
            pl.col(*columns).median().name.suffix("_median"),
            pl.col(*columns).count().cast(pl.Int64).name.suffix("_count"),
        )
    )
    # As lists: the same subtraction inside the aggregation takes several times as long.
    deviations = {c: (pl.col(c) - pl.col(f"{c}_median")).list.eval(pl.element().abs()) for c in columns}
    statistics = [
        expression
        for column in columns
        for expression in (
            pl.col(f"{column}_median"),
            deviations[column].list.median().alias(f"{column}_mad"),
            pl.col(f"{column}_count"),
        )
    ]
    return windows.select(*groups, "day", *statistics)


def robust_z(column: str, floor: float | pl.Expr, minimum_count: int, clip: float) -> pl.Expr:
    """clip((x - median) / max(1.4826 MAD, floor), -clip, clip) from the columns that `trailing` made.

    The floor has the unit of the column. Without it the MAD of flat funding is nearly zero and the score explodes.
    Null with fewer than `minimum_count` days in the baseline.
    """
    sigma = pl.max_horizontal(MAD_TO_SIGMA * pl.col(f"{column}_mad"), floor)
    score = ((pl.col(column) - pl.col(f"{column}_median")) / sigma).clip(-clip, clip)
    return pl.when(pl.col(f"{column}_count") >= minimum_count).then(score)


def in_sigma(value: str, column: str, floor: float, minimum_count: int, clip: float) -> pl.Expr:
    """clip(value / max(1.4826 MAD, floor), -clip, clip): from zero, in the MAD of `column` that `trailing` made.

    For values whose sign has a meaning. Compared with a median, the last of a hundred equal rises would be no rise, and
    a smaller one a fall. Null with fewer than `minimum_count` days in the baseline.
    """
    sigma = pl.max_horizontal(MAD_TO_SIGMA * pl.col(f"{column}_mad"), floor)
    return pl.when(pl.col(f"{column}_count") >= minimum_count).then((pl.col(value) / sigma).clip(-clip, clip))


def known_before(known: pl.Expr, days: int, by: Sequence[str]) -> pl.Expr:
    """On how many of the `days` calendar days before the condition held; null at a group's start."""
    return known.cast(pl.Int64).rolling_sum_by("day", window_size=f"{days}d", closed="left").over(by)


def percentile(column: str, days: int, minimum_count: int, by: Sequence[str]) -> pl.Expr:
    """Rank of x among the `days` calendar days before it, 0..100; ties count half. The frame is sorted by day.

    Null where x is null, and with fewer than `minimum_count` known days before.
    """
    window = f"{days + 1}d"
    known = pl.col(column).is_not_null().cast(pl.Float64)
    before = known.rolling_sum_by("day", window_size=window).over(by) - 1.0
    # An average rank counts the earlier values below x, half of those equal to it, and x itself as 1.
    rank = pl.col(column).rolling_rank_by("day", window_size=window, method="average").over(by) - 1.0
    return pl.when(pl.col(column).is_not_null() & (before >= minimum_count)).then(100.0 * rank / before)
