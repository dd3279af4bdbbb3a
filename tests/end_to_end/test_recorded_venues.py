"""The whole catalogue on the recorded market, which has some venues, parts of others and nothing of most."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from ingest.catalogue import catalogue_files, load_catalogue
from tests.end_to_end.recorded_market import NOW, RecordedMarket, rates_of, run, skipped
from tests.pipelines import published
from tests.recordings import NOT_RECORDED, RECORDED

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.skipif(not RECORDED.is_dir(), reason=NOT_RECORDED)]

LAST = date(2026, 2, 1)
RECORDINGS = {
    ("binance", "BTCUSDT"): ("binance_um_BTCUSDT_funding", 8),
    ("bybit", "BTCUSDT"): ("bybit_linear_BTCUSDT_funding", 8),
    ("hyperliquid", "BTC"): ("hyperliquid_BTC_funding", 1),
    ("kraken", "PF_XBTUSD"): ("kraken_PF_XBTUSD_funding", 1),
    ("okx", "BTC-USDT-SWAP"): ("okx_BTC-USDT-SWAP_funding", 8),
}


@pytest.fixture(scope="module")
def unhurried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's catalogue without its hosts' limits, which a server on loopback has not."""
    path = tmp_path_factory.mktemp("catalogue")
    for file in catalogue_files():
        _, listed, instruments = file.read_text().partition("[[instruments]]")
        (path / f"{file.parent.name}.toml").write_text(listed + instruments)
    assert load_catalogue(path).instruments == load_catalogue().instruments
    assert load_catalogue(path).hosts == {}
    return path


@pytest.fixture(scope="module")
def warehouse(unhurried: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory, market = tmp_path_factory.mktemp("venues") / "warehouse", RecordedMarket()
    try:
        ran = run(market.url, directory, NOW, "--from", "2025-11-20", "--to", LAST.isoformat(), catalogue=unhurried)
    finally:
        market.stop()
    assert ran.status == 0, ran.said
    named = skipped(ran)
    assert {"gate_contract_stats", "deribit_open_interest", "coinbase_spot_klines"} <= set(named)
    assert "HTTP 502" in named["gate_contract_stats"]
    return directory


def test_funding_of_five_venues_stands_side_by_side_as_it_was_recorded(warehouse: Path) -> None:
    rates = published(warehouse)["funding_by_venue_daily"].filter(pl.col("is_complete"))
    bitcoin = rates.filter(pl.col("asset") == "BTC").to_dicts()
    found = {(r["venue"], r["instrument"], r["day"]): r["funding_8h_bp"] for r in bitcoin}
    for day in (LAST - timedelta(days=n) for n in range(0, 50, 7)):
        for (venue, instrument), (recording, hours) in RECORDINGS.items():
            paid = rates_of(recording, day)
            assert len(paid) <= 24 // hours
            expected = 10_000 * sum(paid) / 24 * 8 if len(paid) == 24 // hours else None
            assert found.get((venue, instrument, day)) == (expected and pytest.approx(expected, rel=1e-5)), (venue, day)


def test_the_weighted_rate_lies_between_the_venues_and_names_them(warehouse: Path) -> None:
    release = published(warehouse)
    by_venue = release["funding_by_venue_daily"].filter((pl.col("asset") == "BTC") & pl.col("is_complete"))
    ranges = by_venue.group_by("day").agg(
        pl.col("funding_8h_bp").min().alias("lowest"),
        pl.col("funding_8h_bp").max().alias("highest"),
        pl.col("venue").unique().sort().str.join(", ").alias("expected_venues"),
    )
    days = release["funding_daily"].filter(pl.col("asset") == "BTC").join(ranges, on="day")
    assert days.height == release["funding_daily"].filter(pl.col("asset") == "BTC").height
    for day in days.to_dicts():
        assert day["lowest"] < day["funding_8h_bp"] < day["highest"], day
        assert day["venues"] == day["expected_venues"]
        assert 0 < day["assumed_weight_share"] < 0.05, "Binance alone has open interest there"


def test_the_instruments_say_what_they_are_and_how_often_they_settle(warehouse: Path) -> None:
    instruments = {
        (r["venue"], r["instrument"]): (r["contract_size"], r["contract_unit"], r["funding_interval_hours"])
        for r in published(warehouse)["dim_instruments"].filter(pl.col("market") == "perpetual").to_dicts()
    }
    assert instruments["okx", "BTC-USDT-SWAP"] == (0.01, "coin", 8)
    assert instruments["okx", "BTC-USD-SWAP"] == (100, "usd", None)
    assert instruments["kraken", "PF_XBTUSD"] == (1, "coin", 1)
    assert instruments["binance", "BTCUSD_PERP"] == (100, "usd", None)
    assert instruments["gate", "BTC_USDT"] == (0.0001, "coin", None)


def test_what_is_not_there_is_said_where_a_program_looks(warehouse: Path) -> None:
    latest = json.loads((warehouse / "published" / "latest.json").read_text())
    assert latest["venues"]["funding"]["reporting"] == sorted({venue for venue, _ in RECORDINGS})
    assert latest["venues"]["open_interest"] == {"reporting": ["binance"], "missing": [], "reporting_share": 1.0}
    assert {"gate_funding", "coinglass_liquidations"} <= set(latest["unavailable_feeds"])
    reach = {feed["feed"]: feed["present_rows_share"] for feed in latest["feeds"]}
    assert reach["gate_funding"] == 0
    assert reach["bybit_funding"] == pytest.approx(1 / 6), "one of six contracts is recorded"
