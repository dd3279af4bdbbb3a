"""When the daily job runs: provisional half an hour after the day, final when Coin Metrics is in."""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
from datetime import timedelta

import dagster as dg

from orchestration.jobs import daily_job


def _yesterday(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    day = (context.scheduled_execution_time - timedelta(days=1)).date().isoformat()
    return dg.RunRequest(run_key=f"{context.scheduled_execution_time.isoformat()}", partition_key=day)


@dg.schedule(job=daily_job, cron_schedule="30 0 * * *", execution_timezone="UTC")
def provisional(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """00:30 UTC: prices, funding, open interest and liquidations are there, exchange flows are not."""
    return _yesterday(context)


@dg.schedule(job=daily_job, cron_schedule="30 5 * * *", execution_timezone="UTC")
def final(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """05:30 UTC: exchange flows are in; what is missing now stays missing."""
    return _yesterday(context)


SCHEDULES = [provisional, final]
