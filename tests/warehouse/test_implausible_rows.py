"""The table of implausible rows, the line of each, and the reason in the sentence of a day without a label."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import polars as pl
import pytest

from warehouse.implausible_rows import new_lines, with_reasons, write_implausible_rows

LIQUIDATIONS = """
    SELECT 'liquidations_daily' AS table_name, 'BTC' AS asset, DATE '2020-03-13' AS day,
           'liquidations exceed open interest' AS finding, 2.3145 AS implausible_value, 1 AS implausible_count,
           true AS is_excluded"""
BARS = """
    SELECT 'prices_by_venue_daily' AS table_name, 'binance_spot_klines' AS feed, 'BTCUSDT' AS symbol,
           DATE '2020-03-12' AS day, 'low is no possible price' AS finding, -71234.5 AS implausible_value,
           2 AS implausible_count, true AS is_excluded"""
LISTED = """
    CREATE TABLE ops.instruments AS
    SELECT 'binance_spot_klines' AS feed, 'BTCUSDT' AS symbol, 'BTC' AS asset, 'binance' AS venue,
           'BTCUSDT' AS instrument"""


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("CREATE SCHEMA ops")
        opened.execute(LISTED)
        yield opened


def warned(**queries: str) -> dict[str, pl.DataFrame]:
    """The rows of tests that warned."""
    return {name: duckdb.sql(query).pl() for name, query in queries.items()}


def test_each_row_is_one_line_with_table_key_finding_and_value(connection: duckdb.DuckDBPyConnection) -> None:
    lines = write_implausible_rows(connection, warned(days=LIQUIDATIONS, bars=BARS, other="SELECT 1 AS feed"))
    assert lines == {
        "days": ["liquidations_daily: BTC 2020-03-13 liquidations exceed open interest: 2.31"],
        "bars": ["prices_by_venue_daily: BTC binance BTCUSDT 2020-03-12 low is no possible price: -71,234 (2 rows)"],
    }
    rows = connection.sql("SELECT * FROM marts.implausible_rows").pl().to_dicts()
    assert new_lines([], rows) == [*lines["days"], *lines["bars"]]
    assert new_lines(rows[:1], rows) == lines["bars"]


def test_a_run_without_warnings_leaves_no_row(connection: duckdb.DuckDBPyConnection) -> None:
    write_implausible_rows(connection, warned(days=LIQUIDATIONS))
    assert write_implausible_rows(connection, {}) == {}
    assert connection.sql("SELECT * FROM marts.implausible_rows").fetchall() == []


def test_a_day_without_a_label_says_what_was_excluded(connection: duckdb.DuckDBPyConnection) -> None:
    write_implausible_rows(connection, warned(days=LIQUIDATIONS, bars=BARS))
    days = pl.DataFrame(
        {
            "asset": ["BTC", "BTC", "ETH"],
            "day": [date(2020, 3, 12), date(2020, 3, 13), date(2020, 3, 13)],
            "event": ["capitulation", "insufficient_data", "insufficient_data"],
            "explanation": ["It fell.", "No label for BTC: the day lacks long liquidations.", "No label for ETH."],
        }
    )
    assert with_reasons(connection, days)["explanation"].to_list() == [
        "It fell.",
        "No label for BTC: the day lacks long liquidations (excluded: liquidations exceed open interest: 2.31).",
        "No label for ETH.",
    ]
