"""When the daily job runs: provisional half an hour after the day, final when Coin Metrics is in."""

from __future__ import annotations

import dagster as dg

from orchestration.jobs import daily_job
from regimes import load_parameters

FINAL_AT = load_parameters().gate.final_at

# Both ask for the partition of the day that has just ended. Dagster tells their runs apart by schedule and time.
SCHEDULES = [
    dg.build_schedule_from_partitioned_job(
        daily_job,
        name="provisional",
        description="00:30 UTC: prices, funding, open interest and liquidations are there, exchange flows are not.",
        hour_of_day=0,
        minute_of_hour=30,
    ),
    dg.build_schedule_from_partitioned_job(
        daily_job,
        name="final",
        description=f"{FINAL_AT:%H:%M} UTC: exchange flows are in; what is missing now stays missing.",
        hour_of_day=FINAL_AT.hour,
        minute_of_hour=FINAL_AT.minute,
    ),
]
