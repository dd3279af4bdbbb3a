"""The published release as an asset: everything that consumers read, switched at once."""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from brief import HASHES, NEWEST, READ_IF_THERE, REQUIRED, About, Lead, release_pages
from ingest.landing import Landing
from orchestration.asset_defaults import OWNERS, POOL, fresh_daily, mart_key
from orchestration.dbt_assets import mart_keys, mart_names
from orchestration.market_assets import MARKET
from orchestration.regime_assets import FEATURES, LABELLED
from orchestration.resources import Pipeline
from regimes import load_parameters
from tables.published import hourly
from tables.published.operations import FEED_STATUS, IMPLAUSIBLE_ROWS, RESTATEMENTS
from tables.published.regimes import READINGS, REGIME_VALIDATION
from warehouse.connection import build_database
from warehouse.feed_status import write_feed_status
from warehouse.fingerprint import fingerprint
from warehouse.hourly_history import now_as_of_macro, write_hourly_tables
from warehouse.label_history import as_of_macro
from warehouse.location import PUBLISHED_DATABASE, Warehouse
from warehouse.marts import has_mart, read_mart
from warehouse.missing_readings import MissingReading, banner, missing_readings
from warehouse.publishing.latest_json import latest_document
from warehouse.publishing.release import Release, publish
from warehouse.readings import write_readings

PUBLISHED = dg.AssetKey("published")
READINGS_CHECK = "last_day_has_readings"


def published_asset(manifest: Path) -> dg.AssetsDefinition:
    """`published`, downstream of every mart and of the labels."""

    @dg.asset(
        key=PUBLISHED,
        deps=[*mart_keys(manifest), *(mart_key(name) for name in (FEATURES, *LABELLED, *MARKET, RESTATEMENTS.name))],
        group_name="release",
        description=(
            "What readers open: `leverage.duckdb`, one Parquet file per table, `latest.json`, and the pages, replaced"
            " together by one rename. The metadata below have the newest reading.\n\n"
            "Read next: `docs/querying.md`."
        ),
        kinds={"duckdb", "parquet", "json"},
        owners=OWNERS,
        pool=POOL,
        freshness_policy=fresh_daily(),
        check_specs=[
            dg.AssetCheckSpec(
                READINGS_CHECK,
                asset=PUBLISHED,
                description="Every asset that ever had a reading has one for the last day.",
            )
        ],
    )
    def published(pipeline: Pipeline) -> Iterator[dg.MaterializeResult[Any]]:
        run, market, warehouse = pipeline.run_context(), pipeline.parsed_market, pipeline.resolved_warehouse
        with build_database(warehouse.build) as connection:
            write_feed_status(connection, pipeline.refresher.catalogue, run.calendar, run.now)
            write_readings(connection)
            write_hourly_tables(connection, Landing(warehouse.landing))
            inputs = fingerprint(connection, run)
            latest = latest_document(
                connection,
                run,
                market=str(market),
                simulated=market.simulated,
                inputs=inputs,
                chosen=warehouse.chosen(),
            )
            about = {
                "market": str(market),
                "simulated": str(market.simulated).lower(),
                "first_day": run.calendar.first_day.isoformat(),
                "last_day": run.calendar.last_day.isoformat(),
                "published_at": latest["published_at"],
                "rules_version": load_parameters().rules_version,
                "licences": "; ".join(sorted({f"{f.venue}: {f.licence}" for f in pipeline.refresher.catalogue.feeds})),
            }
            tables = [*mart_names(manifest), FEATURES, *LABELLED, *MARKET]
            tables += [READINGS.name, RESTATEMENTS.name, FEED_STATUS.name]
            tables += [table.name for table in hourly.TABLES]
            tables += [t.name for t in (IMPLAUSIBLE_ROWS, REGIME_VALIDATION) if has_mart(connection, t.name)]
            missing = missing_readings(connection, "marts.regimes_daily")
            files = _pages(connection, warehouse, latest, about["licences"], missing)
            release = Release(tables, about, latest, market.simulated, [as_of_macro(), now_as_of_macro()], files)
            folder = publish(connection, warehouse, release, run.now)
        size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
        yield dg.MaterializeResult(
            metadata={
                "release": folder.name,
                "tables": len(tables),
                "bytes": size,
                "asset": latest.get("asset"),
                "day": latest.get("day"),
                "event": latest.get("event"),
                "confidence": latest.get("confidence"),
                "explanation": latest.get("explanation"),
                "state": latest.get("state_in_words"),
                "brief": dg.MetadataValue.path(str(warehouse.published / NEWEST)),
                "database": dg.MetadataValue.path(str(warehouse.published / PUBLISHED_DATABASE)),
                "unavailable feeds": ", ".join(latest["unavailable_feeds"]) or "none",
                "missing venues": _missing_venues(latest),
            },
            check_results=[
                dg.AssetCheckResult(
                    check_name=READINGS_CHECK,
                    passed=not missing,
                    severity=dg.AssetCheckSeverity.ERROR,
                    metadata={"last day": latest["last_day"], "without a reading": _texts(missing)},
                )
            ],
        )

    return published


def _texts(missing: list[MissingReading]) -> str:
    return "; ".join(one.text for one in missing) or "none"


def _pages(
    connection: duckdb.DuckDBPyConnection,
    warehouse: Warehouse,
    latest: dict[str, Any],
    licences: str,
    missing: list[MissingReading],
) -> dict[str, str | Path]:
    """The pages of the brief: new text, or the page of the last release if its data has not changed.

    The page on top shows the last reading, under a banner if that is not of the last day.
    """
    names = [*REQUIRED, *(name for name in READ_IF_THERE if has_mart(connection, name))]
    frames = {name: read_mart(connection, name) for name in names}
    about = About(latest["market"], latest["simulated"], latest["published_at"], licences)
    last = warehouse.published.resolve()
    before = json.loads((last / HASHES).read_text()) if (last / HASHES).exists() else {}
    lead = Lead(latest["asset"], date.fromisoformat(latest["day"]), banner(missing))
    pages = release_pages(frames, load_parameters(), about, lead, before)
    return {**pages.written, **{name: last / name for name in pages.kept}}


def _missing_venues(latest: dict[str, Any]) -> str:
    """The venues that reported in recent weeks but not on the newest day, by asset and series."""
    missing = [
        f"{asset} {series}: {', '.join(venues['missing'])}"
        for asset, newest in latest["assets"].items()
        for series, venues in newest["venues"].items()
        if venues["missing"]
    ]
    return "; ".join(missing) or "none"
