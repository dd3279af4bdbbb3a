"""All of Dagster's definitions, put together. `dagster dev` and the command line load the same ones."""

from __future__ import annotations

import warnings

import dagster as dg

from orchestration.alert_sensor import alert_sensor
from orchestration.asset_defaults import daily_partitions
from orchestration.change_sensor import change_sensor
from orchestration.dbt_assets import context_tables, warehouse_models
from orchestration.dbt_project import existing_manifest
from orchestration.jobs import JOBS
from orchestration.market_assets import market_assets
from orchestration.now_asset import now_asset
from orchestration.published_asset import published_asset
from orchestration.raw_assets import raw_asset
from orchestration.regime_assets import regime_assets
from orchestration.resources import Pipeline
from orchestration.schedules import daily_schedules, hourly_schedule
from orchestration.short_lived_feeds import short_lived_jobs_and_schedules
from orchestration.tape_assets import recorder_spec, tape_assets, tape_sensor
from orchestration.validation import validated
from warehouse.settings import Settings


def build_definitions(pipeline: Pipeline) -> dg.Definitions:
    """The definitions for one pipeline. Raises PipelineError when the dbt project has not been parsed."""
    manifest = existing_manifest()
    feeds = pipeline.load_catalogue().feeds
    days = pipeline.resolved_warehouse.calendar()
    partitions = daily_partitions(days.first_day if days else None)
    poll_jobs, poll_schedules = short_lived_jobs_and_schedules(feeds)
    return dg.Definitions(
        assets=[
            *dg.with_source_code_references(
                [
                    *(raw_asset(feed, partitions) for feed in feeds),
                    *tape_assets(),
                    *regime_assets(manifest),
                    market_assets(),
                    validated,
                    published_asset(manifest),
                    now_asset(pipeline),
                ]
            ),
            recorder_spec(),
            warehouse_models(),
            *context_tables(),
        ],
        jobs=[*JOBS, *poll_jobs],
        schedules=[*daily_schedules(), hourly_schedule(), *poll_schedules],
        sensors=[
            change_sensor(pipeline.resolved_warehouse),
            alert_sensor(pipeline.resolved_warehouse),
            tape_sensor(pipeline.resolved_warehouse),
        ],
        resources={"pipeline": pipeline},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` loads: the market and warehouse from the environment."""
    # Code references and backfill policies are beta in Dagster: at each start it printed 128 warnings about them.
    warnings.filterwarnings("ignore", category=dg.BetaWarning)
    return build_definitions(Pipeline.from_settings(Settings()))
