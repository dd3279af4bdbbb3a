"""The jobs: what is run together, each in one process. When they run is for the schedules and sensors to say."""

from __future__ import annotations

import dagster as dg

from ingest import tape
from orchestration.raw_assets import raw_key
from tables.published.regimes import REGIME_VALIDATION

DAILY_JOB = "daily"

# One process: a step costs 0.1 s there and seconds in a process of its own, and there is one writer anyway.
daily_job = dg.define_asset_job(
    DAILY_JOB,
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(["marts", VALIDATION]),
    executor_def=dg.in_process_executor,
    description="Every feed, the marts, the regimes and the release, for the days up to the partition's.",
)
validation_job = dg.define_asset_job(
    "validation",
    selection=dg.AssetSelection.assets(["marts", VALIDATION]),
    executor_def=dg.in_process_executor,
    description="Agreement, spread, persistence, outcomes and sensitivity of the labels. Takes about ten seconds.",
)
load_tape_job = dg.define_asset_job(
    "load_tape",
    selection=dg.AssetSelection.assets(*(raw_key(feed) for feed in tape.FEEDS)),
    executor_def=dg.in_process_executor,
    description="What the recorder has landed, into the raw tables.",
)
JOBS = [daily_job, validation_job, load_tape_job]
