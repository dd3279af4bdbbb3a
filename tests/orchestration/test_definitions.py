"""What Dagster is told: every asset explained and owned, one writer at a time, and a snapshot of it all as a diff."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg
import polars as pl
import pytest

from ingest import tape
from ingest.coverage import Part
from ingest.feeds import FEEDS, feed_named
from ingest.landing import Landing
from ingest.sample import SIMULATED
from ingest.windows import Window
from orchestration.asset_defaults import FIRST_PARTITION, POOL, mart_key
from orchestration.dbt_project import prepared_manifest
from orchestration.definitions import build_definitions
from orchestration.descriptions import READ_NEXT
from orchestration.jobs import NOW
from orchestration.raw_assets import raw_key
from orchestration.resources import Pipeline
from orchestration.tape_assets import RECORDER, tape_sensor
from regimes import load_parameters
from warehouse.location import Calendar, Warehouse
from warehouse.settings import PROJECT, Settings

DAILY = ("provisional", "final")  # schedules that Dagster makes from their job when it resolves the definitions
SNAPSHOT = Path(__file__).with_name("definitions.txt")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    prepared_manifest()
    return tmp_path_factory.mktemp("warehouse")


@pytest.fixture(scope="module")
def definitions(warehouse: Path) -> dg.Definitions:
    return of_the_live_market(warehouse)


def of_the_live_market(warehouse: Path) -> dg.Definitions:
    """It asks every feed; nothing is asked to define them."""
    settings = Settings(market="live", warehouse=warehouse)
    return build_definitions(Pipeline.from_settings(settings))


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions):
    return definitions.resolve_asset_graph()


def test_a_new_segment_of_the_tape_asks_for_one_run_that_loads_it(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    sensor = tape_sensor(warehouse)
    assert isinstance(sensor(dg.build_sensor_context()), dg.SkipReason)
    now = datetime(2026, 2, 2, tzinfo=UTC)
    part = Part("run", "stream", Window.of_days(now.date(), now.date()), 0)
    segment = Landing(warehouse.landing).write(tape.LEDGER, pl.DataFrame(schema=tape.LEDGER.rows_schema()), [part], now)
    assert segment is not None
    seen = sensor(dg.build_sensor_context())
    assert isinstance(seen, dg.SensorResult)
    assert [request.run_key for request in seen.run_requests or []] == [segment.name]
    assert [event.asset_key for event in seen.asset_events] == [RECORDER]
    assert isinstance(sensor(dg.build_sensor_context(cursor=seen.cursor)), dg.SkipReason)


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
        "assets, checks, jobs or schedules changed; if that is meant: make definitions, and review the diff"
    )


@pytest.mark.parametrize("market", ["live", "sample"])
def test_dagster_loads_the_definitions_as_its_server_does(warehouse: Path, market: str) -> None:
    """It refuses what a graph of assets alone does not show, such as an op and a job of one name."""
    settings = Settings(market=market, warehouse=warehouse)
    dg.Definitions.validate_loadable(build_definitions(Pipeline.from_settings(settings)))


def test_every_asset_says_what_it_is_whose_it_is_and_where_it_belongs(graph) -> None:
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.owners, key
        assert node.kinds, key
        assert node.group_name != "default", key


def test_every_check_job_sensor_and_schedule_says_what_it_does(definitions: dg.Definitions, graph) -> None:
    for key in graph.asset_check_keys:
        assert graph.get_check_spec(key).description, key
    for one in (*(definitions.jobs or ()), *(definitions.sensors or ()), *(definitions.schedules or ())):
        assert definitions.resolve_schedule_def(one.name).description if one.name in DAILY else one.description, one


def test_a_description_leads_to_pages_and_tables_that_are_there(graph) -> None:
    for key in graph.materializable_asset_keys:
        description = graph.get(key).description.partition("#### Raw SQL")[0]
        for page in re.findall(r"`(docs/\S+)`", description):
            assert (PROJECT / page).is_file(), f"{key}: {page}"
    made = {key.path[-1] for key in graph.materializable_asset_keys}
    assert {*READ_NEXT, *re.findall(r"`(\w+)`", " ".join(READ_NEXT.values()))} <= made


def test_a_mart_says_whose_feeds_it_is_made_from_and_whether_a_label_reads_it(graph) -> None:
    flows, positioning = (
        graph.get(mart_key(name)).description for name in ("exchange_flows_daily", "positioning_daily")
    )
    assert "Made from feeds of coinmetrics." in flows
    assert "The labels read it: `leverage_features_daily`" in flows
    assert "Made from feeds of binance" in positioning
    assert "No daily label reads it." in positioning


def test_a_check_of_dbt_says_what_fails_it_and_its_conditions(graph) -> None:
    (holds,) = (key for key in graph.asset_check_keys if key.name == "prices_daily_holds")
    description = graph.get_check_spec(holds).description
    assert description.startswith("Fails on rows that break one of the named conditions.\n\n* ")
    assert "* low is positive: `low_usd > 0`" in description


def test_every_asset_that_is_made_leads_to_the_file_that_makes_it(graph) -> None:
    for key in graph.materializable_asset_keys:
        references = graph.get(key).metadata["dagster/code_references"].code_references
        assert all(Path(reference.file_path).is_file() for reference in references), key
        if key.path[0] in ("staging", "intermediate"):
            assert [Path(reference.file_path).name for reference in references] == [f"{key.path[-1]}.sql"]


def test_every_asset_but_the_running_day_waits_for_the_one_slot_of_the_pool(graph) -> None:
    """The running day has a database of its own and is read beside a daily run."""
    assert {key for key in graph.materializable_asset_keys if graph.get(key).pools != {POOL}} == {NOW}
    assert not graph.get(NOW).pools


def test_the_feeds_are_partitioned_by_day_and_backfilled_in_one_run(graph) -> None:
    feeds = {k for k in graph.materializable_asset_keys if k.path[-1] in {feed.name for feed in FEEDS}}
    assert feeds == {raw_key(feed) for feed in FEEDS}
    for key in feeds:
        assert isinstance(graph.get(key).partitions_def, dg.DailyPartitionsDefinition)
        assert graph.get(key).backfill_policy == dg.BackfillPolicy.single_run()


def test_partitions_begin_with_the_first_day_of_the_warehouse(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.claim("live")
    for first in (FIRST_PARTITION, date(2024, 9, 1)):
        graph = of_the_live_market(tmp_path).resolve_asset_graph()
        partitions = graph.get(raw_key(FEEDS[0])).partitions_def
        assert isinstance(partitions, dg.DailyPartitionsDefinition)
        assert partitions.start.date() == first
        warehouse.extend(Calendar(date(2024, 9, 1), date(2024, 9, 2)))


def test_of_the_simulated_market_only_what_is_simulated_is_an_asset(warehouse: Path) -> None:
    settings = Settings(market="sample", warehouse=warehouse)
    simulated = build_definitions(Pipeline.from_settings(settings)).resolve_asset_graph()
    feeds = {k.path[-1] for k in simulated.materializable_asset_keys} & {feed.name for feed in FEEDS}
    assert feeds == {*SIMULATED, "inbox_fund_flows"}


def test_the_running_day_is_read_every_hour_and_not_in_the_daily_job(definitions: dg.Definitions) -> None:
    schedule = definitions.resolve_schedule_def("hourly")
    assert (schedule.cron_schedule, schedule.job_name) == ("2 * * * *", "now")
    assert definitions.resolve_job_def("now").asset_layer.executable_asset_keys == {NOW}
    assert NOW not in definitions.resolve_job_def("daily").asset_layer.executable_asset_keys


def test_everything_but_the_proof_and_the_running_day_leads_to_the_release(graph) -> None:
    upstream = graph.get_ancestor_asset_keys(dg.AssetKey("published"))
    assert {key.path[-1] for key in set(graph.materializable_asset_keys) - upstream} == {
        "published",
        "regime_validation",
        "now",
        "int_open_interest__five_minute_days",  # read by checks alone
        # Views of all rows of a feed: the models read its days or its newest hours, which other views have.
        "stg_binance__cm_open_interest",
        "stg_binance__spot_klines",
        "stg_binance__um_klines",
        "stg_binance__um_open_interest",
    }


def test_the_final_run_is_not_before_a_day_is_final(definitions: dg.Definitions) -> None:
    minute, hour, *_ = str(definitions.resolve_schedule_def("final").cron_schedule).split()
    assert int(hour) * 60 + int(minute) >= load_parameters().gate.provisional_minutes


def test_what_a_venue_forgets_within_a_day_is_asked_for_every_six_hours(definitions: dg.Definitions) -> None:
    poll = definitions.resolve_schedule_def("short_lived_feeds")
    assert (poll.cron_schedule, poll.job_name) == ("15 */6 * * *", "poll")
    polled = definitions.resolve_job_def("poll").asset_layer.executable_asset_keys
    assert polled == {raw_key(feed_named("okx_liquidations"))}


@pytest.mark.parametrize(("name", "hour"), [("provisional", 0), ("final", 5), ("short_lived_feeds", 6)])
def test_a_schedule_asks_for_the_day_that_has_just_ended(definitions: dg.Definitions, name: str, hour: int) -> None:
    schedule = definitions.resolve_schedule_def(name)
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 2, 2, hour, 30, tzinfo=UTC))
    requested = schedule(context)
    assert isinstance(requested, dg.RunRequest)
    assert requested.partition_key == "2026-02-01"


if __name__ == "__main__":  # make definitions
    prepared_manifest()
    with TemporaryDirectory() as scratch:
        found = of_the_live_market(Path(scratch))
        SNAPSHOT.write_text(described(found, found.resolve_asset_graph()))
