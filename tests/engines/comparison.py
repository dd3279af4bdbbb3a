"""Whether two engines have built the same: the rows of every relation, and the results of every data test."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from dbt.cli.main import dbtRunnerResult

TOLERANCE = 1e-9  # relative, of floating-point numbers; everything else is exact
SORTED_DIGITS = 6  # of numbers, when rows are put in order: below the tolerance the engines may disagree


@dataclass(frozen=True)
class Verdict:
    """How a data test ended, and for how many rows it failed."""

    status: str
    failures: int | None


def verdicts(result: dbtRunnerResult) -> dict[str, Verdict]:
    """The end of every test by its name; of another node only where dbt could not build it."""
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
        pairs = [pair for pair in zip(one[name], other[name], strict=True) if not _same(*pair)]
        if pairs:
            left, right = pairs[0]
            yield f"{relation}.{name}: {len(pairs)} of {one.height} rows differ, such as {left!r} and {right!r}"


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=TOLERANCE) or (math.isnan(one) and math.isnan(other))
    return bool(one == other)


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
