"""The history of hourly readings and events: each is landed before it is shown, and readers can ask for any time.

`regimes.hourly_readings` decides what is read anew, `regimes.hourly_events` what a reading announces.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import duckdb
import polars as pl

from ingest.landing import EVENTS, INGESTED_AT, READINGS, Landing
from ingest.windows import Window
from tables.published.hourly import EVENT, EVENTS_HOURLY, READING, READINGS_HOURLY
from tables.table import Table
from warehouse.connection import identifier
from warehouse.marts import write_table
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables

NOW_AS_OF = "now_as_of"


def landed_readings(connection: duckdb.DuckDBPyConnection, landing: Landing) -> pl.DataFrame:
    """Every landed reading, after loading new segments. `available_at` is the time at which it landed (UTC)."""
    return _landed(connection, landing, READINGS_HOURLY)


def landed_events(connection: duckdb.DuckDBPyConnection, landing: Landing) -> pl.DataFrame:
    """Every landed event, after loading new segments. `available_at` is the time at which it landed (UTC)."""
    return _landed(connection, landing, EVENTS_HOURLY)


def land_readings(landing: Landing, readings: pl.DataFrame, now: datetime) -> None:
    """Land new readings. Call it before anything shows them: no reading is shown without its record."""
    _record(landing, READINGS, readings.select(READING), "window_ended_at", now)


def land_events(landing: Landing, events: pl.DataFrame, now: datetime) -> None:
    """Land new events. Call it before anything shows them."""
    _record(landing, EVENTS, events.select(EVENT), "happened_at", now)


def write_hourly_tables(connection: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    """Replace `marts.readings_hourly` and `marts.events_hourly` by all that has landed."""
    for table in (READINGS_HOURLY, EVENTS_HOURLY):
        write_table(connection, table, _landed(connection, landing, table))


def undelivered_events(landing: Landing, delivered: Collection[str], since: datetime) -> list[dict[str, Any]]:
    """The events that landed after `since` (UTC, naive) and are not in `delivered`, by event_id; oldest first.

    Reads the landed files alone, so that it works while a run has the databases open.
    """
    frames = [landing.read(segment).rows for segment in landing.segments([EVENTS])]
    if not frames:
        return []
    events = pl.concat(frames).rename({INGESTED_AT: "available_at"}).select(EVENTS_HOURLY.columns)
    # A crash between two files may repeat an event: the first row counts.
    first = events.sort("available_at", "event_id").unique("event_id", keep="first", maintain_order=True)
    return first.filter((pl.col("available_at") > since) & ~pl.col("event_id").is_in(list(delivered))).to_dicts()


def now_as_of_macro() -> str:
    """The statement that creates `now_as_of(ts)`: of each window the newest reading available at `ts` (UTC)."""
    columns = ", ".join(identifier(name) for name in READINGS_HOURLY.columns)
    ranked = (
        "row_number() OVER (PARTITION BY asset, window_ended_at ORDER BY available_at DESC, revision DESC) AS newest"
    )
    known = f"SELECT {columns}, {ranked} FROM {READINGS_HOURLY.name} WHERE available_at <= CAST(ts AS TIMESTAMP)"  # noqa: S608
    return (
        f"CREATE MACRO {NOW_AS_OF}(ts) AS TABLE SELECT {columns} FROM ({known})"  # noqa: S608
        " WHERE newest = 1 ORDER BY asset, window_ended_at"
    )


def _landed(connection: duckdb.DuckDBPyConnection, landing: Landing, table: Table) -> pl.DataFrame:
    create_tables(connection)
    load_segments(connection, landing, folders=[table.name])
    columns = ", ".join(
        f"{INGESTED_AT} AS available_at" if name == "available_at" else identifier(name) for name in table.columns
    )
    order = ", ".join(identifier(name) for name in (*table.key, "available_at"))
    return connection.sql(f"SELECT {columns} FROM raw.{table.name} ORDER BY {order}").pl()  # noqa: S608


def _record(landing: Landing, folder: str, rows: pl.DataFrame, moment: str, now: datetime) -> None:
    if rows.height:
        days = (rows[moment] - timedelta(microseconds=1)).dt.date()
        landing.record(folder, rows, Window.of_days(days.min(), days.max()), now)  # type: ignore[arg-type]
