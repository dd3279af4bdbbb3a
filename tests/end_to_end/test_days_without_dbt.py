"""A day is added with statements that dbt compiled before, without dbt. Its tables are those that dbt would build."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest
from dagster import AssetCheckKey, AssetKey, DagsterEventType

from orchestration.dbt_project import existing_manifest
from orchestration.instance import open_instance
from orchestration.window_models import TAG
from tests.pipelines import SAMPLE_NEXT, copied, dbt, leverage
from warehouse.location import Warehouse

pytestmark = pytest.mark.slow

LOG = "dbt/dbt.log"
TABLES = """
    SELECT schema_name || '.' || table_name FROM duckdb_tables()
    WHERE schema_name IN ('facts', 'staging', 'intermediate', 'marts') ORDER BY ALL"""


def rows(database: Path, names: set[str]) -> dict[str, pl.DataFrame]:
    """The rows of these tables of dbt, sorted."""
    with duckdb.connect(database, read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = [name for (name,) in connection.execute(TABLES).fetchall() if name.rpartition(".")[2] in names]
        return {name: connection.sql(f"FROM {name} ORDER BY ALL").pl() for name in found}


def test_the_tables_of_a_day_without_dbt_are_those_that_dbt_builds(
    sample: Path, day_added: tuple[Path, list[dict]], tmp_path: Path
) -> None:
    assert (day_added[0] / LOG).read_bytes() == (sample / LOG).read_bytes(), "dbt ran again"
    nodes = json.loads(existing_manifest().read_text())["nodes"].values()
    names = {n["name"] for n in nodes if n["resource_type"] == "model" and TAG not in n["tags"]}
    database = Path(shutil.copy(day_added[0] / "build.duckdb", tmp_path))
    repeated = rows(database, names)

    target = tmp_path / "target"
    built = dbt(
        *("build", "--exclude", f"tag:{TAG}", "--exclude-resource-types", "unit_test"),
        *("--quiet", "--target-path", target, "--log-path", target),
        database=database,
    )

    assert built.status == 0, built.said
    assert len(repeated) > 50
    assert {name: frame.equals(repeated[name]) for name, frame in rows(database, names).items()} == dict.fromkeys(
        repeated, True
    )


def test_dagster_has_every_table_and_check_of_that_day(day_added: tuple[Path, list[dict]]) -> None:
    with open_instance(Warehouse(day_added[0])) as instance:
        last, before = (record.dagster_run.run_id for record in instance.get_run_records(limit=2))
        made = {
            run: {
                event.asset_key: event.step_materialization_data.materialization.metadata
                for entry in instance.all_logs(run, of_type=DagsterEventType.ASSET_MATERIALIZATION)
                if (event := entry.dagster_event)
            }
            for run in (last, before)
        }
        planned = [
            AssetCheckKey(event.event_specific_data.asset_key, event.event_specific_data.check_name)
            for entry in instance.all_logs(last, of_type=DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED)
            if (event := entry.dagster_event)
        ]
        checked = [
            record
            for check in planned
            for record in instance.event_log_storage.get_asset_check_execution_history(check, limit=1)
        ]
    marts = {key: set(metadata) for key, metadata in made[last].items() if key.path[0] == "marts"}
    assert len(marts) > 30
    for key, metadata in marts.items():
        assert {"dagster/row_count"} <= metadata, key
        assert ("chart" in metadata) == ("chart" in made[before][key]), key
    nodes = json.loads(existing_manifest().read_text())["nodes"].values()
    kinds = {node["name"]: node["config"]["materialized"] for node in nodes}
    assert {kinds[key.path[-1]] for key in made[before].keys() - made[last].keys()} == {"view", "seed"}
    assert all(record.run_id == last and record.evaluation for record in checked)


@pytest.mark.proof
def test_dbt_builds_the_models_when_a_statement_fails(sample: Path, tmp_path: Path) -> None:
    warehouse = copied(sample, tmp_path / "warehouse")
    with duckdb.connect(warehouse / "build.duckdb") as connection:
        connection.execute("DROP TABLE facts.feed_breaks; DROP TABLE marts.prices_daily")
    log = (warehouse / LOG).read_bytes()

    ran = leverage("run", "--warehouse", warehouse, "--now", SAMPLE_NEXT)

    assert ran.status == 0, ran.said
    assert (warehouse / LOG).read_bytes() != log
    with duckdb.connect(warehouse / "build.duckdb", read_only=True) as connection:
        assert connection.execute("SELECT max(day)::VARCHAR FROM marts.prices_daily").fetchone() == ("2026-01-28",)
        assert connection.execute("SELECT count(*) > 100 FROM ops.compiled").fetchone() == (True,), "and not tomorrow"
    with open_instance(Warehouse(warehouse)) as instance:
        (last, *_) = (record.dagster_run.run_id for record in instance.get_run_records(limit=1))
        made = [
            str(entry.dagster_event.asset_key)
            for entry in instance.all_logs(last, of_type=DagsterEventType.ASSET_MATERIALIZATION)
            if entry.dagster_event
        ]
    assert len(made) == len(set(made))
    assert str(AssetKey(["marts", "prices_daily"])) in made
