"""Whether two engines have built the same: the rows of every relation, and the results of every data test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import duckdb
import polars as pl
from dbt.cli.main import dbtRunnerResult

from orchestration.engines.engine import Engine

TOLERANCE = 1e-9  # relative, of floating-point numbers; everything else is exact
SORTED_DIGITS = 6  # of numbers, when rows are put in order: below the tolerance the engines may disagree
AT_ONCE = 2  # relations


@dataclass(frozen=True)
class Verdict:
    """How a data test ended, and for how many rows it failed."""

    status: str
    failures: int | None


def verdicts(result: dbtRunnerResult) -> dict[str, Verdict]:
    """The end of every test by its name; of another node only where dbt could not build it.

    Raises what ended dbt itself.
    """
    if result.exception:
        raise result.exception
    ends = {one.node.name: one for one in getattr(result.result, "results", ())}
    return {
        name: Verdict(str(one.status), one.failures)
        for name, one in ends.items()
        if one.node.resource_type == "test" or one.status in ("error", "skipped")
    }


def different_verdicts(one: Mapping[str, Verdict], other: Mapping[str, Verdict]) -> list[str]:
    """One line for each test that did not end the same."""
    return [
        f"test {name}: {_said(one.get(name))} and {_said(other.get(name))}"
        for name in sorted({*one, *other})
        if one.get(name) != other.get(name)
    ]


def different_relations(
    relations: Iterable[str], connection: duckdb.DuckDBPyConnection, engine: Engine
) -> dict[str, list[str]]:
    """What differs between the relations in the build database and those of an engine, by relation."""

    def compared(relation: str) -> list[str]:
        query = f"select * from {relation}"
        with connection.cursor() as own:
            expected = own.sql(query).pl()
        try:
            return different_rows(relation, expected, engine.rows(connection, query))
        except Exception as error:  # noqa: BLE001 - an engine may fail in any way to read what it has built
            first_line, *_ = str(error).split("\n")
            return [f"{relation}: {type(error).__name__}: {first_line}"]

    relations = list(relations)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {name: lines for name, lines in zip(relations, pool.map(compared, relations), strict=True) if lines}


def different_rows(relation: str, one: pl.DataFrame, other: pl.DataFrame) -> list[str]:
    """One line for each difference between two versions of a relation, none when they are identical."""
    if one.columns != other.columns:
        return [f"{relation}: columns {', '.join(one.columns)} and {', '.join(other.columns)}"]
    if one.height != other.height:
        return [f"{relation}: {one.height} rows and {other.height}"]
    one, other = _comparable(one), _comparable(other)
    if one.schema != other.schema:
        return [
            f"{relation}.{name}: {one.schema[name]} and {other.schema[name]}"
            for name in one.columns
            if one.schema[name] != other.schema[name]
        ]
    return list(_different_columns(relation, _sorted(one), _sorted(other)))


def _different_columns(relation: str, one: pl.DataFrame, other: pl.DataFrame) -> Iterator[str]:
    for name in one.columns:
        differing = _differing(one[name], other[name]).arg_true()
        if len(differing):
            left, right = one[name][differing[0]], other[name][differing[0]]
            yield f"{relation}.{name}: {len(differing)} of {one.height} rows differ, such as {left!r} and {right!r}"


def _differing(one: pl.Series, other: pl.Series) -> pl.Series:
    """Whether the values differ, row by row. A null equals a null only, and NaN equals NaN."""
    exact = one.ne_missing(other)
    if not one.dtype.is_float():
        return exact
    size = pl.DataFrame([one.abs().alias("one"), other.abs().alias("other")]).max_horizontal()
    is_near = (one - other).abs() <= TOLERANCE * size
    return exact & ~(is_near & size.is_finite()).fill_null(value=False)


def _comparable(frame: pl.DataFrame) -> pl.DataFrame:
    """The engines may give whole numbers, decimals and moments in other widths; they are compared by value."""
    return frame.with_columns(
        pl.selectors.integer().cast(pl.Int64),
        (pl.selectors.decimal() | pl.selectors.float()).cast(pl.Float64),
        pl.selectors.datetime().cast(pl.Datetime("us")),
        pl.selectors.by_dtype(pl.Null).cast(pl.String),
    )


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    """In order of what must be exact, then of the numbers as far as they must agree."""
    exact = frame.select(~pl.selectors.float()).columns
    rounded = [pl.col(name).round_sig_figs(SORTED_DIGITS) for name in frame.columns if name not in exact]
    return frame.sort([*exact, *rounded], nulls_last=True) if frame.width else frame


def _said(verdict: Verdict | None) -> str:
    return "not there" if verdict is None else f"{verdict.status} ({verdict.failures or 0} rows)"
