"""The liquidation tape in Dagster: the recorder observed, its segments loaded, and a sensor that sees new ones.

The recorder is a process of its own that Dagster neither starts nor stops.
"""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from ingest import tape
from ingest.feed import Feed
from ingest.landing import Landing
from orchestration.ownership import OWNERS
from orchestration.partitions import POOL
from orchestration.resources import Pipeline
from record import health
from warehouse.location import Warehouse

RECORDER = dg.AssetKey(["tape", "recorder"])
LOAD_TAPE = "load_tape"
LOOK_EVERY = 600  # seconds; a segment comes every five minutes, and starting a run costs more than loading a segment


def recorder_spec() -> dg.AssetSpec:
    """The recorder as Dagster sees it from outside: fresh while it lands segments."""
    return dg.AssetSpec(
        RECORDER,
        description="`leverage record`: forced orders of the venues' websockets, landed every five minutes.",
        group_name="tape",
        kinds={"python", "parquet"},
        owners=OWNERS,
        freshness_policy=dg.FreshnessPolicy.time_window(
            fail_window=timedelta(hours=2), warn_window=timedelta(minutes=45)
        ),
    )


def tape_asset(feed: Feed) -> dg.AssetsDefinition:
    """The raw table of one recorded feed, filled from the segments that have landed."""

    @dg.asset(
        key=dg.AssetKey([feed.venue, feed.name]),
        deps=[RECORDER],
        group_name=feed.venue,
        description=f"{feed.description}\n\nRecorded, not fetched. Licence: {feed.licence}.",
        kinds={"python", "duckdb"},
        owners=OWNERS,
        pool=POOL,
        metadata={"dagster/table_name": f"raw.{feed.name}"},
    )
    def asset(pipeline: Pipeline) -> dg.MaterializeResult[Any]:
        loaded = pipeline.refresher.load_recorded(feed)
        found = {
            "dagster/row_count": loaded.rows,
            "new rows": loaded.new,
            "first": loaded.first.isoformat() if loaded.first else None,
            "last": loaded.last.isoformat() if loaded.last else None,
        }
        return dg.MaterializeResult(metadata={name: value for name, value in found.items() if value is not None})

    return asset


def tape_assets() -> list[dg.AssetsDefinition]:
    return [tape_asset(feed) for feed in tape.FEEDS]


load_tape_job = dg.define_asset_job(
    LOAD_TAPE,
    selection=dg.AssetSelection.assets(*(dg.AssetKey([feed.venue, feed.name]) for feed in tape.FEEDS)),
    executor_def=dg.in_process_executor,
    description="What the recorder has landed, into the raw tables.",
)


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
