"""The dbt models and their tests as assets and checks, built by one call of dbt a run, when anything has changed."""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from ingest.landing import Landing
from orchestration.charts import mart_metadata
from orchestration.dbt_build import build
from orchestration.dbt_project import DBT_PROJECT, standing_manifest
from orchestration.jobs import DAILY_JOB
from orchestration.ownership import OWNERS, POOL, fresh_daily
from orchestration.resources import Pipeline
from warehouse.connection import build_database
from warehouse.context import write_context
from warehouse.feed_status import FEED_STATUS
from warehouse.fingerprint import fingerprint, published_fingerprint
from warehouse.marts import has_mart
from warehouse.raw import create_tables, load_segments
from warehouse.views import remember_views, views_stand

# What new rows change. A view follows them by itself; its tests do not.
FOLLOWING_ROWS = ("config.materialized:table", "config.materialized:seed", "resource_type:test")
CONTEXT = "ops"  # the dbt source of what the pipeline tells the models


class Translator(DagsterDbtTranslator):
    """Keys and groups by layer: facts/..., staging/..., intermediate/..., marts/..."""

    def __init__(self) -> None:
        super().__init__(settings=DagsterDbtTranslatorSettings(enable_dbt_views_as_virtual_assets=True))

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
    """staging, intermediate or marts, or facts: the first folder below models or seeds."""
    return str(node["fqn"][1])


def mart_names(manifest: Path) -> list[str]:
    """The models of the marts folder, sorted."""
    nodes = json.loads(manifest.read_text())["nodes"].values()
    return sorted(n["name"] for n in nodes if n["resource_type"] == "model" and layer_of(n) == "marts")


def mart_keys(manifest: Path) -> list[dg.AssetKey]:
    return [dg.AssetKey(["marts", name]) for name in mart_names(manifest)]


def warehouse_models() -> dg.AssetsDefinition:
    """Every model of the project as one asset definition. Raises PipelineError when there is no manifest yet."""
    manifest = json.loads(standing_manifest().read_text())
    translator = Translator()

    @dbt_assets(manifest=manifest, dagster_dbt_translator=translator, pool=POOL, name="dbt_models")
    def dbt_models(context: dg.AssetExecutionContext, pipeline: Pipeline) -> Iterator[Any]:
        located, present = pipeline.located, pipeline.present()
        with build_database(located.build) as connection:
            create_tables(connection)
            load_segments(connection, Landing(located.landing))
            write_context(connection, present, pipeline.refresher.catalogue)
            standing = has_mart(connection, FEED_STATUS) and fingerprint(connection, present) == published_fingerprint(
                located
            )
            views = views_stand(connection)
        daily = context.run.job_name == DAILY_JOB
        if daily and standing:
            context.log.info("nothing new since the last release: no model is built and nothing is published")
            return
        if context.is_subset:
            select = sorted(key.path[-1] for key in context.selected_asset_keys)
        else:
            select = [*FOLLOWING_ROWS] if daily and views else []
        marts = []
        for event in build(
            context,
            database=located.build,
            target=located.root / "dbt",
            manifest=manifest,
            translator=translator,
            select=select,
        ):
            # While dbt runs it has the database to itself: what there is to tell of a mart comes after that.
            if mart := _mart_of(event, context):
                marts.append((mart, event))
            else:
                yield event
        with build_database(located.build) as connection:
            if not select:
                remember_views(connection)
            for mart, event in marts:
                yield event.with_metadata({**event.metadata, **mart_metadata(connection, mart)})

    files = _files(manifest)

    def shown(spec: dg.AssetSpec) -> dg.AssetSpec:
        known = spec.merge_attributes(metadata={"dagster/code_references": files[spec.key.path[-1]]})
        return known.replace_attributes(freshness_policy=fresh_daily()) if spec.key.path[0] == "marts" else known

    return dbt_models.map_asset_specs(shown)


def context_tables() -> list[dg.AssetSpec]:
    """What the pipeline tells the models before they run: no asset makes these, and none should look forgotten."""
    sources = json.loads(standing_manifest().read_text())["sources"].values()
    return [
        dg.AssetSpec(
            dg.AssetKey([source["source_name"], source["name"]]),
            group_name="context",
            description=f"{source['description']}\n\nWritten by every run from its days and catalogue.",
            kinds={"duckdb"},
            owners=OWNERS,
        )
        for source in sources
        if source["source_name"] == CONTEXT
    ]


def _files(manifest: Mapping[str, Any]) -> dict[str, dg.CodeReferencesMetadataValue]:
    """Of each model and seed the file it is written in."""
    return {
        node["name"]: dg.CodeReferencesMetadataValue(
            code_references=[
                dg.LocalFileCodeReference(file_path=str(DBT_PROJECT / node["original_file_path"]), label="dbt")
            ]
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }


def _mart_of(event: Any, context: dg.AssetExecutionContext) -> str | None:  # noqa: ANN401 - any of Dagster's events
    """The mart that an event says was built, None for any other event."""
    if not isinstance(event, dg.Output):
        return None
    layer, name = context.asset_key_for_output(event.output_name).path
    return name if layer == "marts" else None
