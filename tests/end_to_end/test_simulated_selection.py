"""Ten assets of the simulated market: labels and breadth of all of them, and the rows of the default ones unchanged."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.pipelines import built_once, leverage, published

pytestmark = [pytest.mark.slow(minutes=4), pytest.mark.proof]

FIRST, NOW = "2025-11-25", "2026-02-02T06:00:00Z"
FLUSH = date(2026, 2, 1)


@pytest.fixture(scope="module")
def two_and_ten(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse without a selection, and one of ten assets, over the same days."""

    def build(target: Path) -> None:
        for name, chosen in (("two", ()), ("ten", ("--assets", "top:10"))):
            ran = leverage("run", "--warehouse", target / name, "--from", FIRST, "--now", NOW, *chosen)
            assert ran.status == 0, ran.said
            assert "skipped" not in ran.said

    return built_once(tmp_path_factory, "two-and-ten", build)


def test_ten_assets_are_chosen_and_every_one_has_a_label(two_and_ten: Path) -> None:
    latest = json.loads((two_and_ten / "ten" / "published" / "latest.json").read_text())
    chosen = latest["selection"]["assets"]
    assert len(chosen) == 10
    assert {"BTC", "ETH", "SOL"} < set(chosen)
    last = published(two_and_ten / "ten")["regimes_daily"].filter(pl.col("day") == FLUSH)
    assert sorted(last["asset"]) == sorted(chosen)
    assert "insufficient_data" not in set(last["event"])


def test_breadth_says_that_most_assets_were_flushed(two_and_ten: Path) -> None:
    release = published(two_and_ten / "ten")
    (day,) = release["market_daily"].filter(pl.col("day") == FLUSH).to_dicts()
    (breadth,) = release["market_breadth_daily"].filter(pl.col("day") == FLUSH).to_dicts()
    flushed = release["regimes_daily"].filter((pl.col("day") == FLUSH) & (pl.col("event") == "leverage_flush")).height
    assert (breadth["read_count"], breadth["flushed_count"]) == (10, flushed)
    assert 6 <= flushed < 10
    assert day["sentence"].startswith(f"{flushed} of 10 assets were flushed")


def test_the_default_assets_have_the_rows_of_the_default_run(two_and_ten: Path) -> None:
    two, ten = published(two_and_ten / "two"), published(two_and_ten / "ten")
    assert set(two["regimes_daily"]["asset"]) == {"BTC", "ETH"}
    with_assets = [name for name, frame in two.items() if "asset" in frame.columns]
    assert {"regimes_daily", "regime_evidence", "prices_hourly", "open_interest_daily"} < set(with_assets)
    for name in with_assets:
        of_both = ten[name].filter(pl.col("asset").is_in(["BTC", "ETH"]))
        assert in_order(of_both).equals(in_order(two[name]), null_equal=True), name


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows in an order that the rows of other assets between them do not change."""
    return frame.sort([name for name, kind in frame.schema.items() if not kind.is_nested()])
