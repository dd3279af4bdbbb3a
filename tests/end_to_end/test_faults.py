"""Venues that fail, cut their answers or refuse a country: the run ends whole, or without what it cannot have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from ingest.catalogue import load_catalogue
from ingest.feeds import FEEDS
from tests.end_to_end.recorded_market import KEY, NOW, RecordedMarket, files_with, run, skipped
from tests.pipelines import differing, published
from tests.recordings import NOT_RECORDED, RECORDED

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.skipif(not RECORDED.is_dir(), reason=NOT_RECORDED)]

DAYS = ("--from", "2025-12-20", "--to", "2026-02-01")


@pytest.fixture
def market() -> Iterator[RecordedMarket]:
    served = RecordedMarket()
    yield served
    served.stop()


@pytest.fixture(scope="module")
def undisturbed(unlimited: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    served = RecordedMarket()
    try:
        warehouse = tmp_path_factory.mktemp("undisturbed") / "warehouse"
        ran = run(served.url, warehouse, NOW, *DAYS, catalogue=unlimited)
    finally:
        served.stop()
    assert ran.status == 0, ran.said
    return published(warehouse)


def test_a_run_through_every_fault_ends_whole(
    market: RecordedMarket, undisturbed: dict[str, pl.DataFrame], unlimited: Path, tmp_path: Path
) -> None:
    market.set(faults="429:0.2,503:0.1,truncate:0.05,html:0.05,drop:0.05")
    ran = run(market.url, tmp_path / "w", NOW, *DAYS, catalogue=unlimited)
    assert ran.status == 0, ran.said
    assert skipped(ran) == {}
    assert differing(published(tmp_path / "w"), undisturbed, but=()) == []
    assert KEY not in ran.said
    assert files_with(tmp_path / "w", KEY) == []


def test_a_country_without_venues_costs_every_label_but_not_the_run(
    market: RecordedMarket, unlimited: Path, tmp_path: Path
) -> None:
    market.set(faults="451:1")
    ran = run(market.url, tmp_path / "w", NOW, "--from", "2026-01-29", "--to", "2026-02-01", catalogue=unlimited)
    assert ran.status == 0, ran.said
    named = skipped(ran)
    assert set(named) == {feed.name for feed in load_catalogue(unlimited).feeds}
    assert all("451" in why for why in named.values()), named
    labels = published(tmp_path / "w")["regimes_daily"]
    assert labels["day"].cast(pl.String).to_list() == ["2026-01-29", "2026-01-30", "2026-01-31", "2026-02-01"]
    assert set(labels["regime"]) == {"insufficient_data"}
    assert labels["missing_inputs"].str.contains("ohlc,previous_close").all()
    latest = json.loads((tmp_path / "w" / "published" / "latest.json").read_text())
    assert latest["unavailable_feeds"] == sorted(named)
    assert KEY not in ran.said
    assert files_with(tmp_path / "w", KEY) == []


def test_one_refused_host_costs_its_own_feeds_alone(
    market: RecordedMarket, undisturbed: dict[str, pl.DataFrame], unlimited: Path, tmp_path: Path
) -> None:
    market.set(faults="451@fapi.binance.com:1")
    ran = run(market.url, tmp_path / "w", NOW, *DAYS, catalogue=unlimited)
    assert ran.status == 0, ran.said
    named = skipped(ran)
    assert all("fapi.binance.com" in why and "451" in why for why in named.values()), named
    asked_there = {f.name for f in FEEDS if any(host.startswith("fapi.binance.com") for host in f.hosts)}
    assert set(named) <= asked_there
    assert "binance_um_klines" not in named, "its tail comes by daily archives"
    release = published(tmp_path / "w")
    for name in ("prices_daily", "liquidations_daily", "exchange_flows_daily", "network_activity_daily"):
        assert differing({name: release[name]}, {name: undisturbed[name]}) == [], name
    assert release["regimes_daily"].height == undisturbed["regimes_daily"].height
