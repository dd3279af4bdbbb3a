"""The job and schedule of feeds that their venues forget before the next daily run may have come."""

# No postponed annotations here: Dagster reads the types of context and resources from the functions.
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import dagster as dg

from ingest.feed import Feed
from orchestration.raw_assets import raw_key

DAY = timedelta(days=1)


def polling(feeds: Iterable[Feed]) -> dict[str, Any]:
    """Jobs and schedules that ask for such feeds alone, four times while the venue keeps them; none without any."""
    short_lived = [feed for feed in feeds if feed.lost_after and feed.lost_after <= DAY]
    if not short_lived:
        return {"jobs": [], "schedules": []}
    poll = dg.define_asset_job(
        "poll",
        selection=dg.AssetSelection.assets(*(raw_key(feed) for feed in short_lived)),
        executor_def=dg.in_process_executor,
        description=f"What its venue forgets within a day: {', '.join(feed.name for feed in short_lived)}.",
    )

    # Between the daily runs, which ask for it as well.
    @dg.schedule(job=poll, cron_schedule="15 */6 * * *", execution_timezone="UTC")
    def short_lived_feeds(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        """Every six hours: what the venue keeps for a day is there four times to be asked for."""
        day = (context.scheduled_execution_time - DAY).date().isoformat()
        return dg.RunRequest(run_key=context.scheduled_execution_time.isoformat(), partition_key=day)

    return {"jobs": [poll], "schedules": [short_lived_feeds]}
