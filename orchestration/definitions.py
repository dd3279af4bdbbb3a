"""Everything Dagster knows, put together. `dagster dev` and the command line load the same definitions."""

from __future__ import annotations

import dagster as dg

from orchestration.change_sensor import change_sensor
from orchestration.dbt_assets import context_tables, warehouse_models
from orchestration.dbt_project import standing_manifest
from orchestration.jobs import JOBS
from orchestration.polling import polling
from orchestration.published_asset import published_asset
from orchestration.raw_assets import raw_asset
from orchestration.regime_assets import regime_assets
from orchestration.resources import Pipeline
from orchestration.schedules import SCHEDULES
from orchestration.tape_assets import recorder_spec, tape_assets, tape_sensor
from orchestration.validation import validated
from warehouse.settings import Settings


def build_definitions(pipeline: Pipeline) -> dg.Definitions:
    """The definitions over one pipeline. Raises PipelineError when the dbt manifest has not been made."""
    manifest = standing_manifest()
    feeds = pipeline.asked().feeds
    polls = polling(feeds)
    return dg.Definitions(
        assets=[
            *dg.with_source_code_references(
                [
                    *(raw_asset(feed) for feed in feeds),
                    *tape_assets(),
                    *regime_assets(manifest),
                    validated,
                    published_asset(manifest),
                ]
            ),
            recorder_spec(),
            warehouse_models(),
            *context_tables(),
        ],
        jobs=[*JOBS, *polls["jobs"]],
        schedules=[*SCHEDULES, *polls["schedules"]],
        sensors=[change_sensor(pipeline.located), tape_sensor(pipeline.located)],
        resources={"pipeline": pipeline},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` loads: the market and warehouse that the environment names."""
    return build_definitions(Pipeline.from_settings(Settings()))
