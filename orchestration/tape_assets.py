"""The liquidation tape in Dagster: the recorder as an external asset, its raw tables, and a sensor for new segments.

The recorder is a process of its own. Dagster neither starts nor stops it.
"""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from ingest import tape
from ingest.feed import Feed
from ingest.landing import Landing
from orchestration.asset_defaults import OWNERS, POOL, fresh_daily
from orchestration.jobs import load_tape_job
from orchestration.raw_assets import feed_group, raw_key
from orchestration.raw_checks import TableState, raw_check_results, raw_check_specs, raw_column_schema
from orchestration.resources import Pipeline
from record import health
from warehouse.location import Warehouse
from warehouse.refresh import LoadedTape

RECORDER = dg.AssetKey(["tape", "recorder"])
GROUP = "recorder"
SENSOR_SECONDS = 600  # segments come every hour, and after every 3 MB when there are many liquidations


def recorder_spec() -> dg.AssetSpec:
    """The recorder as an external asset, which is fresh while it lands segments."""
    return dg.AssetSpec(
        RECORDER,
        description=(
            "`leverage record`: forced orders of the venues' websockets, landed every hour. A process of its own, which"
            " Dagster neither starts nor stops.\n\nRead next: `docs/recording.md`."
        ),
        group_name=GROUP,
        kinds={"python", "parquet"},
        owners=OWNERS,
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=6), warn_window=timedelta(hours=2)),
    )


def tape_asset(feed: Feed) -> dg.AssetsDefinition:
    """The raw table of one recorded feed, loaded from landing, with the same checks as a fetched feed."""
    key = raw_key(feed)

    @dg.asset(
        key=key,
        # The ledger is loaded first, because the checks of the other feeds read it.
        deps=[RECORDER, *([] if feed is tape.LEDGER else [raw_key(tape.LEDGER)])],
        group_name=GROUP if feed is tape.LEDGER else feed_group(feed),
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
        until = loaded.recorded.until if loaded.recorded else None
        found = {
            "dagster/row_count": loaded.rows,
            "rows of the last day": loaded.last_day_rows,
            "quarantined in the last day": loaded.last_day_quarantined,
            "first": loaded.first.isoformat() if loaded.first else None,
            "last": loaded.last.isoformat() if loaded.last else None,
            "recorded until": until.isoformat() if until else None,
        }
        yield dg.MaterializeResult(
            metadata={name: value for name, value in found.items() if value is not None},
            check_results=list(raw_check_results(feed, tape_state(loaded, pipeline.run_time))),
        )

    return asset


def tape_state(loaded: LoadedTape, now: datetime) -> TableState:
    """The newest day is the last recorded one, with or without liquidations. Yesterday is due if the recorder began
    before it; without a recorder nothing is due."""
    span, yesterday = loaded.recorded, (now - timedelta(days=1)).date()
    return TableState(
        rows=loaded.rows,
        new_rows=loaded.last_day_rows,
        new_quarantined=loaded.last_day_quarantined,
        newest_day=span.until.date() if span and span.until else None,
        due_day=yesterday if span and span.since.date() < yesterday else None,
        reason="the recorder has not received it, or not landed it yet; see leverage status",
    )


def tape_assets() -> list[dg.AssetsDefinition]:
    return [tape_asset(feed) for feed in tape.FEEDS]


def tape_sensor(warehouse: Warehouse) -> dg.SensorDefinition:
    """Start a run that loads new segments, and report the recorder's health. Each rotation lands a ledger segment."""

    @dg.sensor(
        name="recorded_segments",
        job=load_tape_job,
        minimum_interval_seconds=SENSOR_SECONDS,
        description="Loads what the recorder has landed, and says how the recorder is.",
    )
    def recorded_segments(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        landed = Landing(warehouse.landing).segments({tape.LEDGER.name})
        if not landed or landed[-1].name == context.cursor:
            return dg.SkipReason(_recorder_state(warehouse))
        newest = landed[-1]
        metadata: dict[str, Any] = {
            "newest segment": newest.name,
            "segments": len(landed),
            "state": _recorder_state(warehouse),
        }
        observed = dg.AssetMaterialization(RECORDER, metadata=metadata)
        return dg.SensorResult(
            run_requests=[dg.RunRequest(run_key=newest.name)], asset_events=[observed], cursor=newest.name
        )

    return recorded_segments


def _recorder_state(warehouse: Warehouse) -> str:
    state = health.read(warehouse.tape)
    if state is None:
        return "no recorder has run here; start one with: leverage record"
    return state.trouble(datetime.now(UTC)) or "recording"
