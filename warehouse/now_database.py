"""The database of the running day: the raw rows of the last weeks, and the hourly models over them.

It has a file of its own, so that an hour is read while a daily run has the build database open.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, timedelta

import duckdb
import polars as pl

from regimes import DailyMarts
from warehouse.connection import build_database, first_row, identifier
from warehouse.location import Warehouse

KEPT_DAYS = 100  # of raw rows: 90 days of hours, and a week before them for changes over a week
PRUNED_DAYS = 30  # more, and the file is made anew
WINDOWS = "int_window_24h__"
ROLLING = "rolling_24h_daily"
ENDED_AT = "window_ended_at"


@contextmanager
def now_database(warehouse: Warehouse, today: date) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database, open for reading and writing during the block; made anew once it has gathered too many days."""
    path = warehouse.now_database
    path.parent.mkdir(exist_ok=True)
    with build_database(path) as connection:
        if not _is_too_long(connection, today):
            yield connection
            return
    path.unlink()
    with build_database(path) as connection:
        yield connection


def first_kept_day(today: date) -> date:
    """The first day of which raw rows are loaded."""
    return today - timedelta(days=KEPT_DAYS)


def window_frames(connection: duckdb.DuckDBPyConnection, since: date) -> dict[str, pl.DataFrame]:
    """The windows that end after the day `since` has begun, by the name of the daily mart that they are shaped like.

    A mart without windows, such as exchange flows, is left out.
    """
    known = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'intermediate'"
    models = {name for (name,) in connection.execute(known).fetchall()}
    shaped = {mart.name: f"{WINDOWS}{mart.name.removesuffix('_daily')}" for mart in fields(DailyMarts)}
    shaped[ROLLING] = f"{WINDOWS}rolling"
    return {
        mart: connection.sql(
            f"SELECT * FROM intermediate.{identifier(model)} WHERE {ENDED_AT} > ?",  # noqa: S608 - quoted
            params=[since],
        ).pl()
        for mart, model in shaped.items()
        if model in models
    }


def _is_too_long(connection: duckdb.DuckDBPyConnection, today: date) -> bool:
    known = first_row(connection, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'coverage'")
    if not known or not known[0]:
        return False
    first = first_row(connection, "SELECT min(CAST(end_at AS DATE)) FROM ops.coverage")
    oldest = first_kept_day(today) - timedelta(days=PRUNED_DAYS)
    return bool(first and first[0] and first[0] < oldest)
