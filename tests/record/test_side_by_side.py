"""The recorder and `leverage run` in one warehouse at once: neither waits, and what is recorded reaches the marts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from benchmarks.recorded import recorded_catalogue
from ingest.catalogue import load_catalogue
from record import health
from record.recorder import catalogued_streams
from tests import pipelines
from tests.record import venue_server as frames
from tests.record.running import Running, until
from tests.record.turned_clock import OtherDayClock
from tests.simulated_relay import SimulatedRelay

RUNS = 2
ELEVEN = datetime(2026, 1, 27, 11, 30, tzinfo=UTC)  # on the last day that is run
# The simulation lists no contract of the tape, and a warehouse of it is refused to the recorder: hence a relay.
RECORDED = [
    ("binance", "BTCUSDT", "linear", 1),
    ("bybit", "BTCUSDT", "linear", 1),
    ("bybit", "BTCUSD", "inverse", 1),
    ("okx", "BTC-USDT-SWAP", "linear", 0.01),
    ("okx", "BTC-USD-SWAP", "inverse", 100),
]


@pytest.fixture
def catalogue(tmp_path) -> Path:
    path = tmp_path / "catalogue.toml"
    tapes = "".join(
        f'[[instruments]]\nasset = "BTC"\nvenue = "{venue}"\ninstrument = "{symbol}"\nmarket = "perpetual"\n'
        f'margin_type = "{margin_type}"\ncontract_size = {size}\n'
        f'symbols = {{ {venue}_liquidation_tape = "{symbol}" }}\n'
        for venue, symbol, margin_type, size in RECORDED
    )
    path.write_text(recorded_catalogue(limited=False) + tapes)
    return path


@pytest.fixture
def relay():
    started = SimulatedRelay(datetime.fromisoformat(pipelines.SAMPLE_NOW), lambda _, body: body)
    yield started
    started.stop()


@pytest.mark.slow
@pytest.mark.proof
def test_the_recorder_goes_on_through_several_runs_and_its_orders_reach_the_marts(catalogue, relay, tmp_path, server):
    warehouse = tmp_path / "warehouse"
    running = Running(warehouse, server, catalogued_streams(load_catalogue(catalogue)), OtherDayClock(ELEVEN))
    try:
        running.connected()
        ms = round(ELEVEN.timestamp() * 1000)
        for i in range(RUNS):
            server.send("binance", frames.binance_frame(ms + i, size="0.5"))
            server.send("okx", frames.okx_frame(ms + i, symbol="BTC-USD-SWAP", side="buy", position="short", size="79"))
            until(lambda n=i + 1: running.rows("okx_liquidation_tape").height == n, "the order of OKX landed")
            until(lambda n=i + 1: running.rows("binance_liquidation_tape").height == n, "the order of Binance landed")
            if i == RUNS - 1:  # what is claimed by now is loaded by this run
                for stream in running.names:
                    until(lambda name=stream: "recorded" in running.kinds(name), f"a claim of {stream}")
            ran = pipelines.leverage(
                "run", "--market", relay.url, "--warehouse", warehouse, "--from", pipelines.SAMPLE_FIRST,
                "--now", pipelines.SAMPLE_NOW,
                extra={"COINALYZE_API_KEY": "any", "LEVERAGE_CATALOGUE": str(catalogue)},
            )  # fmt: skip
            assert ran.status == 0, ran.said
    finally:
        running.stop()
    assert {s.connections for s in health.read(warehouse / "tape").streams} == {1}
    marts = pipelines.published(warehouse)
    sources = marts["liquidation_sources_daily"].filter(pl.col("feed").str.ends_with("_liquidation_tape"))
    told = {row["instrument"]: row for row in sources.filter(pl.col("venue") != "bybit").iter_rows(named=True)}
    assert told["BTCUSDT"]["long_liquidations_usd"] == RUNS * 40_000
    assert (told["BTCUSDT"]["liquidation_count"], told["BTCUSDT"]["largest_liquidation_usd"]) == (RUNS, 40_000)
    assert told["BTC-USD-SWAP"]["short_liquidations_usd"] == RUNS * 7900
    assert told["BTC-USDT-SWAP"]["liquidations_usd"] == 0
    assert 0 < told["BTCUSDT"]["recorded_share"] < 0.05
    hours = marts["liquidation_coverage_hourly"].filter(venue="okx").sort("hour_at")
    assert hours.height == 24
    assert [at.hour for at in hours.filter(pl.col("recorded_share") > 0)["hour_at"]] == [11]
