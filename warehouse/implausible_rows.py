"""Vendors' rows that break an expectation: the published table of them, one line each, and the reason of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import polars as pl

from tables.published.operations import IMPLAUSIBLE_ROWS
from warehouse.connection import transaction
from warehouse.marts import create_table, has_mart

FOUND = "implausible_found"
GIVEN = ("table_name", "finding", "implausible_value", "implausible_count", "is_excluded")  # what every query has
KEY = ("asset", "venue", "instrument", "feed", "symbol", "day")  # of which a query has some


def write_implausible_rows(
    connection: duckdb.DuckDBPyConnection, warned: Mapping[str, pl.DataFrame]
) -> dict[str, list[str]]:
    """Replace `marts.implausible_rows` by the rows of the tests that warned; returns each test's lines by its name.

    The tests are `plausible` and `ordinary` of dbt. A symbol gets its asset, venue and instrument.
    Other tests are ignored.
    """
    lines: dict[str, list[str]] = {}
    with transaction(connection):
        create_table(connection, IMPLAUSIBLE_ROWS)
        for name, found in warned.items():
            if not set(GIVEN) <= set(found.columns):
                continue
            rows = _with_instruments(connection, found)
            connection.register(FOUND, rows)
            connection.execute(f"INSERT INTO marts.{IMPLAUSIBLE_ROWS.name} BY NAME SELECT * FROM {FOUND}")  # noqa: S608
            connection.unregister(FOUND)
            lines[name] = [line_of(row) for row in rows.to_dicts()]
    return lines


def line_of(row: Mapping[str, Any]) -> str:
    """A row of the table as one line: `liquidations_daily: BTC 2020-03-13 liquidations exceed open interest: 2.31`."""
    who = [row["asset"] or row["symbol"] or "", *(row[name] for name in ("venue", "instrument") if row[name])]
    value = row["implausible_value"]
    number = "" if value is None else f": {_figure(value)}"
    rows = f" ({row['implausible_count']} rows)" if row["implausible_count"] > 1 else ""
    return f"{row['table_name']}: {' '.join(who)} {row['day']} {row['finding']}{number}{rows}"


def with_reasons(connection: duckdb.DuckDBPyConnection, days: pl.DataFrame) -> pl.DataFrame:
    """The classified days with the excluded rows of a day in the sentence of a day without a label."""
    if not has_mart(connection, IMPLAUSIBLE_ROWS.name):
        return days
    found = connection.sql(
        f"SELECT * FROM marts.{IMPLAUSIBLE_ROWS.name} WHERE is_excluded AND asset IS NOT NULL AND day IS NOT NULL"  # noqa: S608
        " AND table_name NOT LIKE 'positioning_%' ORDER BY ALL"  # no label needs positioning
    ).pl()
    if not found.height:
        return days
    reasons: dict[tuple[str, Any], list[str]] = {}
    for row in found.to_dicts():
        reasons.setdefault((row["asset"], row["day"]), []).append(_reason(row))
    excluded = pl.DataFrame(
        [(asset, day, "; ".join(dict.fromkeys(lines))) for (asset, day), lines in reasons.items()],
        schema={"asset": pl.String, "day": pl.Date, "reason": pl.String},
        orient="row",
    )
    sentence = pl.col("explanation").str.strip_suffix(".") + pl.format(" (excluded: {}).", "reason")
    is_concerned = (pl.col("event") == "insufficient_data") & pl.col("reason").is_not_null()
    return (
        days.join(excluded, on=["asset", "day"], how="left", maintain_order="left")
        .with_columns(pl.when(is_concerned).then(sentence).otherwise("explanation").alias("explanation"))
        .drop("reason")
    )


def new_lines(before: Iterable[Mapping[str, Any]], now: Iterable[Mapping[str, Any]]) -> list[str]:
    """The lines of the rows in `now` that are not in `before`."""
    known = {line_of(row) for row in before}
    return [line for line in map(line_of, now) if line not in known]


def _reason(row: Mapping[str, Any]) -> str:
    value = row["implausible_value"]
    where = f"{row['venue']} {row['instrument']}: " if row["venue"] and row["instrument"] else ""
    return f"{where}{row['finding']}" + ("" if value is None else f": {_figure(value)}")


def _with_instruments(connection: duckdb.DuckDBPyConnection, found: pl.DataFrame) -> pl.DataFrame:
    """All columns of the table, with what the catalogue says that the feed's symbol stands for."""
    absent = [pl.lit(None, pl.Date if name == "day" else pl.String).alias(name) for name in KEY if name not in found]
    listed = connection.sql("SELECT feed, symbol, asset, venue, instrument FROM ops.instruments").pl()
    named = found.with_columns(absent).join(listed, on=["feed", "symbol"], how="left", suffix="_listed")
    return named.with_columns(
        pl.coalesce(name, f"{name}_listed").alias(name) for name in ("asset", "venue", "instrument")
    ).select(IMPLAUSIBLE_ROWS.columns)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e15 else f"{value:.3g}"
