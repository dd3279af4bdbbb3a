"""The smallest feed that shows everything (two numbers a day), segments of it, and marts with a row or two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import polars as pl

from ingest.coverage import Part
from ingest.feeds import feed_named
from ingest.landing import Landing, Segment
from ingest.windows import Window
from tables.published import market
from warehouse.location import Calendar
from warehouse.marts import create_table
from warehouse.publishing.latest_json import FIGURES, LABEL
from warehouse.run_context import RunContext

FEED = feed_named("coinalyze_liquidations")
SYMBOL = "BTCUSDT_PERP.A"
NOW = datetime(2026, 2, 2, 6, tzinfo=UTC)
FIRST, LAST = date(2026, 1, 30), date(2026, 2, 1)
RUN = RunContext(NOW, Calendar(FIRST, LAST))
NUMBERS = {"confidence", *FIGURES} - {"funding_state"}


def day(number: int, *, absent: bool = False) -> Part:
    """What a fetch of one day of February answers for."""
    window = Window.of_days(date(2026, 2, number), date(2026, 2, number))
    return Part(SYMBOL, "archive" if absent else "rest", window, 0 if absent else 1, absent=absent)


def rows(number: int = 1, long_coin: float = 1.5) -> pl.DataFrame:
    held = {"symbol": [SYMBOL], "open_at": [datetime(2026, 2, number)], "long_coin": [long_coin], "short_coin": [0.5]}
    return pl.DataFrame(held | {"long_usd": [None], "short_usd": [None]}, schema=FEED.rows_schema())


def land(landing: Landing, number: int = 1, long_coin: float = 1.5, *, hour: int = 0) -> Segment:
    segment = landing.write(FEED, rows(number, long_coin), [day(number)], NOW + timedelta(hours=hour))
    assert segment is not None
    return segment


def land_broken(landing: Landing, number: int = 1) -> Segment:
    broken = pl.DataFrame(
        {"symbol": [SYMBOL], "reason": ["long_coin: not negative"], "payload": ['{"long_coin":"-1"}']}
    )
    segment = landing.quarantine(FEED, broken, [day(number)], NOW)
    assert segment is not None
    return segment


def everything(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Any]]:
    """Every row of every raw and ops table, without the moments at which they were loaded."""
    tables = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name IN ('raw', 'ops') ORDER BY ALL"
    ).fetchall()
    return {
        f"{schema}.{table}": connection.execute(
            f"SELECT {'* EXCLUDE (loaded_at)' if table == 'load_ledger' else '*'} FROM {schema}.{table} ORDER BY ALL"
        ).fetchall()
        for schema, table in tables
    }


class Interrupted:
    """A connection whose `method` does something else than it should: a run that dies there."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, method: str, instead: Callable[[], Any]) -> None:
        self._connection, self._method, self._instead = connection, method, instead

    def __getattr__(self, name: str) -> Any:
        return (lambda *args: self._instead()) if name == self._method else getattr(self._connection, name)


def make_marts(connection: duckdb.DuckDBPyConnection, *days: tuple[str, date, str, float | None]) -> None:
    """Regimes and features of (asset, day, regime, return), and the status of one feed that could not be had."""

    def columns(names: tuple[str, ...]) -> str:
        return ", ".join(f"{name} {'DOUBLE' if name in NUMBERS else 'VARCHAR'}" for name in names)

    connection.execute("CREATE SCHEMA IF NOT EXISTS marts")
    connection.execute(f"CREATE OR REPLACE TABLE marts.regimes_daily (asset VARCHAR, day DATE, {columns(LABEL)})")
    connection.execute(
        f"CREATE OR REPLACE TABLE marts.leverage_features_daily (asset VARCHAR, day DATE, {columns(FIGURES)})"
    )
    connection.execute("""
        CREATE OR REPLACE TABLE marts.feed_status AS
        SELECT 'coinalyze_funding' AS feed, DATE '2026-01-31' AS last_day, CAST(0.5 AS DOUBLE) AS present_rows_share,
               7 AS row_count, 1 AS quarantined_count,
               'no API key' AS skipped""")
    connection.execute("""
        CREATE OR REPLACE TABLE marts.venue_coverage_daily (
            asset VARCHAR, series VARCHAR, day DATE, venues VARCHAR, missing_venues VARCHAR, reporting_share DOUBLE
        )""")
    for table in market.TABLES:
        create_table(connection, table)
    for asset, on, regime, change in days:
        connection.execute(
            "INSERT INTO marts.regimes_daily BY NAME SELECT ? AS asset, ? AS day, ? AS regime, 0.75 AS confidence",
            [asset, on, regime],
        )
        connection.execute(
            "INSERT INTO marts.leverage_features_daily BY NAME SELECT ? AS asset, ? AS day, ? AS return_pct",
            [asset, on, change],
        )
