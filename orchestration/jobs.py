"""The jobs: which assets run together, each job in one process. Schedules and sensors start them."""

from __future__ import annotations

import dagster as dg

from ingest import tape
from orchestration.asset_defaults import mart_key
from orchestration.raw_assets import raw_key
from tables.published.regimes import REGIME_VALIDATION

DAILY_JOB = "daily"
NOW = dg.AssetKey("now")

# One process: a step takes 0.1 s there, seconds in a process of its own, and only one asset can write at a time.
daily_job = dg.define_asset_job(
    DAILY_JOB,
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(mart_key(REGIME_VALIDATION.name), NOW),
    executor_def=dg.in_process_executor,
    description="Fetches every feed, builds the marts, labels the days up to the partition's, and publishes a release."
    " The same as `leverage run`.",
)
validation_job = dg.define_asset_job(
    "validation",
    selection=dg.AssetSelection.assets(mart_key(REGIME_VALIDATION.name)),
    executor_def=dg.in_process_executor,
    description="Measures how far the labels can be trusted: agreement, spread, persistence, outcomes and sensitivity."
    " Takes about ten seconds; the next release includes it.",
)
load_tape_job = dg.define_asset_job(
    "load_tape",
    selection=dg.AssetSelection.assets(*(raw_key(feed) for feed in tape.FEEDS)),
    executor_def=dg.in_process_executor,
    description="Loads what `leverage record` has landed into the raw tables.",
)
now_job = dg.define_asset_job(
    "now",
    selection=dg.AssetSelection.assets(NOW),
    executor_def=dg.in_process_executor,
    description="Reads the last 24 hours as if they were a day, as `leverage now` does. Runs beside the daily job"
    " and the recorder.",
)
JOBS = [daily_job, validation_job, load_tape_job, now_job]
