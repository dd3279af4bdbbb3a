"""Everything Dagster knows, put together. `dagster dev` and the command line load the same definitions."""

from __future__ import annotations

import dagster as dg

from orchestration.change_sensor import change_sensor
from orchestration.dbt_assets import context_tables, warehouse_models
from orchestration.dbt_project import standing_manifest
from orchestration.polling import polling
from orchestration.published_asset import published_asset
from orchestration.raw_assets import raw_asset
from orchestration.regime_assets import regime_assets
from orchestration.resources import Pipeline, catalogue_of
from orchestration.schedules import SCHEDULES, daily_job
from orchestration.settings import Settings
from orchestration.tape_assets import load_tape_job, recorder_spec, tape_assets, tape_sensor
from orchestration.validation import validated, validation_job


def build_definitions(pipeline: Pipeline, settings: Settings) -> dg.Definitions:
    """The definitions over one pipeline. Raises PipelineError when the dbt manifest has not been made."""
    manifest = standing_manifest()
    feeds = catalogue_of(settings.parsed_market(), settings.catalogue).feeds
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
        jobs=[daily_job, validation_job, load_tape_job, *polls["jobs"]],
        schedules=[*SCHEDULES, *polls["schedules"]],
        sensors=[change_sensor(settings.located()), tape_sensor(settings.located())],
        resources={"pipeline": pipeline},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` loads: the market and warehouse that the environment names."""
    settings = Settings()
    return build_definitions(Pipeline.from_settings(settings), settings)
