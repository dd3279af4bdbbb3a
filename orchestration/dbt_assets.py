"""The dbt models and their tests as assets and checks, built in one dbt process a run, when anything has changed."""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets

from ingest.landing import Landing
from orchestration.charts import mart_chart
from orchestration.dbt_project import BUILD_DATABASE, DBT_PROJECT, dbt_executable, standing_manifest
from orchestration.ownership import OWNERS, fresh_daily
from orchestration.partitions import POOL
from orchestration.resources import Pipeline
from warehouse.connection import build_database
from warehouse.context import write_context
from warehouse.fingerprint import fingerprint, published_fingerprint
from warehouse.marts import extent
from warehouse.raw import create_tables, load_segments

DAILY_JOB = "daily"


class Translator(DagsterDbtTranslator):
    """Keys and groups by layer: staging/..., intermediate/..., marts/..."""

    def __init__(self) -> None:
        super().__init__(settings=DagsterDbtTranslatorSettings(enable_code_references=False))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return dg.AssetKey([layer_of(dbt_resource_props), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return layer_of(dbt_resource_props)

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        del dbt_resource_props
        return OWNERS


def layer_of(node: Mapping[str, Any]) -> str:
    """staging, intermediate or marts: the first folder below models."""
    return str(node["fqn"][1])


def mart_names(manifest: Path) -> list[str]:
    """The models of the marts folder, sorted."""
    nodes = json.loads(manifest.read_text())["nodes"].values()
    return sorted(n["name"] for n in nodes if n["resource_type"] == "model" and layer_of(n) == "marts")


def mart_keys(manifest: Path) -> list[dg.AssetKey]:
    return [dg.AssetKey(["marts", name]) for name in mart_names(manifest)]


def dbt_resource() -> DbtCliResource:
    return DbtCliResource(
        project_dir=os.fspath(DBT_PROJECT), profiles_dir=os.fspath(DBT_PROJECT), dbt_executable=dbt_executable()
    )


def warehouse_models() -> dg.AssetsDefinition:
    """Every model of the project as one asset definition. Raises PipelineError when there is no manifest yet."""

    @dbt_assets(manifest=standing_manifest(), dagster_dbt_translator=Translator(), pool=POOL, name="dbt_models")
    def dbt_models(context: dg.AssetExecutionContext, pipeline: Pipeline, dbt: DbtCliResource) -> Iterator[Any]:
        present = pipeline.present()
        with build_database(pipeline.located.build) as connection:
            create_tables(connection)
            load_segments(connection, Landing(pipeline.located.landing))
            write_context(connection, present, pipeline.refresher.catalogue)
            inputs = fingerprint(connection, present)
        if context.run.job_name == DAILY_JOB and inputs == published_fingerprint(pipeline.located):
            context.log.info("nothing new since the last release: no model is built and nothing is published")
            return
        # profiles.yml reads the path from here, and dbt inherits this process's environment.
        os.environ[BUILD_DATABASE] = str(pipeline.located.build)
        invocation = dbt.cli(
            ["build", "--exclude-resource-type", "unit_test"], context=context, target_path=pipeline.located.root / "dbt"
        )
        # dbt has the database to itself until it ends; what the events should tell of the marts comes after that.
        events = list(invocation.stream())
        with build_database(pipeline.located.build) as connection:
            for event in events:
                yield _described(event, connection, context)

    return dbt_models.map_asset_specs(
        lambda spec: spec.replace_attributes(freshness_policy=fresh_daily()) if spec.key.path[0] == "marts" else spec
    )


def _described(event: Any, connection: Any, context: dg.AssetExecutionContext) -> Any:  # noqa: ANN401 - Dagster's events
    if not isinstance(event, dg.Output):
        return event
    key = context.asset_key_for_output(event.output_name)
    if key.path[0] != "marts":
        return event
    name = key.path[1]
    found = extent(connection, name)
    metadata: dict[str, Any] = {"dagster/row_count": found["rows"]}
    if found.get("first_day"):
        metadata |= {"first day": found["first_day"].isoformat(), "last day": found["last_day"].isoformat()}
    if chart := mart_chart(connection, name):
        metadata["chart"] = dg.MetadataValue.md(chart)
    return event.with_metadata({**event.metadata, **metadata})
