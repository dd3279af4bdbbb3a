"""Runs that Dagster's users start themselves: a single mart, a range of days, a day that is not over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ingest.feeds import FEEDS
from ingest.landing import Landing
from orchestration.definitions import build_definitions
from orchestration.instance import open_instance
from orchestration.resources import Pipeline
from warehouse.connection import build_database
from warehouse.location import Warehouse
from warehouse.settings import Settings


@pytest.fixture
def warehouse(sample: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample, tmp_path / "warehouse", symlinks=True))


@pytest.fixture
def instance(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    with open_instance(Warehouse(warehouse)) as opened:
        yield opened


def execute(warehouse: Path, instance: dg.DagsterInstance, *keys: str, **tags: str) -> dg.ExecuteInProcessResult:
    settings = Settings(market="sample", warehouse=warehouse)
    job = build_definitions(Pipeline.from_settings(settings)).resolve_implicit_global_asset_job_def()
    asked = [dg.AssetKey(key.split("/")) for key in keys]
    return job.execute_in_process(asset_selection=asked, instance=instance, tags=tags, raise_on_error=False)


def days(first: str, last: str) -> dict[str, str]:
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}


@pytest.mark.slow
def test_one_mart_alone_is_built_and_no_other(warehouse: Path, instance: dg.DagsterInstance) -> None:
    result = execute(warehouse, instance, "marts/prices_daily")
    assert result.success
    built = {event.asset_key.to_user_string() for event in result.get_asset_materialization_events() if event.asset_key}
    assert built == {"marts/prices_daily"}


@pytest.mark.slow
def test_a_range_of_days_is_backfilled_in_one_run(warehouse: Path, instance: dg.DagsterInstance) -> None:
    result = execute(warehouse, instance, "binance/binance_um_funding", **days("2026-01-20", "2026-01-27"))
    assert result.success
    partitions = [event.partition for event in result.get_asset_materialization_events()]
    assert partitions == [f"2026-01-{day}" for day in range(20, 28)]


@pytest.mark.slow
def test_a_day_that_is_not_over_is_refused_and_leaves_the_calendar_as_it_was(
    warehouse: Path, instance: dg.DagsterInstance
) -> None:
    before = Warehouse(warehouse).calendar()
    result = execute(warehouse, instance, "binance/binance_um_funding", **days("2026-02-02", "2026-02-02"))
    assert not result.success
    assert Warehouse(warehouse).calendar() == before


@pytest.mark.slow
def test_one_raw_feed_alone_is_fetched_and_no_other(warehouse: Path, instance: dg.DagsterInstance) -> None:
    result = execute(warehouse, instance, "binance/binance_um_funding", **days("2026-01-28", "2026-01-28"))
    assert result.success
    (made,) = result.get_asset_materialization_events()
    assert made.materialization.metadata["new rows"].value > 0
    with build_database(Warehouse(warehouse).build) as connection:
        pulled = connection.execute("SELECT feed FROM ops.pulls WHERE run_id = ?", [result.run_id]).fetchall()
    assert pulled == [("binance_um_funding",)]
    assert Landing(Warehouse(warehouse).landing).segments([f.name for f in FEEDS])[-1].feed == "binance_um_funding"
