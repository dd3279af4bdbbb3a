"""The proof as an asset and as a page: both say what `regimes.validation` measures, misses with their evidence."""

from __future__ import annotations

import sys
from dataclasses import fields
from datetime import datetime
from itertools import islice
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from benchmarks.classification import drawn_days, marts_of
from orchestration.jobs import validation_job
from orchestration.resources import Pipeline
from orchestration.validation import main, validated
from regimes import DailyMarts, load_parameters, sensitivity
from regimes.revisions import no_revisions
from regimes.validation import documented_days, regime_validation
from tables.published.marts import LIQUIDATION_SOURCES_DAILY
from warehouse.connection import build_database
from warehouse.location import Calendar, Warehouse
from warehouse.marts import read_mart, write_mart

NOW = "2026-02-02T06:00:00Z"
DAYS = 120


@pytest.fixture(scope="module")
def marts() -> DailyMarts:
    """Noise under the name and on the dates of documented days: their stories are not in it."""
    drawn = marts_of(drawn_days(1, DAYS))
    later = documented_days()["day"].max() - drawn.prices_daily["day"].max()
    return DailyMarts(
        **{
            field.name: getattr(drawn, field.name).with_columns(pl.lit("BTC").alias("asset"), pl.col("day") + later)
            for field in fields(DailyMarts)
        }
    )


@pytest.fixture
def measured(marts: DailyMarts, monkeypatch: pytest.MonkeyPatch) -> pl.DataFrame:
    """What there is to say, with two variants of the parameters instead of all."""
    every = sensitivity.variants
    monkeypatch.setattr(sensitivity, "variants", lambda given: islice(every(given), 2))
    return regime_validation(marts, load_parameters(), datetime.fromisoformat(NOW))


def missed(measured: pl.DataFrame) -> list[str]:
    days = measured.filter((pl.col("section") == "agreement") & pl.col("subject").str.starts_with("BTC"))
    return days.filter(pl.col("value") == 0.0, pl.col("detail").str.contains("scores"))["detail"].to_list()


def test_the_job_writes_the_table_and_shows_the_page(marts: DailyMarts, measured: pl.DataFrame, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "warehouse")
    warehouse.claim("sample")
    days = marts.prices_daily["day"]
    warehouse.extend(Calendar(days.min(), days.max()))
    with build_database(warehouse.build) as connection:
        for field in fields(DailyMarts):
            write_mart(connection, field.name, getattr(marts, field.name), "A mart.", {})
    pipeline = Pipeline(market="sample", warehouse=str(warehouse.root), now=NOW)
    definitions = dg.Definitions(assets=[validated], jobs=[validation_job], resources={"pipeline": pipeline})
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("validation").execute_in_process(instance=instance)
    with build_database(warehouse.build) as connection:
        assert_frame_equal(read_mart(connection, "regime_validation"), measured)
        comments = dict(connection.execute("SELECT column_name, comment FROM duckdb_columns()").fetchall())
    assert comments["observations"] == "How many days or spans the value was measured on. [count]"
    (materialized,) = result.asset_materializations_for_node(validated.op.name)
    page = materialized.metadata["page"].value
    assert materialized.metadata["dagster/row_count"].value == measured.height
    assert f"Market `sample`, {DAYS - 60} days with complete data." in page
    assert len(missed(measured)) > 2
    for detail in missed(measured):
        assert detail in page


def test_the_command_writes_the_page_of_a_release(
    marts: DailyMarts, measured: pl.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb.connect(tmp_path / "leverage.duckdb") as release:
        for field in fields(DailyMarts):
            release.register("mart", getattr(marts, field.name))
            release.execute(f"CREATE TABLE {field.name} AS FROM mart")
        release.register("mart", no_revisions())
        release.execute("CREATE TABLE regime_revisions AS FROM mart")
        columns = ", ".join(f"{field.name} {field.sql_type}" for field in LIQUIDATION_SOURCES_DAILY.fields)
        release.execute(f"CREATE TABLE liquidation_sources_daily ({columns})")
        release.execute("CREATE TABLE about (name VARCHAR, setting VARCHAR)")
        told = {"simulated": "false", "first_day": "2025-10-05", "last_day": "2026-02-01", "published_at": NOW}
        release.executemany("INSERT INTO about VALUES (?, ?)", [list(pair) for pair in told.items()])
    monkeypatch.setattr(sys, "argv", ["validation", str(tmp_path), str(tmp_path / "page.md")])
    main()
    page = (tmp_path / "page.md").read_text()
    assert "Measured on recorded market data of 2025-10-05 to 2026-02-01." in page
    for detail in missed(measured):
        assert detail in page
