"""The liquidation tape in Dagster: the recorder observed, its segments loaded, and a sensor that sees new ones.

The recorder is a process of its own that Dagster neither starts nor stops.
"""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from ingest import tape
from ingest.feed import Feed
from ingest.landing import Landing
from orchestration.jobs import load_tape_job
from orchestration.ownership import OWNERS, POOL, fresh_daily
from orchestration.raw_assets import raw_key
from orchestration.raw_checks import Standing, raw_check_results, raw_check_specs, raw_column_schema
from orchestration.resources import Pipeline
from record import health
from warehouse.location import Warehouse
from warehouse.refresh import Loaded

RECORDER = dg.AssetKey(["tape", "recorder"])
LOOK_EVERY = 600  # seconds; segments come with the hour, and with every 3 MB where it storms


def recorder_spec() -> dg.AssetSpec:
    """The recorder as Dagster sees it from outside: fresh while it lands segments."""
    return dg.AssetSpec(
        RECORDER,
        description="`leverage record`: forced orders of the venues' websockets, landed every hour.",
        group_name="tape",
        kinds={"python", "parquet"},
        owners=OWNERS,
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=6), warn_window=timedelta(hours=2)),
    )


def tape_asset(feed: Feed) -> dg.AssetsDefinition:
    """The raw table of one recorded feed, filled from what has landed, with the checks of a fetched one."""
    key = raw_key(feed)

    @dg.asset(
        key=key,
        # What was listened to is loaded first: by it the others are judged.
        deps=[RECORDER, *([] if feed is tape.LEDGER else [raw_key(tape.LEDGER)])],
        group_name=feed.venue,
        description=f"{feed.description}\n\nRecorded, not fetched. Licence: {feed.licence}.",
        kinds={"python", "duckdb"},
        owners=OWNERS,
        pool=POOL,
        freshness_policy=fresh_daily(),
        metadata={"dagster/column_schema": raw_column_schema(feed), "dagster/table_name": f"raw.{feed.name}"},
        check_specs=raw_check_specs(key),
    )
    def asset(pipeline: Pipeline) -> Iterator[dg.MaterializeResult[Any]]:
        loaded = pipeline.refresher.load_recorded(feed)
        until = loaded.heard.until if loaded.heard else None
        found = {
            "dagster/row_count": loaded.rows,
            "rows of the last day": loaded.lately,
            "quarantined in the last day": loaded.quarantined_lately,
            "first": loaded.first.isoformat() if loaded.first else None,
            "last": loaded.last.isoformat() if loaded.last else None,
            "recorded until": until.isoformat() if until else None,
        }
        yield dg.MaterializeResult(
            metadata={name: value for name, value in found.items() if value is not None},
            check_results=list(raw_check_results(feed, standing(loaded, pipeline.moment))),
        )

    return asset


def standing(loaded: Loaded, now: datetime) -> Standing:
    """Judged by what was listened to, from the first whole day on; where no recorder has run nothing is due."""
    heard, yesterday = loaded.heard, (now - timedelta(days=1)).date()
    return Standing(
        rows=loaded.rows,
        new=loaded.lately,
        quarantined=loaded.quarantined_lately,
        newest=heard.until.date() if heard and heard.until else None,
        due=yesterday if heard and heard.since.date() < yesterday else None,
        why="the recorder has not heard it, or not landed it yet; see leverage status",
    )


def tape_assets() -> list[dg.AssetsDefinition]:
    return [tape_asset(feed) for feed in tape.FEEDS]


def tape_sensor(warehouse: Warehouse) -> dg.SensorDefinition:
    """Loads new segments, and tells what the recorder's health file says. The ledger has one with every rotation."""

    @dg.sensor(name="recorded_segments", job=load_tape_job, minimum_interval_seconds=LOOK_EVERY)
    def recorded_segments(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        landed = Landing(warehouse.landing).segments({tape.LEDGER.name})
        if not landed or landed[-1].name == context.cursor:
            return dg.SkipReason(_state(warehouse))
        newest = landed[-1]
        told = dg.AssetMaterialization(
            RECORDER, metadata={"newest segment": newest.name, "segments": len(landed), "state": _state(warehouse)}
        )
        return dg.SensorResult(
            run_requests=[dg.RunRequest(run_key=newest.name)], asset_events=[told], cursor=newest.name
        )

    return recorded_segments


def _state(warehouse: Warehouse) -> str:
    state = health.read(warehouse.tape)
    if state is None:
        return "no recorder has run here; start one with: leverage record"
    return state.trouble(datetime.now(UTC)) or "recording"
