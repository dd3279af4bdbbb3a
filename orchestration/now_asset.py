"""The reading of the running day as an asset, which `orchestration.now` makes."""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.asset_defaults import OWNERS
from orchestration.jobs import NOW
from orchestration.now import refresh_now
from orchestration.published_asset import PUBLISHED
from orchestration.resources import Pipeline
from warehouse.location import NOW_JSON
from warehouse.run_context import run_time
from warehouse.settings import Settings

LOCK_WAIT = 300.0  # seconds: `leverage now` from a terminal takes a few


def now_asset(pipeline: Pipeline) -> dg.AssetsDefinition:
    """`now`, for the warehouse of a pipeline. It takes neither the pipeline's lock nor the slot of its database."""
    catalogue = Path(pipeline.catalogue) if pipeline.catalogue else None
    settings = Settings(market=pipeline.market, warehouse=pipeline.warehouse, catalogue=catalogue)

    # Dagster loads no repository where an op and a job have the same name, and the job is `now`.
    @dg.multi_asset(
        name="read_now",
        specs=[
            dg.AssetSpec(
                NOW,
                deps=[PUBLISHED],
                group_name="release",
                description=(
                    f"`{NOW_JSON}` and `readings_hourly`: what the 24 hours up to the last full hour would be called as"
                    " a day. Provisional: flows are unknown within the day.\n\nRead next: `docs/now.md`."
                ),
                kinds={"duckdb", "json"},
                owners=OWNERS,
            )
        ],
    )
    def now() -> dg.MaterializeResult[Any]:
        found = refresh_now(settings, run_time(settings.parsed_market(), pipeline.now), wait=LOCK_WAIT)
        assets = found.document["assets"].values()
        return dg.MaterializeResult(
            metadata={
                "window ended at": found.document["window_ended_at"],
                "labels": {one["asset"]: one["event"] for one in assets},
                "new readings": found.new_readings,
                "new events": found.new_events,
                "skipped": found.document["skipped"],
            }
        )

    return now
