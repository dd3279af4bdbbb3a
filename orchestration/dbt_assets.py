"""The dbt models and their tests as assets and checks. A run builds them with one call of dbt, if anything is new."""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from ingest.landing import Landing
from orchestration.asset_defaults import OWNERS, POOL, fresh_daily, mart_key
from orchestration.dbt_project import DBT_PROJECT, existing_manifest
from orchestration.descriptions import NOT_FEEDS, describe_tests, model_text, venues_behind
from orchestration.errors import PipelineError
from orchestration.internals.dbt_selection import selecting, without_tag
from orchestration.internals.kept_verdicts import checks_of_job, keep_last_verdicts
from orchestration.jobs import DAILY_JOB
from orchestration.mart_metadata import mart_metadata, with_lines
from orchestration.repeated_models import RepeatFailed, repeat_models
from orchestration.resources import Pipeline
from orchestration.window_models import TAG
from tables.published.operations import FEED_STATUS
from warehouse.compiled_models import forget, remember, remembered
from warehouse.connection import build_database, transaction
from warehouse.fingerprint import fingerprint, published_fingerprint
from warehouse.implausible_rows import write_implausible_rows
from warehouse.marts import has_mart
from warehouse.raw_loading import load_segments
from warehouse.raw_tables import create_tables
from warehouse.run_context import write_run_context
from warehouse.settings import DUCKDB

# The windows of the running day, which only `leverage now` reads, from a database of its own.
WINDOWS = f"tag:{TAG}"
# The first part of the keys of assets that are made from the raw tables. The raw tables are checked in every run.
MADE_HERE = ("facts", "staging", "intermediate", "marts", "published")
GROUPS = {"facts": "reference"}  # of a layer whose name does not say what it is


class Translator(DagsterDbtTranslator):
    """Asset keys and groups by layer: facts/..., staging/..., intermediate/..., marts/..."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self.manifest = manifest
        super().__init__(settings=DagsterDbtTranslatorSettings(enable_dbt_views_as_virtual_assets=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return dg.AssetKey([layer_of(dbt_resource_props), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        layer = layer_of(dbt_resource_props)
        return GROUPS.get(layer, layer)

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return model_text(dbt_resource_props, venues_behind(self.manifest, dbt_resource_props["unique_id"]))

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        del dbt_resource_props
        return OWNERS


def layer_of(node: Mapping[str, Any]) -> str:
    """staging, intermediate, marts or facts: the first folder below models or seeds."""
    return str(node["fqn"][1])


def mart_names(manifest: Path) -> list[str]:
    """The models of the marts folder, sorted."""
    nodes = json.loads(manifest.read_text())["nodes"].values()
    return sorted(n["name"] for n in nodes if n["resource_type"] == "model" and layer_of(n) == "marts")


def mart_keys(manifest: Path) -> list[dg.AssetKey]:
    return [mart_key(name) for name in mart_names(manifest)]


def warehouse_models() -> dg.AssetsDefinition:
    """Every model but the windows of the running day as one asset definition.

    Raises PipelineError when the project was never parsed.
    """
    manifest = json.loads(existing_manifest().read_text())
    describe_tests(manifest)
    translator = Translator(manifest)

    def dbt_models(context: dg.AssetExecutionContext, pipeline: Pipeline) -> Iterator[Any]:
        warehouse, run = pipeline.resolved_warehouse, pipeline.run_context()
        pipeline.refresher.release()  # dbt and the engines open the file by themselves
        with build_database(warehouse.build) as connection:
            create_tables(connection)
            load_segments(connection, Landing(warehouse.landing))
            write_run_context(connection, run, pipeline.refresher.catalogue)
            inputs = fingerprint(connection, run)
            nothing_new = has_mart(connection, FEED_STATUS.name) and inputs == published_fingerprint(warehouse)
            compiled = remembered(connection)
        is_daily = context.run.job_name == DAILY_JOB
        if is_daily and nothing_new:
            context.log.info("nothing new since the last release: no model is built and nothing is published")
            keep_last_verdicts(context, (key for key in checks_of_job(context) if key.asset_key.path[0] in MADE_HERE))
            return
        if not is_daily or not compiled or pipeline.engine != DUCKDB or context.is_subset:
            yield from _built_by_dbt(context, pipeline, manifest, translator)
            return
        yielded: set[tuple[str, ...]] = set()
        try:
            for event in repeat_models(context, warehouse.build, compiled, pipeline.wait_at_end):
                yielded.add(_identity(event))
                yield event
        except RepeatFailed as error:
            context.log.warning(f"{error}; dbt builds all models")
            # Dagster takes no event twice, and no view or seed after a table that was made from it.
            tables = {one.name for one in compiled}
            for event in _built_by_dbt(context, pipeline, manifest, translator):
                is_late = isinstance(event, dg.Output) and _key_of(event, context).path[-1] not in tables
                if not is_late and _identity(event) not in yielded:
                    yield event

    with selecting(without_tag(manifest, TAG)):
        models = dbt_assets(
            manifest=manifest, exclude=WINDOWS, dagster_dbt_translator=translator, pool=POOL, name="dbt_models"
        )(dbt_models)
    files = _code_references(manifest)

    def with_file_and_freshness(spec: dg.AssetSpec) -> dg.AssetSpec:
        spec = spec.merge_attributes(metadata={"dagster/code_references": files[spec.key.path[-1]]})
        is_mart = spec.key.path[0] == "marts"
        return spec.replace_attributes(freshness_policy=fresh_daily()) if is_mart else spec

    return models.map_asset_specs(with_file_and_freshness)


def _built_by_dbt(
    context: dg.AssetExecutionContext,
    pipeline: Pipeline,
    manifest: dict[str, Any],
    translator: DagsterDbtTranslator,
) -> Iterator[Any]:
    """Build the selected models with dbt; yields Dagster's events, in the order of dbt."""
    # dbt takes seconds to import, and most runs need none.
    from orchestration.engines import open_engine
    from orchestration.internals.dbt_build import Outcome, build_models, build_upstream

    warehouse, outcome = pipeline.resolved_warehouse, Outcome()
    select = sorted(key.path[-1] for key in context.selected_asset_keys) if context.is_subset else []
    with open_engine(pipeline.engine, warehouse) as engine:
        with build_database(warehouse.build) as connection:
            forget(connection)
            engine.prepare(connection)
        if select and not engine.keeps_models:
            build_upstream(engine, warehouse.dbt, select, [WINDOWS])
        later: list[Any] = []
        try:
            for event in build_models(
                context,
                engine=engine,
                database=warehouse.build,
                target=warehouse.dbt,
                manifest=manifest,
                translator=translator,
                select=select,
                exclude=[WINDOWS],
                outcome=outcome,
                register=pipeline.wait_at_end,
            ):
                # dbt has the engine for itself while it runs, so metadata is read afterwards, in the order of dbt.
                if later or _mart_of(event, context) or _did_not_pass(event):
                    later.append(event)
                else:
                    yield event
        except PipelineError:
            yield from later  # what was built and tested until then, and which test did not pass
            raise
        with build_database(warehouse.build) as connection:
            engine.collect(connection, [mart for event in later if (mart := _mart_of(event, context))])
            lines: dict[str, list[str]] = {}
            if not context.is_subset:
                if engine.keeps_models:
                    with transaction(connection):
                        remember(connection, outcome.compiled)
                warned = (one for one in outcome.compiled if one.name in outcome.warned)
                lines = write_implausible_rows(
                    connection, {one.name: engine.rows(connection, one.query) for one in warned}
                )
            for event in later:
                if mart := _mart_of(event, context):
                    yield event.with_metadata({**event.metadata, **mart_metadata(connection, mart)})
                elif _did_not_pass(event):
                    rows = with_lines(lines.get(event.check_name, []))
                    yield event.with_metadata({**event.metadata, **rows})
                else:
                    yield event


def _identity(event: Any) -> tuple[str, ...]:  # noqa: ANN401 - any event of Dagster
    """What an event of a model or a test is about."""
    if isinstance(event, dg.AssetCheckResult):
        return (str(event.asset_key), str(event.check_name))
    return (event.output_name,) if isinstance(event, dg.Output) else ()


def context_tables() -> list[dg.AssetSpec]:
    """The tables that every run writes before the models are built, as external assets: no asset makes them."""
    sources = json.loads(existing_manifest().read_text())["sources"].values()
    return [
        dg.AssetSpec(
            dg.AssetKey([source["source_name"], source["name"]]),
            group_name="run_context",
            description=f"{source['description']}\n\nWritten by every run from its days and catalogue.",
            kinds={"duckdb"},
            owners=OWNERS,
        )
        for source in sources
        if source["source_name"] == NOT_FEEDS
    ]


def _code_references(manifest: Mapping[str, Any]) -> dict[str, dg.CodeReferencesMetadataValue]:
    """The source file of each model and seed, by name."""
    return {
        node["name"]: dg.CodeReferencesMetadataValue(
            code_references=[
                dg.LocalFileCodeReference(
                    file_path=str(DBT_PROJECT / node["original_file_path"]), label=Path(node["original_file_path"]).name
                )
            ]
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }


def _did_not_pass(event: Any) -> bool:  # noqa: ANN401 - any event of Dagster
    return isinstance(event, dg.AssetCheckResult) and not event.passed


def _mart_of(event: Any, context: dg.AssetExecutionContext) -> str | None:  # noqa: ANN401 - any event of Dagster
    """The name of the mart if the event says that one was built, else None."""
    if not isinstance(event, dg.Output):
        return None
    layer, name = _key_of(event, context).path
    return name if layer == "marts" else None


def _key_of(event: dg.Output[Any], context: dg.AssetExecutionContext) -> dg.AssetKey:
    return context.asset_key_for_output(event.output_name)
