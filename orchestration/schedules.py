"""When the daily job runs, provisional and when the day counts as final, and when the running day is read."""

from __future__ import annotations

from typing import Any

import dagster as dg

from orchestration.jobs import daily_job, now_job
from regimes import load_parameters

PROVISIONAL = (0, 30)  # hour and minute (UTC)


def final_time() -> tuple[int, int]:
    """Hour and minute (UTC) of the next day from which a day is final."""
    final_at = load_parameters().gate.final_at
    return final_at.hour, final_at.minute


def daily_schedules() -> list[Any]:
    """Both request the partition of the day that has just ended. Their run keys differ by schedule and time."""
    provisional = "prices, funding, open interest and liquidations are there, exchange flows are not."
    final = "exchange flows are in; what is missing now stays missing."
    return [_daily("provisional", PROVISIONAL, provisional), _daily("final", final_time(), final)]


def hourly_schedule() -> dg.ScheduleDefinition:
    """Two minutes past each full hour: by then the venues have closed their bars."""
    return dg.ScheduleDefinition(
        name="hourly",
        job=now_job,
        cron_schedule="2 * * * *",
        execution_timezone="UTC",
        description="Every hour: the 24 hours up to the full hour, two minutes after it.",
    )


def _daily(name: str, time: tuple[int, int], description: str) -> Any:  # noqa: ANN401 - Dagster names no public type
    hour, minute = time
    return dg.build_schedule_from_partitioned_job(
        daily_job,
        name=name,
        description=f"{hour:02}:{minute:02} UTC: {description}",
        hour_of_day=hour,
        minute_of_hour=minute,
    )
