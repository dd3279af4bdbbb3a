"""The job and the schedule of feeds whose venues keep their data for a day or less."""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import dagster as dg

from ingest.feed import Feed
from orchestration.raw_assets import raw_key

DAY = timedelta(days=1)


def short_lived_jobs_and_schedules(feeds: Iterable[Feed]) -> tuple[list[Any], list[Any]]:
    """A job that fetches only such feeds, and its schedule, four times a day. Empty without such feeds."""
    short_lived = [feed for feed in feeds if feed.lost_after and feed.lost_after <= DAY]
    if not short_lived:
        return [], []
    poll = dg.define_asset_job(
        "poll",
        selection=dg.AssetSelection.assets(*(raw_key(feed) for feed in short_lived)),
        executor_def=dg.in_process_executor,
        description=f"Fetches what the venue keeps for a day or less: {', '.join(feed.name for feed in short_lived)}.",
    )

    # At a quarter past, away from the daily schedules, which fetch these feeds as well.
    @dg.schedule(
        job=poll,
        cron_schedule="15 */6 * * *",
        execution_timezone="UTC",
        description="Every six hours: data that the venue keeps for a day is there at four runs.",
    )
    def short_lived_feeds(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        day = (context.scheduled_execution_time - DAY).date().isoformat()
        return dg.RunRequest(run_key=context.scheduled_execution_time.isoformat(), partition_key=day)

    return [poll], [short_lived_feeds]
