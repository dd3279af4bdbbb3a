"""Times of pandas as moments in UTC: the ends of bars, at which a bot decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl

from leverage.frame import import_pandas


def bar_ends(opened_at: Any, bar: timedelta) -> pl.Series:  # noqa: ANN401 - an index or a column of pandas
    """The ends of bars that open at these times; times without a zone are in UTC."""
    index = import_pandas().DatetimeIndex(opened_at).as_unit("us")
    return pl.Series("moment", index.asi8.tolist(), dtype=pl.Int64).cast(pl.Datetime("us")) + bar
