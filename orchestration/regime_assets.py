"""Features, labels and evidence as assets: read the marts, let `regimes` think, write what it says."""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import polars as pl

from ingest.feeds import feed_named
from ingest.landing import Landing
from orchestration.charts import mart_metadata
from orchestration.dbt_assets import mart_keys
from orchestration.ownership import OWNERS, POOL, fresh_daily
from orchestration.raw_assets import raw_key
from orchestration.resources import Pipeline
from regimes import (
    TABLE_DESCRIPTIONS,
    TABLES,
    DailyMarts,
    classify,
    daily_features,
    load_parameters,
    new_revisions,
    regime_changes,
    regime_labels,
    regime_revisions,
    regimes_daily,
)
from warehouse.connection import build_database
from warehouse.marts import read_mart, write_mart
from warehouse.restatements import DESCRIPTION as RESTATEMENTS_DESCRIPTION
from warehouse.restatements import RESTATEMENTS, write_restatements
from warehouse.revisions import keep_revisions, known_revisions

FEATURES = "leverage_features_daily"
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


def regime_key(name: str) -> dg.AssetKey:
    return dg.AssetKey(["marts", name])


def regime_assets(manifest: Path) -> list[dg.AssetsDefinition]:
    """The features, from every mart, and the labels, from the features."""

    @dg.asset(
        key=regime_key(FEATURES),
        deps=mart_keys(manifest),
        group_name="regimes",
        description=TABLE_DESCRIPTIONS[FEATURES],
        kinds={"polars", "duckdb"},
        owners=OWNERS,
        pool=POOL,
        freshness_policy=fresh_daily(),
        metadata=_static(FEATURES),
        op_tags={"layer": "regimes"},
    )
    def leverage_features_daily(pipeline: Pipeline) -> dg.MaterializeResult[Any]:
        with build_database(pipeline.located.build) as connection:
            marts = DailyMarts(**{f.name: read_mart(connection, f.name) for f in fields(DailyMarts)})
            _write(connection, FEATURES, daily_features(marts, load_parameters()))
            return dg.MaterializeResult(metadata=_written(connection, FEATURES))

    @dg.multi_asset(
        name="regimes",
        specs=[_spec(name) for name in LABELLED],
        pool=POOL,
        check_specs=[
            dg.AssetCheckSpec(
                "every_day_labelled",
                asset=regime_key("regimes_daily"),
                description="Every asset has one label with its sentence for every day of the calendar, be it"
                " insufficient_data.",
                blocking=True,
            )
        ],
    )
    def regimes(pipeline: Pipeline) -> Iterator[Any]:
        present = pipeline.present()
        parameters = load_parameters()
        with build_database(pipeline.located.build) as connection:
            said = classify(read_mart(connection, FEATURES), parameters, present.now)
            landing = Landing(pipeline.located.landing)
            fresh = new_revisions(said.days, known_revisions(connection, landing), parameters, present.now)
            keep_revisions(connection, landing, fresh, present.now)
            revisions = known_revisions(connection, landing)
            frames = {
                "regimes_daily": regimes_daily(said.days, revisions),
                "regime_evidence": said.evidence,
                "regime_labels": regime_labels(),
                "regime_spans": said.spans,
                "regime_revisions": regime_revisions(revisions),
                "regime_changes": regime_changes(revisions),
                "support_daily": said.support,
                "scenarios": said.scenarios,
            }
            for name in LABELLED:
                _write(connection, name, frames[name])
                yield dg.MaterializeResult(asset_key=regime_key(name), metadata=_written(connection, name))
            days = (present.calendar.last_day - present.calendar.first_day).days + 1
            yield _every_day_labelled(frames["regimes_daily"], days, pipeline.refresher.catalogue.assets)

    @dg.asset(
        key=regime_key(RESTATEMENTS),
        deps=[regime_key("regime_revisions"), raw_key(feed_named("coinmetrics_network"))],
        group_name="regimes",
        description=RESTATEMENTS_DESCRIPTION,
        kinds={"duckdb"},
        owners=OWNERS,
        pool=POOL,
        freshness_policy=fresh_daily(),
    )
    def restatements(pipeline: Pipeline) -> dg.MaterializeResult[Any]:
        with build_database(pipeline.located.build) as connection:
            write_restatements(connection)
            return dg.MaterializeResult(metadata=mart_metadata(connection, RESTATEMENTS))

    return [leverage_features_daily, regimes, restatements]


def _every_day_labelled(labelled: pl.DataFrame, days: int, assets: tuple[str, ...]) -> dg.AssetCheckResult:
    whole = pl.all_horizontal(pl.col("regime", "explanation").is_not_null())
    counts = dict(labelled.filter(whole).group_by("asset").len().iter_rows())
    wrong = {asset: counts.get(asset, 0) for asset in assets if counts.get(asset, 0) != days}
    return dg.AssetCheckResult(
        asset_key=regime_key("regimes_daily"),
        check_name="every_day_labelled",
        passed=not wrong,
        metadata={"days": days, "days labelled, where not all": wrong},
    )


def _spec(name: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        regime_key(name),
        deps=[regime_key(FEATURES)],
        group_name="regimes",
        description=TABLE_DESCRIPTIONS[name],
        kinds={"polars", "duckdb"},
        owners=OWNERS,
        freshness_policy=fresh_daily(),
        metadata=_static(name),
        skippable=True,
    )


def _static(name: str) -> dict[str, Any]:
    columns = [dg.TableColumn(c.name, type=str(c.dtype), description=c.comment) for c in TABLES[name]]
    return {"dagster/column_schema": dg.TableSchema(columns=columns), "dagster/table_name": f"marts.{name}"}


def _write(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    write_mart(connection, name, frame, TABLE_DESCRIPTIONS[name], {c.name: c.comment for c in TABLES[name]})


def _written(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    metadata = mart_metadata(connection, name)
    if name == "regimes_daily":
        counted = connection.execute(
            "SELECT regime, count(*) FROM marts.regimes_daily GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        metadata["days by regime"] = dict(counted)
    return metadata
