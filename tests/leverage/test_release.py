"""Opening a release by path, and its tables as frames."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

import leverage
from tables.frames import dtypes
from tables.published import PUBLISHED
from tests.pipelines import PROJECT
from tests.serving.conftest import NOW, Market


def test_a_warehouse_its_link_and_a_release_are_opened_alike(published_market: Market) -> None:
    root = published_market.warehouse.root
    opened = [leverage.open(path) for path in (root, str(root / "published"), (root / "published").resolve())]
    assert {release.name for release in opened} == {"20260131T060000Z-000001"}
    assert opened[0].simulated is True
    assert opened[0].latest["last_day"] == "2026-01-30"


@pytest.mark.parametrize("below", ["", "nothing", "build.duckdb"])
def test_a_path_without_a_release_says_what_to_do(below: str, market_without_release: Market) -> None:
    with pytest.raises(leverage.NotPublished, match="run: leverage run --warehouse"):
        leverage.open(market_without_release.warehouse.root / below)


@pytest.fixture
def market_without_release(tmp_path: Path) -> Market:
    from warehouse.location import Warehouse

    return Market(Warehouse(tmp_path))


@pytest.mark.parametrize("name", ["readings", "regime_evidence", "regimes_daily", "prices_daily"])
def test_columns_have_the_types_of_the_data_dictionary(name: str, published_market: Market) -> None:
    frame = leverage.open(published_market.warehouse.root).table(name)
    assert dict(frame.polars().schema) == dtypes(PUBLISHED[name].fields)
    assert frame.arrow().num_rows == len(frame)


def test_readings_and_evidence_can_be_those_of_one_asset(published_market: Market) -> None:
    release = leverage.open(published_market.warehouse.root)
    assert (len(release.readings()), len(release.readings("ETH")), len(release.evidence("BTC"))) == (60, 30, 60)
    assert release.readings("ETH").polars()["asset"].unique().to_list() == ["ETH"]
    assert release.readings().units["close_usd"] == "USD"


def test_a_table_that_is_not_there_is_named_with_those_that_are(published_market: Market) -> None:
    with pytest.raises(leverage.NoSuchTable, match="there is no table reading; there are feed_status, prices_daily"):
        leverage.open(published_market.warehouse.root).table("reading")


def test_a_release_that_was_removed_says_so(published_market: Market) -> None:
    release = leverage.open(published_market.warehouse.root)
    gone = leverage.Release(release.folder.with_name("20250101T000000Z-000000"), release.latest)
    with pytest.raises(leverage.ReleaseGone, match="open the warehouse again"):
        gone.readings()


def test_an_opened_release_does_not_change_when_another_is_published(tmp_path: Path) -> None:
    from warehouse.location import Warehouse

    market = Market(Warehouse(tmp_path))
    market.fill()
    market.publish()
    release = leverage.open(tmp_path)
    market.publish_next()
    assert release.readings().polars()["day"].max() == date(2026, 1, 30)
    assert leverage.open(tmp_path).readings().polars()["day"].max() == date(2026, 1, 31)


@pytest.mark.parametrize("moment", ["2026-01-15T06:00:00", "2026-01-15T05:59:59Z", "2026-01-15T08:00:00+02:00", NOW])
def test_as_of_is_what_the_macro_in_the_database_says(moment: str | datetime, published_market: Market) -> None:
    found = leverage.open(published_market.warehouse.root).regimes_as_of(moment).polars()
    naive = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    naive = naive.astimezone(UTC).replace(tzinfo=None) if naive.tzinfo else naive
    with duckdb.connect(published_market.warehouse.published / "leverage.duckdb", read_only=True) as db:
        expected = db.sql("SELECT * FROM regimes_as_of(?)", params=[naive]).pl()
    assert found.columns == expected.columns
    assert found.select("asset", "day", "revision").rows() == expected.select("asset", "day", "revision").rows()


def test_pandas_has_the_same_rows(published_market: Market, pandas: Any) -> None:
    frame = leverage.open(published_market.warehouse.root).readings("BTC")
    assert list(frame.pandas()["close_usd"]) == frame.polars()["close_usd"].to_list()


def test_without_pandas_it_says_what_to_install(published_market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        leverage.open(published_market.warehouse.root).readings().pandas()


def test_importing_it_imports_none_of_the_frame_libraries() -> None:
    program = "import leverage, sys; print({'polars', 'pandas', 'pyarrow', 'duckdb', 'dagster'} & set(sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, env=dict(os.environ), capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "set()"


def test_frames_are_polars_frames(published_market: Market) -> None:
    assert isinstance(leverage.open(published_market.warehouse.root).regimes().polars(), pl.DataFrame)
