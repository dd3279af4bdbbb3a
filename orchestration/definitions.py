"""Everything Dagster knows, put together. `dagster dev` and the command line load the same definitions."""

from __future__ import annotations

import dagster as dg

from ingest.feeds import load_catalogue
from orchestration.dbt_assets import context_tables, warehouse_models
from orchestration.dbt_project import standing_manifest
from orchestration.published_asset import published_asset
from orchestration.raw_assets import raw_asset
from orchestration.regime_assets import regime_assets
from orchestration.resources import Pipeline
from orchestration.schedules import SCHEDULES, daily_job
from orchestration.settings import Settings


def build_definitions(pipeline: Pipeline, settings: Settings) -> dg.Definitions:
    """The definitions over one pipeline. Raises PipelineError when the dbt manifest has not been made."""
    manifest = standing_manifest()
    return dg.Definitions(
        assets=[
            *dg.with_source_code_references(
                [
                    *(raw_asset(feed) for feed in load_catalogue(settings.catalogue).feeds),
                    *regime_assets(manifest),
                    published_asset(manifest),
                ]
            ),
            warehouse_models(),
            *context_tables(),
        ],
        jobs=[daily_job],
        schedules=SCHEDULES,
        resources={"pipeline": pipeline},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` loads: the market and warehouse that the environment names."""
    settings = Settings()
    return build_definitions(Pipeline.from_settings(settings), settings)
