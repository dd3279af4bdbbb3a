"""The recorder and `leverage run` in one warehouse at once: neither waits, and what is recorded reaches the marts."""

from __future__ import annotations

from datetime import UTC, datetime

import pipelines
import polars as pl
import pytest
import venue_server as frames
from running import Running, until
from turned_clock import OtherDayClock

from record import health

RUNS = 2
ELEVEN = datetime(2026, 1, 27, 11, 30, tzinfo=UTC)  # on the last day of the simulated warehouse


@pytest.mark.slow
def test_the_recorder_goes_on_through_several_runs_and_its_orders_reach_the_marts(sample, tmp_path, server, streams):
    warehouse = pipelines.copied(sample, tmp_path / "warehouse")
    running = Running(warehouse, server, streams, OtherDayClock(ELEVEN))
    try:
        running.connected()
        ms = round(ELEVEN.timestamp() * 1000)
        for i in range(RUNS):
            server.send("binance", frames.binance_frame(ms + i, size="0.5"))
            server.send("okx", frames.okx_frame(ms + i, symbol="BTC-USD-SWAP", side="buy", position="short", size="79"))
            until(lambda n=i + 1: running.rows("okx_liquidation_tape").height == n, "the order landed")
            ran = pipelines.leverage("run", "--warehouse", warehouse, "--now", "2026-01-28T07:00:00Z")
            assert ran.status == 0, ran.said
    finally:
        running.stop()
    assert {s.connections for s in health.read(warehouse / "tape").streams} == {1}
    marts = pipelines.published(warehouse)
    sources = marts["liquidation_sources_daily"].filter(pl.col("source").str.ends_with("_liquidation_tape"))
    told = {row["instrument"]: row for row in sources.filter(pl.col("venue") != "bybit").iter_rows(named=True)}
    assert told["BTCUSDT"]["long_usd"] == RUNS * 40_000
    assert (told["BTCUSDT"]["event_count"], told["BTCUSDT"]["largest_usd"]) == (RUNS, 40_000)
    assert told["BTC-USD-SWAP"]["short_usd"] == RUNS * 7900
    assert told["BTC-USDT-SWAP"]["total_usd"] == 0
    assert 0 < told["BTCUSDT"]["recorded_share"] < 0.05
    hours = marts["liquidation_coverage_hourly"].filter(venue="okx").sort("hour_at")
    assert hours.height == 24
    assert [at.hour for at in hours.filter(pl.col("recorded_share") > 0)["hour_at"]] == [11]
