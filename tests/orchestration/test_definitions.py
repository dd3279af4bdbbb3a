"""What Dagster is told: every asset explained and owned, one writer at a time, and a snapshot of it all as a diff."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from orchestration.dbt_project import prepared_manifest
from orchestration.definitions import build_definitions
from orchestration.partitions import POOL
from orchestration.resources import Pipeline
from orchestration.settings import Settings

SNAPSHOT = Path(__file__).with_name("definitions.txt")


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    prepared_manifest()
    settings = Settings(market="sample", warehouse=tmp_path_factory.mktemp("warehouse"))
    return build_definitions(Pipeline.from_settings(settings), settings)


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions):
    return definitions.resolve_asset_graph()


def described(definitions: dg.Definitions, graph) -> str:
    lines = [f"asset {key.to_user_string()} [{graph.get(key).group_name}]" for key in graph.materializable_asset_keys]
    lines += [f"check {key.asset_key.to_user_string()}: {key.name}" for key in graph.asset_check_keys]
    lines += [f"job {job.name}" for job in definitions.jobs or []]
    lines += [f"sensor {sensor.name}" for sensor in definitions.sensors or []]
    lines += [
        f"schedule {schedule.name} {schedule.cron_schedule} {schedule.execution_timezone}"
        for schedule in definitions.schedules or []
        if isinstance(schedule, dg.ScheduleDefinition)
    ]
    return "\n".join(sorted(lines)) + "\n"


def test_the_definitions_are_those_of_the_snapshot(definitions: dg.Definitions, graph) -> None:
    assert described(definitions, graph) == SNAPSHOT.read_text(), (
        f"assets, checks, jobs or schedules changed; if that is meant, write {SNAPSHOT.name} anew and review the diff"
    )


def test_every_asset_says_what_it_is_whose_it_is_and_where_it_belongs(graph) -> None:
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.description, key
        assert node.owners, key
        assert node.kinds, key
        assert node.group_name != "default", key


def test_every_asset_waits_for_the_one_slot_of_the_pool(graph) -> None:
    assert {key for key in graph.materializable_asset_keys if graph.get(key).pools != {POOL}} == set()


def test_the_feeds_are_partitioned_by_day_and_backfilled_in_one_run(graph) -> None:
    feeds = [k for k in graph.materializable_asset_keys if k.path[0] in ("binance", "coinalyze", "coinmetrics")]
    assert len(feeds) == 9
    for key in feeds:
        assert isinstance(graph.get(key).partitions_def, dg.DailyPartitionsDefinition)
        assert graph.get(key).backfill_policy == dg.BackfillPolicy.single_run()


def test_everything_but_the_proof_leads_to_the_release(graph) -> None:
    upstream = graph.get_ancestor_asset_keys(dg.AssetKey("published"))
    assert {key.path[-1] for key in set(graph.materializable_asset_keys) - upstream} == {
        "published",
        "regime_validation",
    }


@pytest.mark.parametrize(("name", "hour"), [("provisional", 0), ("final", 5)])
def test_a_schedule_asks_for_the_day_that_has_just_ended(definitions: dg.Definitions, name: str, hour: int) -> None:
    schedule = definitions.resolve_schedule_def(name)
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 2, 2, hour, 30, tzinfo=UTC))
    requested = schedule(context)
    assert isinstance(requested, dg.RunRequest)
    assert requested.partition_key == "2026-02-01"
