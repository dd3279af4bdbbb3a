"""The charts of a mart in the Dagster UI: every asset of a few, the most traded of many."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import polars as pl
import pytest

from orchestration.mart_metadata import ASSETS_SHOWN, mart_charts, mart_metadata, newest_readings
from warehouse.marts import write_mart

DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(3)]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def fill(connection: duckdb.DuckDBPyConnection, count: int) -> list[str]:
    """Prices and funding of `count` assets, each traded more than the one before it in the alphabet."""
    assets = [f"ASSET{n:02d}" for n in range(count)]
    rows = [(asset, day, n) for n, asset in enumerate(assets) for day in DAYS]
    frame = pl.DataFrame(rows, schema=["asset", "day", "n"], orient="row")
    price = [pl.lit(1.5).alias(column) for column in ("close_usd", "low_usd", "high_usd")]
    prices = frame.select("asset", "day", *price, volume_usd=pl.col("n") * 1e6)
    write_mart(connection, "prices_daily", prices, "prices", {})
    write_mart(connection, "funding_daily", frame.select("asset", "day", funding_8h_bp=pl.lit(1.0)), "funding", {})
    return assets


def drawn(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """The assets of the images, in their order."""
    text = mart_charts(connection, name) or ""
    return [line.removeprefix("![").partition(":")[0] for line in text.splitlines() if line.startswith("![")]


@pytest.mark.parametrize("name", ["prices_daily", "funding_daily"])
def test_a_few_assets_are_all_drawn(connection, name) -> None:
    assets = fill(connection, 3)
    assert drawn(connection, name) == assets
    assert "Charts of" not in str(mart_charts(connection, name))


@pytest.mark.parametrize("name", ["prices_daily", "funding_daily"])
def test_of_many_assets_the_most_traded_are_drawn(connection, name) -> None:
    assets = fill(connection, ASSETS_SHOWN + 3)
    assert drawn(connection, name) == assets[3:]
    assert str(mart_charts(connection, name)).startswith("Charts of 8 of 11 assets\n")


def test_many_assets_without_prices_are_drawn_in_the_order_of_their_names(connection) -> None:
    assets = fill(connection, ASSETS_SHOWN + 1)
    connection.execute("DROP TABLE marts.prices_daily")
    assert drawn(connection, "funding_daily") == assets[:-1]


def test_a_mart_without_panels_has_no_chart(connection) -> None:
    write_mart(connection, "dim_assets", pl.DataFrame({"asset": ["BTC"]}), "assets", {})
    assert mart_metadata(connection, "dim_assets") == {"dagster/row_count": 1}


def test_the_newest_reading_of_each_asset_is_shown_with_its_sentence(connection) -> None:
    columns = ["asset", "day", "event", "grade", "explanation"]
    rows = [
        ("BTC", DAYS[0], "mixed", "C", "Earlier."),
        ("BTC", DAYS[1], "leverage_flush", "A", "BTC fell."),
        ("ETH", DAYS[2], "insufficient_data", None, "No price."),
    ]
    write_mart(connection, "regimes_daily", pl.DataFrame(rows, schema=columns, orient="row"), "labels", {})
    assert str(newest_readings(connection).value).splitlines() == [
        "* **BTC**, 2026-01-02: leverage_flush, grade A. BTC fell.",
        "* **ETH**, 2026-01-03: insufficient_data. No price.",
    ]
