"""Marts as Polars frames: reading those that dbt built, and writing those that Python makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

import duckdb
import polars as pl

from regimes import DailyMarts, load_parameters
from regimes.chunks import chunks_of
from tables import Table
from warehouse.connection import first_row, identifier, literal, transaction
from warehouse.errors import WarehouseError

DAILY_MARTS = [field.name for field in fields(DailyMarts)]


def read_mart(connection: duckdb.DuckDBPyConnection, name: str, assets: Sequence[str] | None = None) -> pl.DataFrame:
    """`marts.<name>` as a frame, all of it or the rows of `assets`. Raises WarehouseError when dbt has not built it."""
    query = f"SELECT * FROM marts.{identifier(name)}"  # noqa: S608 - quoted
    try:
        if assets is None:
            return connection.sql(query).pl()
        return connection.sql(f"{query} WHERE asset IN (SELECT unnest(?))", params=[list(assets)]).pl()
    except duckdb.CatalogException as error:
        raise WarehouseError(f"there is no marts.{name}; run dbt build, or leverage run") from error


def read_daily_marts(connection: duckdb.DuckDBPyConnection, assets: Sequence[str] | None = None) -> DailyMarts:
    """The marts that the features are computed from, as `read_mart` reads them."""
    return DailyMarts(**{name: read_mart(connection, name, assets) for name in DAILY_MARTS})


def chunks_of_assets(connection: duckdb.DuckDBPyConnection, *marts: str) -> Iterator[Sequence[str]]:
    """The assets that have a row in one of the marts, sorted, as `chunks_of` shares them out.

    Raises WarehouseError when dbt has not built one of them.
    """
    query = " UNION ".join(f"SELECT DISTINCT asset FROM marts.{identifier(name)}" for name in marts)  # noqa: S608
    try:
        found = connection.execute(f"{query} ORDER BY asset").fetchall()
    except duckdb.CatalogException as error:
        raise WarehouseError(f"one of marts.{', marts.'.join(marts)} is missing; run leverage run") from error
    yield from chunks_of([asset for (asset,) in found])


def has_mart(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether `marts.<name>` exists."""
    found = first_row(
        connection, "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'marts' AND table_name = ?", [name]
    )
    return bool(found and found[0])


def write_table(connection: duckdb.DuckDBPyConnection, table: Table, frame: pl.DataFrame) -> None:
    """Replace the published table by `frame`, with its comments."""
    write_mart(connection, table.name, frame, table.description, comments_of(table))


def create_table(connection: duckdb.DuckDBPyConnection, table: Table, name: str | None = None) -> None:
    """Replace the published table, or the one called `name`, by an empty one with its columns and comments."""
    comments = comments_of(table)
    columns = {field.name: (field.sql_type, comments[field.name]) for field in table.fields}
    create_mart(connection, name or table.name, table.description, columns)


@contextmanager
def remade(connection: duckdb.DuckDBPyConnection, *tables: Table) -> Iterator[Callable[[Table, pl.DataFrame], None]]:
    """Replace the published tables at the end of the block by the rows that the block appended, a frame at a time.

    Until then, and when the block raises, they stay as they are. The rows wait in tables of their own and not in a
    transaction, because DuckDB holds every frame of an open transaction in memory. Checkpoints wait for the end: each
    would write the last rows of the growing tables once more, which takes as long as appending them.
    """
    beside = {table.name: f"{table.name}__next" for table in tables}
    connection.execute("SET wal_autocheckpoint = '4GB'")
    for table in tables:
        create_table(connection, table, beside[table.name])

    def append(table: Table, frame: pl.DataFrame) -> None:
        append_rows(connection, f"marts.{identifier(beside[table.name])}", frame)

    try:
        yield append
        with transaction(connection):
            for name, waiting in beside.items():
                connection.execute(f"DROP TABLE IF EXISTS marts.{identifier(name)}")
                connection.execute(f"ALTER TABLE marts.{identifier(waiting)} RENAME TO {identifier(name)}")
    finally:
        for waiting in beside.values():
            connection.execute(f"DROP TABLE IF EXISTS marts.{identifier(waiting)}")
        connection.execute("RESET wal_autocheckpoint")


def append_rows(connection: duckdb.DuckDBPyConnection, quoted_table: str, frame: pl.DataFrame) -> None:
    """Append the frame to a table, column by name."""
    connection.register("frame_to_append", frame)
    try:
        connection.execute(f"INSERT INTO {quoted_table} BY NAME FROM frame_to_append")
    finally:
        connection.unregister("frame_to_append")


def comments_of(table: Table) -> dict[str, str]:
    """The comment of each column: its sentence with the numbers of the rules, and its unit."""
    numbers = load_parameters().numbers
    return {column.name: column.comment(numbers) for column in table}


def write_mart(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    frame: pl.DataFrame,
    about: str,
    columns: Mapping[str, str],
) -> None:
    """Replace `marts.<name>` by `frame`, with comments on the table and its columns."""
    table = f"marts.{identifier(name)}"
    connection.execute("CREATE SCHEMA IF NOT EXISTS marts")
    connection.register("frame_to_write", frame)
    try:
        with transaction(connection):
            connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM frame_to_write")  # noqa: S608 - quoted
            comment_on(connection, name, about, columns)
    finally:
        connection.unregister("frame_to_write")


def create_mart(
    connection: duckdb.DuckDBPyConnection, name: str, about: str, columns: Mapping[str, tuple[str, str]]
) -> None:
    """Replace `marts.<name>` by an empty table. `columns` has the SQL type and the comment of each column."""
    typed = ", ".join(f"{identifier(column)} {sql_type}" for column, (sql_type, _) in columns.items())
    connection.execute("CREATE SCHEMA IF NOT EXISTS marts")
    connection.execute(f"CREATE OR REPLACE TABLE marts.{identifier(name)} ({typed})")
    comment_on(connection, name, about, {column: comment for column, (_, comment) in columns.items()})


def comment_on(connection: duckdb.DuckDBPyConnection, name: str, about: str, columns: Mapping[str, str]) -> None:
    """Write comments on `marts.<name>` and its columns."""
    table = f"marts.{identifier(name)}"
    comments = [f"COMMENT ON TABLE {table} IS {literal(about)}"]
    for column, comment in columns.items():
        comments.append(f"COMMENT ON COLUMN {table}.{identifier(column)} IS {literal(comment)}")
    connection.execute("; ".join(comments))


def mart_extent(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    """`rows`, and `first_day` and `last_day` if the mart has a column `day`."""
    row = first_row(connection, f"SELECT count(*) FROM marts.{identifier(name)}")  # noqa: S608 - quoted
    found: dict[str, Any] = {"rows": row[0] if row else 0}
    dated = first_row(
        connection,
        "SELECT count(*) FROM duckdb_columns() WHERE schema_name = 'marts' AND table_name = ? AND column_name = 'day'",
        [name],
    )
    if dated and dated[0]:
        days = first_row(connection, f"SELECT min(day), max(day) FROM marts.{identifier(name)}")  # noqa: S608
        found["first_day"], found["last_day"] = days or (None, None)
    return found
