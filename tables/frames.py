"""Tables as Polars frames: the type of each field, empty frames, and frames checked before they are published."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from tables.field import Field, Kind
from tables.table import Table

DTYPES: dict[Kind, pl.DataType] = {
    "text": pl.String(),
    "number": pl.Float64(),
    "count": pl.Int64(),
    "flag": pl.Boolean(),
    "day": pl.Date(),
    "moment": pl.Datetime("us"),
}


class FrameMismatch(ValueError):
    """A frame does not have the columns of its table."""


def dtypes(fields: Iterable[Field]) -> dict[str, pl.DataType]:
    """The Polars type of each field by its name, in order."""
    return {field.name: DTYPES[field.kind] for field in fields}


def conform(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The frame with exactly the columns of `table`, in order. Raises FrameMismatch as `select_fields` does."""
    return select_fields(frame, table.fields, table.name)


def select_fields(frame: pl.DataFrame, fields: Iterable[Field], name: str) -> pl.DataFrame:
    """The frame with exactly these fields in this order; nothing is cast.

    Raises FrameMismatch, naming the frame, for a column that is absent or has another type.
    """
    wanted, found = dtypes(fields), frame.schema
    if absent := [column for column in wanted if column not in found]:
        raise FrameMismatch(f"{name} lacks {', '.join(absent)}")
    other = [f"{column} is {found[column]}, not {dtype}" for column, dtype in wanted.items() if found[column] != dtype]
    if other:
        raise FrameMismatch(f"{name}: {'; '.join(other)}")
    return frame.select(*wanted)
