"""The published release as an asset: what every consumer reads, switched at once."""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.dbt_assets import mart_keys, mart_names
from orchestration.ownership import OWNERS, fresh_daily
from orchestration.partitions import POOL
from orchestration.regime_assets import FEATURES, LABELLED, regime_key
from orchestration.resources import Pipeline
from regimes import load_parameters
from warehouse.connection import build_database
from warehouse.context import write_feed_status
from warehouse.fingerprint import fingerprint
from warehouse.latest import latest_document
from warehouse.publishing import Release, publish

FEED_STATUS = "feed_status"


def published_asset(manifest: Path) -> dg.AssetsDefinition:
    """`published`, downstream of every mart and of the labels."""

    @dg.asset(
        key=dg.AssetKey("published"),
        deps=[*mart_keys(manifest), *(regime_key(name) for name in (FEATURES, *LABELLED))],
        group_name="published",
        description="`leverage.duckdb`, one Parquet file per mart and `latest.json`, replaced together by one rename.",
        kinds={"duckdb", "parquet", "json"},
        owners=OWNERS,
        pool=POOL,
        freshness_policy=fresh_daily(),
    )
    def published(pipeline: Pipeline) -> dg.MaterializeResult[Any]:
        present, market = pipeline.present(), pipeline.parsed_market
        with build_database(pipeline.located.build) as connection:
            write_feed_status(connection, pipeline.refresher.catalogue, present.calendar)
            inputs = fingerprint(connection, present)
            latest = latest_document(connection, present, market=str(market), simulated=market.simulated, inputs=inputs)
            about = {
                "market": str(market),
                "simulated": str(market.simulated).lower(),
                "first_day": present.calendar.first_day.isoformat(),
                "last_day": present.calendar.last_day.isoformat(),
                "published_at": latest["published_at"],
                "rules_version": load_parameters().rules_version,
                "licences": "; ".join(sorted({f"{f.venue}: {f.licence}" for f in pipeline.refresher.catalogue.feeds})),
            }
            tables = [*mart_names(manifest), FEATURES, *LABELLED, FEED_STATUS]
            release = publish(
                connection, pipeline.located, Release(tables, about, latest, market.simulated), present.now
            )
        size = sum(f.stat().st_size for f in release.rglob("*") if f.is_file())
        return dg.MaterializeResult(
            metadata={
                "release": release.name,
                "tables": len(tables),
                "bytes": size,
                "day": latest.get("day"),
                "regime": latest.get("regime"),
                "confidence": latest.get("confidence"),
                "explanation": latest.get("explanation"),
                "database": dg.MetadataValue.path(str(pipeline.located.published / "leverage.duckdb")),
                "unavailable feeds": ", ".join(latest["unavailable_feeds"]) or "none",
                "missing venues": _missing_venues(latest),
            }
        )

    return published


def _missing_venues(latest: dict[str, Any]) -> str:
    """The venues of the last weeks that the newest day lacks, by asset and series."""
    missing = [
        f"{asset} {series}: {', '.join(venues['missing'])}"
        for asset, newest in latest["assets"].items()
        for series, venues in newest["venues"].items()
        if venues["missing"]
    ]
    return "; ".join(missing) or "none"
