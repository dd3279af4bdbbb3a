"""What followed each label: returns and drawdowns over the next days, with bootstrap intervals and counts.

These are measurements that no rule uses: everything here looks ahead.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from statistics import median

import polars as pl

HORIZONS = (1, 3, 7)
RESAMPLES = 400
SEED = 20260201  # any fixed number, so that the same days give the same interval
INTERVAL = (0.05, 0.95)
FEW = 5  # under five days an interval says nothing


def with_outcomes(days: pl.DataFrame) -> pl.DataFrame:
    """The days with `return_<n>d` and `drawdown_<n>d` in percent of the close, over the next n days.

    `days` has asset, day, close_usd and low_usd, one row per calendar day, sorted. Null unless all of them are known.
    """
    made = []
    for horizon in HORIZONS:
        lows = [pl.col("low_usd").shift(-step).over("asset") for step in range(1, horizon + 1)]
        known = pl.all_horizontal(low.is_not_null() for low in lows)
        close = pl.col("close_usd")
        later = close.shift(-horizon).over("asset")
        lowest = pl.min_horizontal(lows)
        made.append((100.0 * (later / close - 1.0)).alias(f"return_{horizon}d"))
        made.append(pl.when(known).then(100.0 * (lowest / close - 1.0)).alias(f"drawdown_{horizon}d"))
    return days.with_columns(made)


def outcomes_by(days: pl.DataFrame, column: str) -> Iterator[tuple[str, str, float, float | None, float | None, int]]:
    """For every value of `column` and every measure: value, measure, median, its 90 % interval, count."""
    measures = [f"{kind}_{horizon}d" for kind in ("return", "drawdown") for horizon in HORIZONS]
    for label, part in sorted(days.group_by(column), key=lambda pair: str(pair[0])):
        for measure in measures:
            values = part.sort("asset", "day")[measure].drop_nulls().to_list()
            if values:
                low, high = bootstrap(values, median)
                yield str(label[0]), measure, median(values), low, high, len(values)


def bootstrap(values: Sequence[float], statistic: Callable[[list[float]], float]) -> tuple[float | None, float | None]:
    """5th and 95th percentile of the statistic over resamples with replacement (B. Efron, 1979); None for a few values.

    Neighbouring days share part of their future, so the true interval is wider.
    """
    if len(values) < FEW:
        return None, None
    draw = random.Random(SEED)  # noqa: S311 - resampling, no secret
    found = sorted(statistic(draw.choices(values, k=len(values))) for _ in range(RESAMPLES))
    low, high = (found[round(q * (RESAMPLES - 1))] for q in INTERVAL)
    return low, high
