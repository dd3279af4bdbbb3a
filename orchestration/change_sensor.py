"""The sensor that posts changes of the release to a webhook. Its cursor holds the last change posted, and when."""

# No postponed annotations here: Dagster reads the types of the context from the function.
import json
from datetime import UTC, datetime, timedelta

import dagster as dg

from orchestration.webhook import WebhookSettings, post
from warehouse.label_history import published_changes
from warehouse.location import Warehouse


def change_sensor(warehouse: Warehouse) -> dg.SensorDefinition:
    """The sensor of one warehouse."""

    @dg.sensor(
        name="changes_to_webhook",
        minimum_interval_seconds=60,
        description="Posts what a release changed to LEVERAGE_WEBHOOK_URL: docs/operations.md.",
        # LEVERAGE_WEBHOOK_URL turns it on. Until it is set, every tick is skipped with that reason.
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def changes_to_webhook(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        """Post regime changes, broken or reclaimed supports, resolved scenarios, degraded data and restatements.

        Raises WebhookFailed: the tick fails, and the next one posts the same changes.
        """
        webhook = WebhookSettings()
        if webhook.url is None:
            return dg.SkipReason("LEVERAGE_WEBHOOK_URL is not set: nothing is posted")
        last_post = json.loads(context.cursor) if context.cursor else {}
        now = datetime.now(UTC)
        quiet = timedelta(minutes=webhook.cooldown_minutes)
        if last_post.get("posted_at") and now < datetime.fromisoformat(last_post["posted_at"]) + quiet:
            # Changes within the cooldown are posted after it, in one message.
            return dg.SkipReason(f"the last post was less than {webhook.cooldown_minutes} minutes ago")
        changes = published_changes(warehouse, datetime.fromisoformat(last_post["available_at"]) if last_post else None)
        if not changes:
            return dg.SkipReason("nothing has changed")
        if not last_post:
            # The first tick only sets the cursor. A failed tick keeps the cursor that it began with; without one, a
            # release that comes before the first successful post would hide the changes before it.
            context.update_cursor(_cursor(changes[0]["available_at"] - timedelta(microseconds=1), None))
            return dg.SkipReason("starting here: the newest publication is posted at the next tick")
        post(webhook, changes)
        context.update_cursor(_cursor(changes[-1]["available_at"], now))
        return dg.SkipReason(f"posted {len(changes)} changes")

    return changes_to_webhook


def _cursor(available_at: datetime, posted_at: datetime | None) -> str:
    return json.dumps({"available_at": available_at.isoformat(), "posted_at": posted_at and posted_at.isoformat()})
