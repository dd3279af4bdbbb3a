"""From a parser's frame to typed rows and quarantined rows, by the feed's Pandera schema.

A schema is made of fields (`tables.fields`), which say each column's type, unit, sentence and limits; the raw table is
made from it. Here are the builders of schemas, and what is done with a frame. The schemas are with their venues.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaErrors

import tables
from ingest.errors import SchemaBroken
from tables.field import Field
from tables.frames import DTYPES

GENESIS = datetime(2009, 1, 3)  # the first Bitcoin block: nothing here can have been observed before it
TIMESTAMP = pl.Datetime("us")
LAST_MICROSECOND = 253_402_300_799_999_999  # of the year 9999


PRICES = ("open", "high", "low", "close")
Named = tuple[str, pa.Column]
"""A column of a raw table under its name, as `column` makes it."""


def column(
    name: str,
    meaning: str = "",
    *,
    note: str = "",
    optional: bool = False,
    allowed: Sequence[str] = (),
    checks: Sequence[pa.Check] = (),
) -> Named:
    """A column of a raw table. `meaning` is the field that describes it where the landed name is another one.

    `optional` columns may be null, `allowed` are the texts that may occur, `checks` replace the field's limits, `note`
    adds to the field's sentence what is special about this feed.
    Raises FieldError when no field has that name.
    """
    described = tables.Column(tables.field(meaning or name), note)
    field = described.field
    made = pa.Column(
        DTYPES[field.kind],
        _checks(field, allowed or field.allowed, checks),
        nullable=optional,
        description=described.description({}),
        metadata={"column": described},
    )
    return name, made


def feed_schema(name: str, *columns: str | Named, checks: Iterable[pa.Check] = ()) -> pa.DataFrameSchema:
    """The schema of the feed `name`: its columns in order, a plain name for one that needs nothing said about it."""
    named = dict(column(one) if isinstance(one, str) else one for one in columns)
    return pa.DataFrameSchema(named, checks=list(checks), strict=True, name=name)


def _checks(field: Field, allowed: Sequence[str], instead: Sequence[pa.Check]) -> list[pa.Check]:
    checks = []
    if field.kind == "number":
        checks.append(pa.Check(lambda data: data.lazyframe.select(pl.col(data.key).is_finite()), name="finite"))
    if allowed:
        checks.append(pa.Check.isin(list(allowed), error=f"none of {', '.join(allowed)}"))
    if instead:
        return [*checks, *instead]
    if field.above is not None:
        checks.append(pa.Check.gt(field.above, error="positive" if field.above == 0 else f"above {field.above:g}"))
    if field.low is not None and field.high is not None:
        low, high = field.low, field.high
        checks.append(pa.Check.in_range(low, high, error=f"within {low:g} to {high:g}"))
    elif field.low is not None:
        checks.append(pa.Check.ge(field.low, error="not negative" if field.low == 0 else f"not below {field.low:g}"))
    return checks


def not_zero() -> pa.Check:
    return pa.Check.ne(0, error="not zero")


def not_negative() -> pa.Check:
    return pa.Check.ge(0, error="not negative")


def rows(rule: str, expression: pl.Expr) -> pa.Check:
    """A rule over several columns of one row; it holds where `expression` is true or null."""
    return pa.Check(lambda data: data.lazyframe.select(expression.fill_null(True)), name=rule)


ORDERED = rows("high below low", pl.col("high") >= pl.col("low"))
PRICES_FIT = (
    ORDERED,
    rows(
        "open or close outside high and low",
        (pl.max_horizontal("open", "close") <= pl.col("high")) & (pl.min_horizontal("open", "close") >= pl.col("low")),
    ),
)

DAILY_BARS = (rows("opens at midnight", pl.col("open_at").dt.truncate("1d") == pl.col("open_at")), *PRICES_FIT)


def forming(opened: str, step: timedelta, now: datetime) -> pl.Expr:
    """True for a bar that is not over at `now`. One that opens after tomorrow is no bar but a wrong stamp: False."""
    present = now.astimezone(UTC).replace(tzinfo=None)
    start = pl.col(opened).cast(TIMESTAMP)
    return ((start + step > present) & (start <= present + timedelta(days=1))).fill_null(False)


def sensible(stamp: pl.Expr, now: datetime) -> pl.Expr:
    """True for a stamp from the first Bitcoin block to a day after `now`; null where there is none."""
    return stamp.is_between(GENESIS, now.astimezone(UTC).replace(tzinfo=None) + timedelta(days=1))


def since_1970(ticks: pl.Expr, microseconds: int) -> pl.Expr:
    """Whole `ticks` of so many microseconds since 1970 as a timestamp; null where no calendar has a day for them."""
    held = ticks.is_between(0, LAST_MICROSECOND // microseconds)
    return pl.when(held).then(ticks * microseconds).cast(TIMESTAMP)


@dataclass(frozen=True)
class Conformed:
    """`rows` in the schema's columns and order; `quarantined` as (symbol, reason, payload), payload as JSON.

    A row without a cell that it had is in both, with KEPT at the end of its reason.
    """

    rows: pl.DataFrame
    quarantined: pl.DataFrame


KEPT = "the row is kept without it"
REASONS = {"row": pl.UInt32, "column": pl.String, "reason": pl.String}  # the column is null for a rule over several
QUARANTINE_COLUMNS = {"symbol": pl.String, "reason": pl.String, "payload": pl.String}


def conform(frame: pl.DataFrame, schema: pa.DataFrameSchema, key: tuple[str, ...], now: datetime) -> Conformed:
    """Split `frame` into rows that satisfy `schema` and rows that do not, each of these with its reasons.

    `frame` has the schema's columns, text where a parser left a number, a day (2026-02-01), a moment in UTC
    (2026-02-01 08:00:00) or a truth value (true, false) as published. Text that is none of these, a null where none may
    be, a broken check, a moment before 2009 or later than one day after `now`: quarantined.
    In a column that may be null, only the cell is lost: it becomes null and the quarantined row says so. NaN there is
    null, as a blank is.
    Of rows with one key in one payload the last is kept; earlier ones that differ from it are quarantined.

    Raises SchemaBroken when the columns themselves differ: that is a mistake in the parser.
    """
    if set(frame.columns) != set(schema.columns):
        differ = sorted(set(frame.columns) ^ set(schema.columns))
        raise SchemaBroken(f"parser and schema {schema.name} disagree on columns {differ}")
    published = frame.select(*schema.columns).with_row_index("row")
    optional = [name for name, column in schema.columns.items() if column.nullable and name not in key]
    typed = published.with_columns(
        _read(name, published.schema[name], column.dtype.type) for name, column in schema.columns.items()
    )
    unparsable = _unparsable(published, typed, schema)
    typed = typed.with_columns(
        pl.col(name).fill_nan(None) for name in optional if schema.columns[name].dtype.type.is_float()
    )
    broken = _concat(*unparsable, *_absurd_moments(typed, schema, now), *_broken_checks(typed, schema))
    cells = broken.filter(pl.col("column").is_in(optional))
    if cells.height:
        typed = _blanked(typed, cells)
        required = broken.filter(~pl.col("column").is_in(optional).fill_null(False))
        broken = _concat(required, *_broken_checks(typed, schema))
    whole = typed.join(broken, on="row", how="anti", maintain_order="left")
    good = whole.drop("row")
    if _repeats(good, key):  # what follows compares every cell
        superseded = _superseded(whole, key)  # a broken row supersedes nothing
        broken = _concat(broken, superseded)
        left = whole.join(superseded, on="row", how="anti", maintain_order="left")
        good = left.drop("row").unique(maintain_order=True)
    if broken.is_empty() and cells.is_empty():
        return Conformed(good, pl.DataFrame(schema=QUARANTINE_COLUMNS))
    kept = cells.join(broken, on="row", how="anti", maintain_order="left").with_columns(pl.lit(True).alias("kept"))
    lost = _concat(cells.join(broken, on="row", how="semi"), broken).with_columns(pl.lit(False).alias("kept"))
    by_row = (
        pl.concat([lost, kept])
        .unique(["row", "reason"], maintain_order=True)
        .group_by("row", "kept", maintain_order=True)
        .agg(pl.col("reason").str.join("; "))
        .with_columns(
            pl.when("kept").then(pl.format("{}; {}", "reason", pl.lit(KEPT))).otherwise("reason").alias("reason")
        )
        .drop("kept")
    )
    named = "symbol" if "symbol" in schema.columns else key[0]
    quarantined = by_row.join(published, on="row", how="inner").select(
        pl.col(named).cast(pl.String).alias("symbol"),
        "reason",
        pl.struct(pl.exclude("row", "reason")).struct.json_encode().alias("payload"),
    )
    return Conformed(good, quarantined)


def _concat(*found: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=REASONS), *found])


def _blanked(typed: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """The rows with null in the given cells (row, column)."""
    return typed.with_columns(
        pl.when(pl.col("row").is_in(found["row"].implode())).then(None).otherwise(pl.col(name)).alias(name)
        for (name,), found in cells.group_by("column")
    )


def _read(name: str, published: pl.DataType, wanted: pl.DataType) -> pl.Expr:
    """The column as `wanted`, null where it cannot be."""
    column = pl.col(name)
    if published != pl.String or wanted == pl.String:
        return column.cast(wanted, strict=False)
    if wanted == pl.Date:
        return column.str.to_date("%Y-%m-%d", strict=False)
    if wanted == TIMESTAMP:
        plain = column.str.replace("T", " ").str.strip_suffix("Z")
        return plain.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    if wanted == pl.Boolean:
        return column.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    return column.cast(wanted, strict=False)


def _unparsable(published: pl.DataFrame, typed: pl.DataFrame, schema: pa.DataFrameSchema) -> list[pl.DataFrame]:
    found = []
    for name, column in schema.columns.items():
        if published.schema[name] == column.dtype.type:
            continue
        lost = published[name].is_not_null() & typed[name].is_null()
        if lost.any():
            found.append(_reason(typed.filter(lost), f"{name}: unparsable", name))
    return found


def _absurd_moments(typed: pl.DataFrame, schema: pa.DataFrameSchema, now: datetime) -> list[pl.DataFrame]:
    latest = now.astimezone(UTC).replace(tzinfo=None) + timedelta(days=1)
    found = []
    for name, column in schema.columns.items():
        if not column.dtype.type.is_temporal():
            continue
        observed = pl.col(name).cast(TIMESTAMP)
        absurd = typed.filter((observed < GENESIS) | (observed > latest))
        if absurd.height:
            found.append(_reason(absurd, f"{name}: absurd timestamp", name))
    return found


def _broken_checks(typed: pl.DataFrame, schema: pa.DataFrameSchema) -> list[pl.DataFrame]:
    try:
        # Pandera's own variables (PANDERA_VALIDATION_ENABLED ...) could switch the checks off.
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            schema.validate(typed.drop("row"), lazy=True)
    except SchemaErrors as broken:
        cases = broken.failure_cases
        if cases["index"].null_count():
            raise SchemaBroken(f"schema {schema.name}: {cases['check'].to_list()}") from broken
        about_row = pl.col("column") == schema.name
        rule = (
            pl.when(about_row)
            .then(pl.col("check"))
            .otherwise(
                pl.format("{}: {}", "column", pl.col("check").str.replace("not_nullable", "missing", literal=True))
            )
        )
        about = pl.when(~about_row).then(pl.col("column").cast(pl.String)).alias("column")
        return [cases.select(pl.col("index").cast(pl.UInt32).alias("row"), about, rule.alias("reason"))]
    return []


def _repeats(rows: pl.DataFrame, key: tuple[str, ...]) -> bool:
    """Whether two rows share a key. Most payloads are sorted by it, which is found faster than a hash of each key."""
    keys = rows.select(key).sort(key)
    return bool(keys.select(pl.all_horizontal(pl.all().eq_missing(pl.all().shift())).any()).item())


def _superseded(typed: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """The reasons of rows that share a key with a later, different row of the same payload."""
    last = typed.unique(subset=list(key), keep="last", maintain_order=True).drop("row")
    earlier = typed.join(last, on=last.columns, how="anti", nulls_equal=True)
    return _reason(earlier, "superseded by a later row of the same payload")


def _reason(found: pl.DataFrame, reason: str, column: str | None = None) -> pl.DataFrame:
    return found.select(
        pl.col("row").cast(pl.UInt32), pl.lit(column, pl.String).alias("column"), pl.lit(reason).alias("reason")
    )


def column_of(column: Any) -> tables.Column:  # noqa: ANN401 - a Pandera column
    """The field behind a column of a feed's schema, with this feed's note."""
    return column.metadata["column"]
