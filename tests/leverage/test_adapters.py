"""The adapters for freqtrade and vectorbt, on pandas frames: each bar has what was known when it closed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import leverage
from leverage.freqtrade import LabelProvider, UnknownTimeframe, asset_of, duration
from leverage.vectorbt import signal_frame
from tests.serving.conftest import Market

FINAL = timedelta(hours=29, minutes=30)


def candles(pandas: Any, first: str, last: str, timeframe: str = "1h") -> Any:
    """A dataframe as freqtrade hands it to a strategy."""
    dates = pandas.date_range(first, last, freq=timeframe, tz="UTC")
    return pandas.DataFrame({"date": dates, "close": range(len(dates))})


def test_a_candle_has_the_label_that_was_known_when_it_closed(published_market: Market, pandas: Any) -> None:
    """The label of the 14th, a flush, was available on the 15th at 06:00, when the candle of 05:00 closed."""
    provider = LabelProvider(published_market.warehouse.root)
    merged = provider.merge(candles(pandas, "2026-01-15 03:00", "2026-01-15 06:00"), "BTC/USDT:USDT", "1h")
    assert list(merged["leverage_event"]) == ["calm", "calm", "leverage_flush", "leverage_flush"]
    assert list(merged["close"]) == [0, 1, 2, 3]


def test_candles_before_the_first_label_and_unknown_assets_have_none(published_market: Market, pandas: Any) -> None:
    provider = LabelProvider(published_market.warehouse.root)
    early = provider.merge(candles(pandas, "2025-12-31", "2026-01-01"), "BTC/USDT", "1h")
    other = provider.merge(candles(pandas, "2026-01-15", "2026-01-16"), "DOGE/USDT", "1h")
    assert early["leverage_event"].isna().all()
    assert other["leverage_event"].isna().all()


@pytest.mark.parametrize(("pair", "asset"), [("BTC/USDT:USDT", "BTC"), ("ETH/USD", "ETH"), ("SOL", "SOL")])
def test_the_asset_is_the_first_part_of_a_pair(pair: str, asset: str) -> None:
    assert asset_of(pair) == asset


def test_timeframes_are_those_of_freqtrade() -> None:
    assert (duration("5m"), duration("4h"), duration("1d")) == (
        timedelta(minutes=5), timedelta(hours=4), timedelta(days=1)
    )  # fmt: skip
    with pytest.raises(UnknownTimeframe, match="such as 5m, 1h or 1d"):
        duration("0h")


def test_a_signal_is_at_the_bar_at_whose_end_the_label_became_known(published_market: Market, pandas: Any) -> None:
    index = pandas.date_range("2026-01-14", "2026-01-17", freq="1h")
    found = signal_frame(
        leverage.open(published_market.warehouse.root), "BTC", index, timedelta(hours=1),
        entries=["leverage_flush"], exits=["calm"],
    )  # fmt: skip
    assert found.index.equals(index)
    assert [str(bar) for bar in index[found["entries"]]] == ["2026-01-15 05:00:00"]
    assert str(index[found["exits"]][-1]) == "2026-01-16 05:00:00"


RALLY = "leveraged_rally"  # a label that the sixty days have


@pytest.mark.slow
def test_on_the_simulated_market_signals_of_both_move_with_available_at(sample: Path, pandas: Any) -> None:
    """A strategy that enters when a day with the label is known, over sixty days."""
    release, hour = leverage.open(sample), timedelta(hours=1)
    days = release.regimes("BTC").polars().filter(pl.col("event") == RALLY)["day"].to_list()
    assert days
    frame = candles(pandas, "2025-11-20", "2026-01-28")
    index = pandas.DatetimeIndex(frame["date"])
    entered, labelled = {}, {}
    for delay in (FINAL, FINAL + timedelta(hours=3)):
        merged = LabelProvider(sample, delay).merge(frame, "BTC/USDT", "1h")
        signals = signal_frame(release, "BTC", index, hour, entries=[RALLY], backfill_delay=delay)
        entered[delay] = list(index[signals["entries"]])
        labelled[delay] = list(frame["date"][merged["leverage_event"] == RALLY])
        known_at = [pandas.Timestamp(day, tz="UTC") + delay for day in days]
        assert entered[delay] == [moment.ceil("1h") - hour for moment in known_at], "the bar that ends then"
        assert set(entered[delay]) <= set(labelled[delay])
    for found in (entered, labelled):
        earlier, later = found.values()
        assert [bar + timedelta(hours=3) for bar in earlier] == later
