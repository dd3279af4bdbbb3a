"""From published rows to a frame: which field becomes which column, and how a stamp is written.

Numbers stay text, as published; `ingest.schema.conform` types them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandera.polars as pa
import polars as pl

from ingest.instrument import Instrument
from ingest.schema import TIMESTAMP, Named, column, feed_schema, since_1970

StampUnit = Literal["s", "ms", "s or ms", "ms or us", "iso"]
TICKS = {"s": 1_000_000, "ms": 1_000, "us": 1}  # microseconds
MILLISECONDS_FROM = 10**11  # a larger stamp is in milliseconds: in seconds it would be the year 5138
MICROSECONDS_FROM = 10**14
ISO = "%Y-%m-%dT%H:%M:%S%.fZ"


def stamped(column: str, unit: StampUnit = "ms") -> pl.Expr:
    """Ticks since 1970, or `iso` text in UTC, as a timestamp; null where they are none.

    `s or ms` and `ms or us` are decided by the size of each stamp.
    """
    if unit == "iso":
        return pl.col(column).str.to_datetime(ISO, time_unit="us", strict=False)
    ticks = pl.col(column).cast(pl.Int64, strict=False)
    coarse, _, fine = unit.partition(" or ")
    if not fine:
        return since_1970(ticks, TICKS[coarse])
    limit = MILLISECONDS_FROM if fine == "ms" else MICROSECONDS_FROM
    return pl.when(ticks >= limit).then(since_1970(ticks, TICKS[fine])).otherwise(since_1970(ticks, TICKS[coarse]))


def text_frame(records: Iterable[Sequence[Any] | Mapping[str, Any]], fields: Sequence[str]) -> pl.DataFrame:
    """Rows, as lists or as mappings, as a frame of text with these columns; what is blank or absent is null."""
    lines = [[None if cell in (None, "") else str(cell) for cell in _cells(record, fields)] for record in records]
    return pl.DataFrame(lines, schema=dict.fromkeys(fields, pl.String), orient="row")


def _cells(record: Sequence[Any] | Mapping[str, Any], fields: Sequence[str]) -> Sequence[Any]:
    if isinstance(record, Mapping):
        return [record.get(field) for field in fields]
    return [*record, *[None] * len(fields)][: len(fields)]


def same(*names: str) -> dict[str, str]:
    """The field map of fields that are published under the names of their columns."""
    return {name: name for name in names}


PRICES = same("open", "high", "low", "close")


@dataclass(frozen=True)
class Stamp:
    """The published field with the time of a row, and the column that it becomes, with `note` if it needs one.

    The field is blank where the venue sends no stamp, and the row has the time of the run.
    `floor` is a Polars duration such as 1h: the time is rounded down to it, as venues stamp settlements some
    milliseconds late.
    """

    field: str
    column: str
    unit: StampUnit = "ms"
    floor: str = ""
    note: str = ""

    def moments(self) -> pl.Expr:
        """The moments that the field has."""
        moment = stamped(self.field, self.unit)
        return moment.dt.truncate(self.floor) if self.floor else moment


@dataclass(frozen=True)
class Fields:
    """One declaration of a row: the published fields, the columns that they become, and the rules of the schema.

    `columns` maps published names to columns, a plain name for one that needs nothing said about it; `inverse_columns`
    are those that differ for inverse contracts, where the venue counts in other units. `made` are columns made by an
    expression over the published fields instead. `cells` names the places of a row that is a list. `where` keeps the
    rows for which it is true, by published names. `constants` are columns with one value in every row. `symbol` is the
    column of the symbol, `checks` are rules over several columns.
    """

    stamp: Stamp
    columns: Mapping[str, str | Named]
    inverse_columns: Mapping[str, str | Named] = field(default_factory=dict)
    made: Mapping[str, pl.Expr] = field(default_factory=dict)
    cells: Sequence[str] = ()
    where: pl.Expr | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    symbol: str | Named = "symbol"
    checks: Sequence[pa.Check] = ()

    @property
    def names(self) -> dict[str, str]:
        """Published name to column name."""
        return {published: _name(one) for published, one in self.columns.items()}

    @property
    def row(self) -> type:
        """The type of a published row."""
        return list if self.cells else dict

    def schema(self, name: str, intervals: Sequence[str] = ()) -> pa.DataFrameSchema:
        """The schema of the feed `name`: symbol, interval if there are `intervals`, stamp, then the mapped columns.

        The stamp comes later where its field is one of the mapped ones. What a field becomes for an inverse contract
        comes after what it becomes for a linear one.
        """
        columns = [self.symbol, *([column("interval", allowed=intervals)] if intervals else [])]
        if self.stamp.column not in self.names.values():
            columns.append(column(self.stamp.column, note=self.stamp.note))
        for published, one in self.columns.items():
            columns += [one, self.inverse_columns.get(published, one)]
        named: dict[str, str | Named] = {}
        for one in (*columns, *self.constants):
            named.setdefault(_name(one), one)
        return feed_schema(name, *named.values(), checks=self.checks)

    def stamp_of(self, row: Any) -> int:  # noqa: ANN401 - whatever JSON came
        """The stamp of a published row in milliseconds. Raises as `ingest.fetch.pages.StampOf` says."""
        ticks = int(row[self.cells.index(self.stamp.field) if self.cells else self.stamp.field])
        if self.stamp.unit == "s" or (self.stamp.unit == "s or ms" and ticks < MILLISECONDS_FROM):
            return ticks * 1000
        return ticks // 1000 if self.stamp.unit == "ms or us" and ticks >= MICROSECONDS_FROM else ticks

    def frame(self, rows: Iterable[Any], instrument: Instrument, interval: str = "") -> pl.DataFrame:
        """Published rows as a frame: the symbol, the interval if there is one, the stamp, and the mapped columns.

        The symbol is the instrument's unless a field becomes it. Columns of contracts of the other kind are null.
        """
        columns = {**self.columns, **self.inverse_columns} if instrument.margin_type == "inverse" else self.columns
        published = text_frame(rows, self.cells or [*dict.fromkeys((self.stamp.field, *columns))])
        if self.where is not None:
            published = published.filter(self.where)
        others = dict.fromkeys([self.stamp.column, *self.names.values(), *map(_name, self.inverse_columns.values())])
        fixed = {
            "symbol": instrument.symbol,
            **({"interval": interval} if interval else {}),
            **others,
            **self.constants,
        }
        made = {name: pl.lit(value, pl.String) for name, value in fixed.items()}
        made |= {_name(one): self._read(field, one) for field, one in columns.items()}
        return published.select(**{**made, self.stamp.column: self.stamp.moments()})

    def _read(self, published: str, one: str | Named) -> pl.Expr:
        """The column of a field: text, or a timestamp in the unit of the stamp where the column is declared as one."""
        is_moment = not isinstance(one, str) and one[1].dtype.type == TIMESTAMP
        read = stamped(published, self.stamp.unit) if is_moment else pl.col(published)
        return self.made.get(_name(one), read)


def _name(column: str | Named) -> str:
    return column if isinstance(column, str) else column[0]
