"""A model whose test fails: the run fails with one line that says which, and what is published stays as it was."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from dagster import DagsterEventType

from orchestration.instance import open_instance
from tests.pipelines import SAMPLE_NEXT, copied, leverage
from warehouse.location import Warehouse


@pytest.mark.slow
@pytest.mark.proof
def test_a_failing_dbt_test_stops_the_release(sample: Path, tmp_path: Path) -> None:
    warehouse = copied(sample, tmp_path / "warehouse")
    with duckdb.connect(warehouse / "build.duckdb") as connection:  # the recorder's own ledger, which no vendor writes
        connection.execute(
            "INSERT INTO raw.tape_coverage BY NAME SELECT 'one' AS recorder, 'binance' AS venue, 'binance' AS stream,"
            " 'recorded' AS kind, TIMESTAMP '2026-01-20' AS start_at, TIMESTAMP '2026-01-20 05:00' AS end_at,"
            " TIMESTAMP '2026-01-21' AS ingested_at, '' AS segment"
        )
    release = (warehouse / "published").resolve()

    ran = leverage("run", "--warehouse", warehouse, "--now", SAMPLE_NEXT)

    assert ran.status == 1, ran.said
    (line,) = [line for line in ran.err.splitlines() if line.startswith("error")]
    assert "_holds" in line, "the test that failed is named"
    assert "Traceback" not in ran.said
    assert (warehouse / "published").resolve() == release
    assert ran.out == "", "no brief of a day that is not published"
    with open_instance(Warehouse(warehouse)) as instance:
        (last, *_) = (record.dagster_run.run_id for record in instance.get_run_records(limit=1))
        failed = [
            event.asset_check_evaluation_data.check_name
            for entry in instance.all_logs(last, of_type=DagsterEventType.ASSET_CHECK_EVALUATION)
            if (event := entry.dagster_event) and not event.asset_check_evaluation_data.passed
        ]
    assert any(name in line for name in failed), "Dagster shows the check as failed"
