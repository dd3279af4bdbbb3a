"""What a vendor sends never stops a release: an implausible row is left out and named, every other day is published."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.pipelines import SAMPLE_NEXT, copied, leverage, published

pytestmark = [pytest.mark.slow, pytest.mark.proof]

SPOT = "binance_spot_klines SET {} WHERE symbol = 'BTCUSDT' AND interval = '1d' AND open_at = '{}'"
HOURLY = "binance_spot_klines SET {} WHERE symbol = 'BTCUSDT' AND interval = '1h' AND open_at = '{}'"
PERPETUAL = "binance_um_klines SET {} WHERE symbol = 'BTCUSDT' AND interval = '1d' AND open_at = '{}'"
FUNDING = "binance_um_funding SET {} WHERE symbol = 'BTCUSDT' AND settled_at = '{} 08:00'"
BARS = "coinalyze_funding SET {} WHERE symbol = 'BTCUSDT_PERP.A' AND open_at = '{}'"
INTEREST = "binance_um_open_interest SET {} WHERE symbol = 'BTCUSDT' AND snapshot_at > '{0}' AND snapshot_at <= '{0}'"
DAY_INTEREST = "coinalyze_open_interest SET {} WHERE symbol = 'BTCUSD_PERP.A' AND open_at = '{}'"
FORCED = "coinalyze_liquidations SET {} WHERE symbol = 'BTCUSDT_PERP.A' AND open_at = '{}'"

# Each change to the raw rows of one day, past every schema, with the line that names it (without the day).
CHANGES = [
    (SPOT, "2025-12-02", "low = 2 * close", "BTC binance BTCUSDT {} open is outside of low and high"),
    (SPOT, "2025-12-03", "low = -low", "BTC binance BTCUSDT {} low is no possible price: -"),
    (SPOT, "2025-12-04", "high = 'inf'", "BTC binance BTCUSDT {} high is no possible price: inf"),
    (SPOT, "2025-12-05", "close = 'nan'", "BTC binance BTCUSDT {} close is outside of low and high: nan"),
    (SPOT, "2025-12-06", "volume = -1", "BTC binance BTCUSDT {} volume is no possible amount: -1"),
    (SPOT, "2025-12-07", "open_at = open_at + INTERVAL 3 HOUR", "BTC binance BTCUSDT {} does not open at midnight"),
    (SPOT, "2025-12-08", "low = 1e-300", "BTC binance BTCUSDT {} low is no possible price: 1e-300"),
    (HOURLY, "2025-12-09 05:00", "close = 2 * high", "BTC binance BTCUSDT {} close is outside of low and high"),
    (PERPETUAL, "2025-12-10", "high = low / 2", "BTC binance BTCUSDT {} open is outside of low and high"),
    (PERPETUAL, "2025-12-11", "quote_volume = 1e300, volume = 1e300", "BTC binance BTCUSDT {} volume is"),
    (FUNDING, "2025-12-12", "funding_rate = 0.5", "BTC binance BTCUSDT {} funding rate is beyond 4 percent: 0.5"),
    (FUNDING, "2025-12-13", "interval_hours = 48", "BTC binance BTCUSDT {} interval is not between an hour and"),
    (FUNDING, "2025-12-14", "settled_at = settled_at + INTERVAL 90 SECOND", "does not settle on the hour"),
    (BARS, "2025-12-15", "open = 2 * high + 1", "BTC binance BTCUSDT {} open is outside of low and high"),
    (DAY_INTEREST, "2025-12-16", "close = -5, low = -5", "BTC binance BTCUSD_PERP {} open interest is no possible"),
    (DAY_INTEREST, "2025-12-17", "close = 2 * high", "BTC binance BTCUSD_PERP {} close is outside of low and high"),
    (DAY_INTEREST, "2025-12-18", "close = 'inf', high = 'inf'", "BTC binance BTCUSD_PERP {} open interest is no"),
    (FORCED, "2025-12-19", "long_coin = -3", "BTC binance BTCUSDT {} liquidations are no possible amount: -3"),
    (FORCED, "2025-12-20", "long_coin = 1e9", "BTC {} liquidations exceed open interest: "),
    (FORCED, "2025-12-21", "open_at = open_at + INTERVAL 6 HOUR", "BTC binance BTCUSDT {} period reaches"),
]  # fmt: skip
UNLABELLED = {"2025-12-20": "liquidations exceed open interest", "2025-12-14": "does not settle on the hour"}


@pytest.fixture(scope="module")
def changed(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The sample with an implausible row on each of many days, after one more run; and what that run printed."""
    warehouse = copied(sample, tmp_path_factory.mktemp("implausible") / "warehouse")
    with duckdb.connect(warehouse / "build.duckdb") as connection:
        for statement, day, change, _ in CHANGES:
            connection.execute(f"UPDATE raw.{statement.format(change, day)}")
        for number, value in enumerate(("nan", "1e300")):
            connection.execute(
                "INSERT INTO raw.inbox_fund_flows BY NAME SELECT 'BTC' AS asset, DATE '2025-12-26' AS day,"
                " ? AS source, ?::DOUBLE AS netflow_usd, TIMESTAMP '2026-01-01' AS ingested_at, '' AS segment",
                [f"report {number}", value],
            )
    ran = leverage("run", "--warehouse", warehouse, "--now", SAMPLE_NEXT)
    assert ran.status == 0, ran.said
    return warehouse, ran.err


def test_every_day_is_published_and_every_excluded_row_is_named(changed: tuple[Path, str]) -> None:
    warehouse, said = changed
    for _, day, _, line in CHANGES:
        assert any(
            printed.startswith("excluded ") and line.format(day[:10]) in printed for printed in said.splitlines()
        ), (day, line, said)
    labels = published(warehouse)["regimes_daily"].filter(asset="BTC")
    assert labels.height == 70
    assert labels["day"].max() == date(2026, 1, 28)


def test_a_day_without_a_label_says_which_row_was_excluded(changed: tuple[Path, str]) -> None:
    labels = published(changed[0])["regimes_daily"].filter(asset="BTC")
    for day, reason in UNLABELLED.items():
        (row,) = labels.filter(pl.col("day").cast(pl.String) == day).to_dicts()
        assert row["event"] == "insufficient_data"
        assert reason in row["explanation"]


def test_the_rows_are_a_table_and_a_rerun_names_none_again(changed: tuple[Path, str]) -> None:
    warehouse, _ = changed
    rows = published(warehouse)["implausible_rows"].filter("is_excluded")
    assert rows.height >= len(CHANGES)
    ran = leverage("run", "--warehouse", warehouse, "--now", SAMPLE_NEXT)
    assert ran.status == 0, ran.said
    assert not [line for line in ran.err.splitlines() if line.startswith("excluded ")]
    assert json.loads((warehouse / "published" / "latest.json").read_text())["day"] == "2026-01-28"
