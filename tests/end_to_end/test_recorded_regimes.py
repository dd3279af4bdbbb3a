"""Regimes on the recorded market: days with a public story, two pulls of the flows, and the page about all of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from regimes.validation import agreement, documented_days
from tests.end_to_end.recorded_market import NOW, RecordedMarket, behind, run
from tests.pipelines import published
from tests.recordings import NOT_RECORDED, RECORDED

pytestmark = [
    pytest.mark.slow(minutes=2),
    pytest.mark.proof,
    pytest.mark.skipif(not RECORDED.is_dir(), reason=NOT_RECORDED),
]
AS_OF_NOW = "SELECT * FROM regimes_as_of(TIMESTAMP '2026-02-02 04:00:00') ORDER BY asset, day"


@pytest.fixture(scope="module")
def market() -> Iterator[RecordedMarket]:
    served = RecordedMarket()
    yield served
    served.stop()


@pytest.fixture(scope="module")
def restated(market: RecordedMarket, unlimited: Path, history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same warehouse after a run that was given the other pull of the flows."""
    warehouse = behind(market.url, history, tmp_path_factory.mktemp("restated") / "warehouse")
    market.set(vintage="2026-06")
    try:
        ran = run(market.url, warehouse, NOW, catalogue=unlimited)
    finally:
        market.set(vintage="2026-03")
    assert ran.status == 0, ran.said
    return warehouse


def test_most_documented_days_agree_and_few_days_are_mixed(history: Path) -> None:
    days = published(history)["regimes_daily"]
    told = agreement(days, documented_days())
    assert told.height == 17
    exact = told["event"] == told["label"]
    assert exact.sum() >= 13, told.filter(~exact).select("day", "event", "runner_up").rows()
    assert (exact | (told["runner_up"] == told["label"]).fill_null(value=False)).sum() >= 15
    complete = days.filter(pl.col("data_status") != "insufficient")
    for column in ("event", "regime"):
        assert (complete[column] == "mixed").sum() < 0.12 * complete.height


def test_no_label_contradicts_its_day(history: Path) -> None:
    release = published(history)
    direction = release["regime_labels"].select(pl.col("label").alias("event"), "price_direction")
    days = release["regimes_daily"].filter(pl.col("data_status") != "insufficient").join(direction, on="event")
    moved = pl.when(pl.col("return_z") < 0).then(pl.lit("down")).otherwise(pl.lit("up"))
    shocks = days.filter(pl.col("return_z").abs() >= 2.5)
    assert shocks.height > 25
    assert shocks.filter(pl.col("price_direction").ne_missing(moved)).is_empty()
    assert shocks.filter(pl.any_horizontal(pl.col("event", "regime").is_in(["mixed", "consolidation"]))).is_empty()
    wide = days.filter(pl.col("range_multiple") >= 1.5)
    assert wide.filter(pl.any_horizontal(pl.col("event", "regime") == "consolidation")).is_empty()
    assert days.filter((pl.col("family") == "none") & (pl.col("confidence") > 0.5)).is_empty()


def test_the_reference_days_are_a_flush_under_pressure_and_its_aftermath(history: Path) -> None:
    days = published(history)["regimes_daily"]
    first, second = days.filter(pl.col("day") >= date(2026, 1, 31)).iter_rows(named=True)
    assert (first["event"], first["phase"], "spot_pressure" in first["flags"]) == ("leverage_flush", "onset", True)
    assert (second["regime"], second["phase"]) == ("leverage_flush", "aftermath")


def test_a_contract_that_ended_gates_no_day(history: Path) -> None:
    """The inverse contract ends on 2025-10-26 with about a fifth of the open interest."""
    after = published(history)["regimes_daily"].filter(pl.col("day").is_between(date(2025, 10, 20), date(2025, 11, 20)))
    assert after["missing_inputs"].null_count() == after.height


def test_restated_flows_make_revisions_and_leave_what_was_known(history: Path, restated: Path) -> None:
    def as_of(warehouse: Path) -> list:
        with duckdb.connect(warehouse / "published" / "leverage.duckdb", read_only=True) as connection:
            return connection.execute(AS_OF_NOW).fetchall()

    assert repr(as_of(restated)) == repr(as_of(history))
    release = published(restated)
    second = release["regime_revisions"].filter(pl.col("revision") == 2)
    assert second.height > 20
    assert second["restatement_reason"].str.contains("flows_restated").any()
    assert second["restatement_reason"].null_count() == 0
    report = release["restatements"].row(0, named=True)
    assert report["compared_count"] == 519
    assert 0.1 < report["netflow_sign_changed_share"] < 0.3
    assert 0.0 < report["label_changed_share"] < 0.2


def test_revisions_outlive_the_build_database(
    market: RecordedMarket, unlimited: Path, restated: Path, tmp_path: Path
) -> None:
    warehouse = tmp_path / "warehouse"
    shutil.copytree(restated, warehouse, symlinks=True)
    before = published(warehouse)["regime_revisions"]
    (warehouse / "build.duckdb").unlink()
    market.set(vintage="2026-06")
    try:
        ran = run(market.url, warehouse, NOW, catalogue=unlimited)
    finally:
        market.set(vintage="2026-03")
    assert ran.status == 0, ran.said
    assert published(warehouse)["regime_revisions"].equals(before)
