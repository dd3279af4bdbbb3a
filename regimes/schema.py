"""Frames of the rules' published tables: the key that they share, and frames checked before they leave.

Which columns there are is in `tables.published`, what they mean in `tables.fields`.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tables import field, frames
from tables.published import market
from tables.published import regimes as published

# One row per asset and UTC day: the grain of every table that is not said to have another.
KEY = [*published.KEY]
TABLES = {table.name: table for table in (*published.TABLES, *market.TABLES)}


def conform(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """The frame with exactly the published columns of `table`. Raises FrameMismatch for a column that is not."""
    return frames.conform(frame, TABLES[table])


def selected(frame: pl.DataFrame, columns: Sequence[str], name: str) -> pl.DataFrame:
    """The frame with exactly these columns in this order. Raises FrameMismatch, naming the frame."""
    return frames.select_fields(frame, [field(column) for column in columns], name)


def dtypes(columns: Sequence[str]) -> dict[str, pl.DataType]:
    """The Polars type of each of these columns, in order."""
    return frames.dtypes(field(column) for column in columns)
