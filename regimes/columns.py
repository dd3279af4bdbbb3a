"""A published column: name, type, unit, description, source. Which columns there are stands in schema.py."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

# One row per asset and UTC day: the grain of everything that is not said to have another.
KEY = ["asset", "day"]


@dataclass(frozen=True)
class Column:
    """One published column. `unit` is empty for texts; `source` is the mart the value was made from."""

    name: str
    dtype: pl.DataType
    unit: str
    description: str
    source: str = ""

    @property
    def comment(self) -> str:
        """What stands beside the column in a database: description and unit."""
        return f"{self.description} [{self.unit}]" if self.unit else self.description


def number(name: str, unit: str, source: str, description: str) -> Column:
    return Column(name, pl.Float64(), unit, description, source)


def text(name: str, description: str, source: str = "") -> Column:
    return Column(name, pl.String(), "", description, source)


def flag(name: str, description: str) -> Column:
    return Column(name, pl.Boolean(), "", description)


def day(name: str, description: str) -> Column:
    return Column(name, pl.Date(), "UTC day", description)


def moment(name: str, description: str) -> Column:
    return Column(name, pl.Datetime("us"), "UTC", description)


def count(name: str, unit: str, description: str) -> Column:
    return Column(name, pl.Int64(), unit, description)


KEY_COLUMNS = (
    text("asset", "Base asset, for example BTC."),
    day("day", "Calendar day in UTC, [00:00, 24:00)."),
)
