"""The database of the running day: the raw rows of the last weeks, and the hourly models over them.

It has a file of its own, so that an hour is read while a daily run has the build database open.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, timedelta
from itertools import starmap

import duckdb
import polars as pl

from ingest.landing import RECORDS, Segment
from regimes import DailyMarts
from warehouse.connection import build_database, identifier
from warehouse.location import Warehouse
from warehouse.raw_tables import create_tables

MODELLED_DAYS = 32  # of hours: a feed of liquidations counts by the same hour of the 30 days before
KEPT_DAYS = MODELLED_DAYS + 9  # of raw rows: changes over a week need the hours of a week before
PRUNED_DAYS = 30  # more, and the file is made anew
WINDOWS = "int_window_24h__"
ROLLING = "rolling_24h_daily"
ENDED_AT = "window_ended_at"


@contextmanager
def now_database(warehouse: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database, open for reading and writing during the block; made when it is missing or damaged."""
    warehouse.now_database.parent.mkdir(exist_ok=True)
    with build_database(warehouse.now_database) as connection:
        yield connection


def drop_if_too_long(warehouse: Warehouse, today: date) -> None:
    """Remove the database once it holds segments that are PRUNED_DAYS older than what is loaded into a new one."""
    if not warehouse.now_database.exists():
        return
    with now_database(warehouse) as connection:
        create_tables(connection)
        held = connection.execute("SELECT segment, feed, ingested_at FROM raw.load_ledger").fetchall()
    days = [segment.last_day for segment in starmap(Segment, held) if segment.feed not in RECORDS]
    if days and min(days) < first_kept_day(today) - timedelta(days=PRUNED_DAYS):
        warehouse.now_database.unlink()


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
