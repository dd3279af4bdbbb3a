"""Runs that Dagster's users start themselves: a single mart, a range of days, a day that is not over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest

from ingest.feeds import FEEDS
from ingest.landing import Landing
from orchestration.definitions import build_definitions
from orchestration.instance import open_instance
from orchestration.resources import Pipeline
from tests.pipelines import copied
from warehouse.connection import build_database
from warehouse.location import Warehouse
from warehouse.settings import Settings

Execute = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture(scope="module")
def warehouse(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(sample, tmp_path_factory.mktemp("partial") / "warehouse")


@pytest.fixture(scope="module")
def execute(warehouse: Path) -> Iterator[Execute]:
    """Runs the assets with these keys in this process, over one warehouse; the definitions take seconds to build."""
    settings = Settings(market="sample", warehouse=warehouse)
    job = build_definitions(Pipeline.from_settings(settings)).resolve_implicit_global_asset_job_def()
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("DAGSTER_HOME", raising=False)
        with open_instance(Warehouse(warehouse)) as instance:

            def run(*keys: str, **tags: str) -> dg.ExecuteInProcessResult:
                asked = [dg.AssetKey(key.split("/")) for key in keys]
                return job.execute_in_process(asset_selection=asked, instance=instance, tags=tags, raise_on_error=False)

            yield run


def days(first: str, last: str) -> dict[str, str]:
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}


@pytest.mark.slow
def test_one_mart_alone_is_built_and_no_other(execute: Execute) -> None:
    result = execute("marts/prices_daily")
    assert result.success
    built = {event.asset_key.to_user_string() for event in result.get_asset_materialization_events() if event.asset_key}
    assert built == {"marts/prices_daily"}


@pytest.mark.slow
def test_a_range_of_days_is_backfilled_in_one_run(execute: Execute) -> None:
    result = execute("binance/binance_spot_klines", **days("2026-01-20", "2026-01-27"))
    assert result.success
    partitions = [event.partition for event in result.get_asset_materialization_events()]
    assert partitions == [f"2026-01-{day}" for day in range(20, 28)]


@pytest.mark.slow
def test_a_day_that_is_not_over_is_refused_and_leaves_the_calendar_as_it_was(warehouse: Path, execute: Execute) -> None:
    before = Warehouse(warehouse).calendar()
    result = execute("binance/binance_um_funding", **days("2026-02-02", "2026-02-02"))
    assert not result.success
    assert Warehouse(warehouse).calendar() == before


@pytest.mark.slow
def test_one_raw_feed_alone_is_fetched_and_no_other(warehouse: Path, execute: Execute) -> None:
    result = execute("binance/binance_um_funding", **days("2026-01-28", "2026-01-28"))
    assert result.success
    (made,) = result.get_asset_materialization_events()
    assert made.materialization.metadata["new rows"].value > 0
    with build_database(Warehouse(warehouse).build) as connection:
        pulled = connection.execute("SELECT feed FROM ops.pulls WHERE run_id = ?", [result.run_id]).fetchall()
    assert pulled == [("binance_um_funding",)]
    assert Landing(Warehouse(warehouse).landing).segments([f.name for f in FEEDS])[-1].feed == "binance_um_funding"
