"""One asset per feed, which brings its raw table up to date. `warehouse.refresh` does the work."""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dagster as dg

from ingest.feed import Feed
from orchestration.asset_defaults import OWNERS, POOL, fresh_daily
from orchestration.raw_checks import TableState, raw_check_results, raw_check_specs, raw_column_schema
from orchestration.resources import Pipeline
from warehouse.location import Calendar
from warehouse.refresh import Refreshed
from warehouse.run_context import RunContext


def raw_key(feed: Feed) -> dg.AssetKey:
    return dg.AssetKey([feed.venue, feed.name])


def feed_group(feed: Feed) -> str:
    """The group of the raw tables of a venue."""
    return f"feeds_{feed.venue}"


def _step_of(feed: Feed) -> str:
    """The key of the step that makes the asset of a feed."""
    return raw_key(feed).to_python_identifier()


def raw_asset(feed: Feed, partitions: dg.DailyPartitionsDefinition) -> dg.AssetsDefinition:
    """The asset of one feed, with its checks: it has rows, few are quarantined, and the last complete day is there."""
    key = raw_key(feed)

    @dg.asset(
        key=key,
        op_tags={"feed": feed.name},
        group_name=feed_group(feed),
        description=(
            f"{feed.description}\n\nCadence: {feed.cadence}. Retention: {feed.retention}. Licence: {feed.licence}."
        ),
        kinds={"python", "duckdb"},
        owners=OWNERS,
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=POOL,
        freshness_policy=fresh_daily(),
        metadata={
            "hosts": ", ".join(feed.hosts),
            "dagster/column_schema": raw_column_schema(feed),
            "dagster/table_name": f"raw.{feed.name}",
        },
        check_specs=raw_check_specs(key),
    )
    def asset(context: dg.AssetExecutionContext, pipeline: Pipeline) -> Iterator[dg.MaterializeResult[Any]]:
        window = context.partition_time_window
        days = Calendar(window.start.date(), (window.end - timedelta(days=1)).date())
        pipeline.extend_calendar(days)
        run = pipeline.run_context()
        steps = set(context.run.step_keys_to_execute or ())
        # The first step starts the feeds of all: each step then waits for its own.
        pipeline.refresher.begin((f for f in pipeline.refresher.catalogue.feeds if _step_of(f) in steps), run)
        refreshed = pipeline.refresher.refresh(feed, run, context.run.run_id)
        if refreshed.pulled.skipped:
            context.log.warning(f"{feed.name} skipped: {refreshed.pulled.skipped}")
        is_over = pipeline.refresher.catalogue.is_over(feed, run.calendar.last_day)
        state = _table_state(feed, refreshed, run, is_over=is_over)
        yield dg.MaterializeResult(metadata=_metadata(refreshed), check_results=list(raw_check_results(feed, state)))

    return asset


def _metadata(refreshed: Refreshed) -> dict[str, Any]:
    pulled, first, last = refreshed.pulled, refreshed.first, refreshed.last
    found = {
        "dagster/row_count": refreshed.rows,
        "new rows": pulled.rows,
        "quarantined": pulled.quarantined,
        "segments": len(pulled.segments),
        "requests": pulled.traffic.requests,
        "retries": pulled.traffic.retries,
        "received bytes": pulled.traffic.bytes,
        "first": first.isoformat() if first else None,
        "last": last.isoformat() if last else None,
        "skipped": pulled.skipped,
        "notes": "\n".join(pulled.notes) or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _table_state(feed: Feed, refreshed: Refreshed, run: RunContext, *, is_over: bool) -> TableState:
    pulled, last = refreshed.pulled, refreshed.last
    return TableState(
        rows=refreshed.rows,
        new_rows=pulled.rows,
        new_quarantined=pulled.quarantined,
        newest_day=feed.day_of(last) if last else None,
        due_day=None if is_over else feed.due(run.calendar.first_day, run.calendar.last_day, run.now),
        reason=pulled.skipped or "the venue has not answered with rows yet",
    )
