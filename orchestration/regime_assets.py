"""Features, labels and evidence as assets: read the marts, run `regimes`, write its tables."""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import polars as pl

from ingest.feeds import feed_named
from ingest.landing import Landing
from orchestration.asset_defaults import OWNERS, POOL, fresh_daily, mart_key
from orchestration.dbt_assets import mart_keys
from orchestration.descriptions import table_text
from orchestration.mart_metadata import column_metadata, mart_metadata, newest_readings
from orchestration.raw_assets import raw_key
from orchestration.resources import Pipeline
from regimes import (
    load_parameters,
    new_revisions,
    regime_changes,
    regime_labels,
    regime_revisions,
    regimes_daily,
)
from tables.published import table
from tables.published.operations import RESTATEMENTS
from warehouse.connection import build_database
from warehouse.flow_restatements import write_restatements
from warehouse.implausible_rows import with_reasons
from warehouse.label_history import land_revisions, landed_revisions
from warehouse.marts import write_table
from warehouse.regime_tables import FEATURES, write_classification, write_features

LABELLED = (
    "regimes_daily",
    "regime_evidence",
    "regime_labels",
    "regime_spans",
    "regime_revisions",
    "regime_changes",
    "support_daily",
    "scenarios",
)


def regime_assets(manifest: Path) -> list[dg.AssetsDefinition]:
    """The features, made from the marts; the labels, made from the features; and the restatements."""

    @dg.asset(
        key=mart_key(FEATURES),
        deps=mart_keys(manifest),
        group_name="labels",
        description=table_text(FEATURES),
        kinds={"polars", "duckdb"},
        owners=OWNERS,
        pool=POOL,
        freshness_policy=fresh_daily(),
        metadata=column_metadata(table(FEATURES)),
        op_tags={"layer": "regimes"},
    )
    def leverage_features_daily(pipeline: Pipeline) -> dg.MaterializeResult[Any]:
        with build_database(pipeline.resolved_warehouse.build) as connection:
            write_features(connection, load_parameters())
            return dg.MaterializeResult(metadata=_table_metadata(connection, FEATURES))

    @dg.multi_asset(
        name="regimes",
        specs=[_label_spec(name) for name in LABELLED],
        pool=POOL,
        check_specs=[
            dg.AssetCheckSpec(
                "every_day_labelled",
                asset=mart_key("regimes_daily"),
                description="Every asset has one label with its sentence for every day of the calendar, even if it is"
                " insufficient_data.",
                blocking=True,
            )
        ],
    )
    def regimes(pipeline: Pipeline) -> Iterator[Any]:
        run = pipeline.run_context()
        parameters = load_parameters()
        with build_database(pipeline.resolved_warehouse.build) as connection:
            days = with_reasons(connection, write_classification(connection, parameters, run.now))
            landing = Landing(pipeline.resolved_warehouse.landing)
            new = new_revisions(days, landed_revisions(connection, landing), parameters, run.now)
            land_revisions(connection, landing, new, run.now)
            revisions = landed_revisions(connection, landing)
            labelled = regimes_daily(days, revisions)
            frames = {
                "regimes_daily": labelled,
                "regime_labels": regime_labels(),
                "regime_revisions": regime_revisions(revisions),
                "regime_changes": regime_changes(revisions),
            }
            for name, frame in frames.items():
                write_table(connection, table(name), frame)
            for name in LABELLED:
                yield dg.MaterializeResult(asset_key=mart_key(name), metadata=_table_metadata(connection, name))
            last_days = pipeline.refresher.catalogue.last_days
            due = {asset: run.calendar.until(last).day_count for asset, last in last_days.items()}
            yield _every_day_labelled(labelled, due)

    @dg.asset(
        key=mart_key(RESTATEMENTS.name),
        deps=[mart_key("regime_revisions"), raw_key(feed_named("coinmetrics_network"))],
        group_name="labels",
        description=table_text(RESTATEMENTS.name),
        kinds={"duckdb"},
        owners=OWNERS,
        pool=POOL,
        freshness_policy=fresh_daily(),
    )
    def restatements(pipeline: Pipeline) -> dg.MaterializeResult[Any]:
        with build_database(pipeline.resolved_warehouse.build) as connection:
            write_restatements(connection)
            return dg.MaterializeResult(metadata=mart_metadata(connection, RESTATEMENTS.name))

    return [leverage_features_daily, regimes, restatements]


def _every_day_labelled(labelled: pl.DataFrame, days: Mapping[str, int]) -> dg.AssetCheckResult:
    """The check that every asset has a label for as many days as `days` says."""
    is_labelled = pl.all_horizontal(pl.col("regime", "explanation").is_not_null())
    counts = dict(labelled.filter(is_labelled).group_by("asset").len().iter_rows())
    wrong = {asset: counts.get(asset, 0) for asset, count in days.items() if counts.get(asset, 0) != count}
    return dg.AssetCheckResult(
        asset_key=mart_key("regimes_daily"),
        check_name="every_day_labelled",
        passed=not wrong,
        metadata={"days": max(days.values(), default=0), "days labelled, where not all": wrong},
    )


def _label_spec(name: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        mart_key(name),
        deps=[mart_key(FEATURES)],
        group_name="labels",
        description=table_text(name),
        kinds={"polars", "duckdb"},
        owners=OWNERS,
        freshness_policy=fresh_daily(),
        metadata=column_metadata(table(name)),
        skippable=True,
    )


def _table_metadata(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    metadata = mart_metadata(connection, name)
    if name == "regimes_daily":
        counted = connection.execute(
            "SELECT event, count(*) FROM marts.regimes_daily GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        metadata |= {"days by label": dict(counted), "newest readings": newest_readings(connection)}
    return metadata
