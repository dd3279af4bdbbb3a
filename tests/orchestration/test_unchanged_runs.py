"""A run that finds nothing new: Dagster keeps the last results of checks and lists the run with those of its UI."""

from __future__ import annotations

from pathlib import Path

import pytest
from dagster import AssetCheckKey

from orchestration.instance import open_instance
from orchestration.internals.run_origin import LABEL
from tests.pipelines import SAMPLE_NOW, copied, leverage
from warehouse.location import Warehouse


@pytest.mark.slow
def test_a_run_without_news_keeps_the_last_result_of_every_check(sample: Path, tmp_path: Path) -> None:
    warehouse = copied(sample, tmp_path / "warehouse")
    ran = leverage("run", "--warehouse", warehouse, "--now", SAMPLE_NOW)
    assert ran.status == 0, ran.said
    assert "nothing new" in ran.err
    with open_instance(Warehouse(warehouse)) as instance:
        last, before = (record.dagster_run for record in instance.get_run_records(limit=2))
        planned = [
            AssetCheckKey(event.event_specific_data.asset_key, event.event_specific_data.check_name)
            for entry in instance.all_logs(last.run_id)
            if (event := entry.dagster_event) and event.event_type_value == "ASSET_CHECK_EVALUATION_PLANNED"
        ]
        results = {run.run_id: [] for run in (last, before)}
        for check in planned:
            for record in instance.event_log_storage.get_asset_check_execution_history(check, limit=2):
                results[record.run_id].append((check, record.evaluation and record.evaluation.passed))
    assert len(planned) > 100
    assert sorted(map(str, results[last.run_id])) == sorted(map(str, results[before.run_id]))
    assert all(passed is not None for _, passed in results[last.run_id])
    assert last.remote_job_origin is not None
    assert last.tags.items() >= LABEL.items()
